// Unzip unpacks archives (.zip, .tar.gz, .tgz) beside where they are put: archives/a.zip to unpacked/a.zip/….
//
// It is a function for SCF: see README.md for its settings, what it refuses, how to deploy it, and what it may do.
package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/scf/function"
)

func main() {
	s, err := settingsFrom(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "unzip:", err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(function.NewLogHandler(nil)))
	function.Start(newMux(cos.NewObjects(cos.EnvCredentials()), s))
}
