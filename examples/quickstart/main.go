// Quickstart walks through the life of a COS event notification: it builds a function and deploys it, tests it with a sample
// event, binds it to two buckets, uploads and deletes real images, and shows what the function did with each event.
//
// Without flags everything happens on this machine, on the fakes of COS and SCF, over real HTTP and with the official
// clients. With -cloud the same steps run in your account, and what they made is removed afterwards.
//
// It exits with 0 if every event was handled and every thumbnail is as it should be, with 1 if not, and with 2 if it was not
// asked for something it can do; then nothing has been made.
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
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the program without the process around it; it returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	s, err := parse(args, getenv, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "quickstart:", err)
		return 2
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()

	w, err := open(ctx, s)
	if err != nil {
		fmt.Fprintln(stderr, "quickstart:", err)
		return 2
	}
	defer w.close()

	start := time.Now()
	tour := &tour{world: w, out: stdout}
	err = tour.walk(ctx)
	if s.cloud {
		// The steps may have been interrupted; what they made is removed all the same.
		if cleanErr := tour.clean(context.WithoutCancel(ctx)); cleanErr != nil {
			err = errors.Join(err, cleanErr)
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, "quickstart:", err)
		return 1
	}
	fmt.Fprintf(stdout, "\nEvery event was handled. %.1f s in all.\n", time.Since(start).Seconds())
	return 0
}
