// Cdnpurge keeps a content delivery network in step with a bucket: when a file is created, replaced or removed, the copies of it
// at the CDN's nodes are purged.
//
// It is a function for SCF: see README.md for its settings, how to deploy it, and what it may do.
package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/cosevent/cosevent-go/scf/function"
)

func main() {
	s, err := settingsFrom(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cdnpurge:", err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(function.NewLogHandler(nil)))
	function.Start(newHandler(s, roleCredentials{}))
}
