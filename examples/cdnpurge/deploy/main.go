// Deploy makes a function of the example cdnpurge and binds it to a bucket: run it with -h.
package main

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
)

var example = exampledeploy.Example{
	Package:   "github.com/cosevent/cosevent-go/examples/cdnpurge",
	Events:    []event.Type{event.AnyObjectCreated, event.AnyObjectRemove},
	Memory:    64,
	Timeout:   30 * time.Second,
	Variables: []string{"CDNPURGE_SITES", "CDNPURGE_AREA", "CDNPURGE_BATCH", "CDNPURGE_ENDPOINT"},
}

func main() { exampledeploy.Main(example) }
