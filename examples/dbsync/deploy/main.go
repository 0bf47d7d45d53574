// Deploy makes a function of the example dbsync and binds it to a bucket: run it with -h.
package main

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
)

var example = exampledeploy.Example{
	Package:   "github.com/cosevent/cosevent-go/examples/dbsync",
	Events:    []event.Type{event.AnyObjectCreated, event.AnyObjectRemove},
	Memory:    128,
	Timeout:   60 * time.Second,
	Variables: []string{"DBSYNC_DSN", "DBSYNC_KEEP"},
}

func main() { exampledeploy.Main(example) }
