// Deploy makes a function of the example router and binds it to a bucket: run it with -h.
package main

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
)

var example = exampledeploy.Example{
	Package:   "github.com/cosevent/cosevent-go/examples/router",
	Events:    []event.Type{event.AnyObjectCreated, event.AnyObjectRemove, event.TypeObjectRestorePost, event.TypeObjectRestoreCompleted},
	Memory:    128,
	Timeout:   time.Minute,
	Variables: []string{"ROUTER_REPORTS", "ROUTER_SUMMARIES", "ROUTER_VIDEOS", "ROUTER_TIMEOUT"},
}

func main() { exampledeploy.Main(example) }
