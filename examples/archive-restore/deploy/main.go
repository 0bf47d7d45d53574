// Deploy makes a function of the example archive-restore and binds it to a bucket: run it with -h.
package main

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
)

var example = exampledeploy.Example{
	Package:   "github.com/cosevent/cosevent-go/examples/archive-restore",
	Events:    []event.Type{event.TypeObjectRestorePost, event.TypeObjectRestoreCompleted},
	Memory:    64,
	Timeout:   15 * time.Minute,
	Variables: []string{"RESTORE_TARGET", "RESTORE_STATUS", "RESTORE_CLASS"},
}

func main() { exampledeploy.Main(example) }
