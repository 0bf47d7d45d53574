// Dbsync keeps a table of objects in step with a bucket: a row for every object, with size, type and time, that SQL can ask.
// README.md says what is in the table, and how to deploy it.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/scf/function"
)

func main() {
	slog.SetDefault(slog.New(function.NewLogHandler(nil)))
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "dbsync:", err)
		os.Exit(1)
	}
}

func run() error {
	s, err := settingsFrom(os.Getenv)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	table, err := Open(ctx, s.dsn)
	if err != nil {
		return err
	}
	defer table.Close()
	if err := table.Prune(ctx, time.Now().Add(-s.keep)); err != nil {
		return err
	}
	return function.Run(context.Background(), newMux(table, lookIn(cos.NewObjects(cos.EnvCredentials()))))
}
