// Deploy makes a function of the example unzip and binds it to a bucket: run it with -h.
package main

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
)

var example = exampledeploy.Example{
	Package:        "github.com/cosevent/cosevent-go/examples/unzip",
	Prefix:         "archives/",
	PrefixVariable: "UNZIP_SOURCE",
	Events:         []event.Type{event.AnyObjectCreated},
	Suffixes:       []string{".zip", ".tar.gz", ".tgz"},
	Output:         "unpacked/",
	OutputVariable: "UNZIP_TARGET",
	Memory:         256,
	Timeout:        15 * time.Minute,
	Variables:      []string{"UNZIP_TARGET", "UNZIP_MAX_FILES", "UNZIP_MAX_BYTES", "UNZIP_MAX_RATIO"},
}

func main() { exampledeploy.Main(example) }
