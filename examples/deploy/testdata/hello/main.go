// Hello is the function that the tests of deploy build.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/function"
)

func main() {
	mux := event.NewMux()
	mux.OnCreated(func(_ context.Context, e event.Event) error {
		key := e.Common().Object.Key
		fmt.Println("hello,", key)
		if key == "bad.txt" {
			return errors.New("bad object")
		}
		return nil
	})
	function.Start(mux)
}
