// Deploy makes a function of the example recognize and binds it to a bucket: run it with -h.
package main

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
)

var example = exampledeploy.Example{
	Package:        "github.com/cosevent/cosevent-go/examples/recognize",
	Prefix:         "images/",
	PrefixVariable: "RECOGNIZE_PREFIX",
	Events:         []event.Type{event.AnyObjectCreated, event.AnyObjectRemove},
	Suffixes:       []string{".jpg", ".png", ".webp"}, // and not those of its own JSON
	Memory:         64,
	Timeout:        30 * time.Second,
	Variables:      []string{"RECOGNIZE_CONFIDENCE", "RECOGNIZE_TAGS"},
}

func main() { exampledeploy.Main(example) }
