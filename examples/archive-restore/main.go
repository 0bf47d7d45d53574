// Archive-restore follows the restoring of archived objects: it keeps a status object for each, and copies what can be read
// again to a place where it stays readable.
//
// It is a function for SCF: see README.md for its settings, how to deploy it, and what it may do.
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
		fmt.Fprintln(os.Stderr, "archive-restore:", err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(function.NewLogHandler(nil)))
	function.Start(newMux(cos.NewObjects(cos.EnvCredentials()), s))
}
