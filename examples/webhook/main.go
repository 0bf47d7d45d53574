// Webhook calls a service of your own when files of a bucket are created, overwritten or deleted.
//
// It is a function for SCF: see README.md for its settings, the request it sends, how to deploy it, and what it may do.
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
		fmt.Fprintln(os.Stderr, "webhook:", err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(function.NewLogHandler(nil)))
	function.Start(newMux(cos.NewObjects(cos.EnvCredentials()), s))
}
