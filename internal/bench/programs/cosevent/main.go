// Program cosevent is this SDK: a typed handler behind the router, every runtime in it.
package main

import (
	"context"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/bench/programs/seen"
	"github.com/cosevent/cosevent-go/scf/function"
)

func main() {
	mux := event.NewMux()
	event.On(mux, func(_ context.Context, e *event.ObjectCreatedPut) error {
		seen.Key(e.Object.Key)
		return nil
	})
	function.Start(mux)
}
