// Copier is the function of the test of killed processes: for each object in/x it writes done/x.
package main

import (
	"context"
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
		name := strings.TrimPrefix(b.Object.Key, "in/")
		return objects.Put(ctx, b.Bucket, "done/"+name, strings.NewReader(name))
	})
	function.Start(m)
}
