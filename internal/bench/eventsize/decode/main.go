// Command decode reads a file and decodes the events in it.
package main

import (
	"os"

	"github.com/cosevent/cosevent-go/event"
)

func main() {
	payload, err := os.ReadFile(os.Args[1])
	if err != nil {
		os.Exit(1)
	}
	events, err := event.Decode(payload)
	if err != nil {
		println(err.Error())
	}
	for _, e := range events {
		switch e := e.(type) {
		case *event.ObjectCreatedPut:
			println("put", e.Bucket.ID(), e.Object.Key, e.Object.Size)
		default:
			println(string(e.EventType()), e.Common().Object.Key)
		}
	}
}
