// Deploy makes a function of the example webhook and binds it to a bucket: run it with -h.
package main

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
)

var example = exampledeploy.Example{
	Package:        "github.com/cosevent/cosevent-go/examples/webhook",
	Prefix:         "files/",
	Events:         []event.Type{event.AnyObjectCreated, event.AnyObjectRemove},
	Output:         "webhook-state/",
	OutputVariable: "WEBHOOK_STATE",
	Memory:         64,
	Timeout:        30 * time.Second,
	Variables:      []string{"WEBHOOK_URL", "WEBHOOK_SECRET", "WEBHOOK_TIMEOUT", "WEBHOOK_STATE"},
}

func main() { exampledeploy.Main(example) }
