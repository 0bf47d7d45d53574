// Deploy makes a function of the example thumbnail-webp and binds it to a bucket: run it with -h.
package main

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
)

var example = exampledeploy.Example{
	Package:        "github.com/cosevent/cosevent-go/examples/thumbnail-webp",
	Prefix:         "images/",
	PrefixVariable: "THUMBNAIL_SOURCE",
	Events:         []event.Type{event.AnyObjectCreated, event.AnyObjectRemove},
	Memory:         512,
	Timeout:        60 * time.Second,
	Variables:      []string{"THUMBNAIL_TARGET", "THUMBNAIL_EDGE"},
}

func main() { exampledeploy.Main(example) }
