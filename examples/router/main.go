// Router handles many kinds of events in one function: reports get a summary, videos get tags, removals and restores are
// followed, and everything passes through the same middleware: structured logs, recovery from panics, a guard against loops,
// deduplication, a time-out, and a count of its own.
//
// It is a function for SCF: see README.md for its settings, how to deploy it, and what it may do.
package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/function"
)

func main() {
	s, err := settingsFrom(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "router:", err)
		os.Exit(2)
	}
	logger := slog.New(function.NewLogHandler(nil)) // JSON lines with the request id
	slog.SetDefault(logger)
	counts := &counter{}
	m := newMux(cos.NewObjects(cos.EnvCredentials()), s, logger, event.NewMemoryStore(0), counts)
	function.Start(m, function.WithShutdown(counts.log))
}
