// Hello is a function that copies the variable HELLO and the object's key beside the object.
package main

import (
	"context"
	"os"
	"strings"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/function"
)

func main() {
	objects := cos.NewObjects(cos.EnvCredentials())
	m := event.NewMux()
	m.OnCreated(func(ctx context.Context, e event.Event) error {
		b := e.Common()
		text := os.Getenv("HELLO") + " " + os.Getenv("PREFIX") + " " + b.Object.Key
		return objects.Put(ctx, b.Bucket, "hello/"+b.Object.Key, strings.NewReader(text))
	})
	function.Start(m)
}
