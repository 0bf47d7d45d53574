// Replay feeds events to a function again: those of a file, of dead letters, or made from a bucket's listing, which is how objects
// that were there before the trigger get their event. Run it with -h, or see README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/cosevent/cosevent-go/examples/replay/replay"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	s, err := settingsFrom(args, out)
	if err != nil {
		return err
	}
	source, err := s.source(getenv)
	if err != nil {
		return err
	}
	target, name, err := s.target(getenv)
	if err != nil {
		return err
	}
	width := 0
	if f, ok := out.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			width = 100
		}
	}
	job := s.job
	job.Source, job.Target, job.TargetName, job.Progress = source, target, name, replay.Bar(out, width)
	p, err := replay.Run(ctx, job)
	fmt.Fprintf(out, "\n%s\n", p)
	if errors.Is(err, replay.ErrFailed) && job.Checkpoint != "" {
		fmt.Fprintf(out, "what failed is in %s.failed: replay it with -file\n", job.Checkpoint)
	}
	return err
}
