package function

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ErrShutdown is the cause of the contexts cancelled because the process must end, see [context.Cause].
var ErrShutdown = errors.New("function: the process is ending")

// ErrPanicked is what [Run] returns, wrapped, after a handler panicked: the platform got the report, and the process should
// be replaced, because nobody knows what state the panic left behind.
var ErrPanicked = errors.New("function: the handler panicked")

// Start runs h until the process ends and never returns: it is the last line of main. It ends the process with status 0
// after SIGTERM, and with status 1 and a line on standard error when it cannot go on or the handler panicked.
func Start(h Handler, opts ...Option) {
	ctx, stop := context.WithCancel(context.Background())
	// To listen for signals takes a good part of the time a process needs to start, so it is done when the platform need not
	// wait for it any more. A signal before that ends the process at once, which is right: it has nothing to finish.
	err := Run(ctx, h, append(opts[:len(opts):len(opts)], whenReady(func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM, os.Interrupt)
		go func() {
			<-c
			stop()
		}()
	}))...)
	if err != nil {
		if !errors.Is(err, errReported) {
			logLine(newOptions(opts).errorLog, err.Error())
		}
		os.Exit(1)
	}
	os.Exit(0)
}

// Run handles events with h until ctx is done, the handler panics, or the platform cannot be reached. The environment
// decides where events come from, see [WithMode]; in [ModeLocal] there is one event, and Run returns when it is handled.
//
// When ctx is done Run takes no more events, lets running invocations finish (see [WithGrace]) and returns nil. The contexts
// of invocations inherit the values of ctx, not its end. After a panic it does the same and returns an error that wraps
// [ErrPanicked]. When invocations did not come back in time, the error says so; their goroutines are then still running,
// and nothing else of Run is.
func Run(ctx context.Context, h Handler, opts ...Option) error {
	o := newOptions(opts)
	if h == nil {
		return errors.New("function: nil handler")
	}
	if c, ok := h.(checker); ok {
		if err := c.check(); err != nil {
			return err
		}
	}
	mode, err := o.resolveMode()
	if err != nil {
		return err
	}
	e := newEngine(ctx, h, o)
	defer e.close()

	var serve func(*engine) error
	switch mode {
	case ModeGo1:
		serve = serveGo1
	case ModeCustom:
		serve = serveCustom
	case ModeImage:
		serve = serveImage
	default:
		serve = serveLocal
	}
	done := make(chan error, 1)
	go func() {
		err := errGoexit // a handler that runs in this goroutine may end it
		defer func() { done <- err }()
		err = serve(e)
	}()

	select {
	case err = <-done:
	case <-e.ending.Done():
		err = e.drain(done)
	}
	e.runShutdown()
	if err == nil {
		err = e.failure()
	}
	return err
}

// checker is a handler that can be wrong from the start, like the result of [Reflect].
type checker interface{ check() error }

// drain waits for the invocations that run, with patience that ends.
func (e *engine) drain(done <-chan error) error {
	wait := func(d time.Duration) (error, bool) {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case err := <-done:
			return err, true
		case <-t.C:
			return nil, false
		}
	}
	if err, ok := wait(e.opt.grace); ok {
		return err
	}
	e.cancelCalls(ErrShutdown)
	if err, ok := wait(min(e.opt.grace, time.Second)); ok {
		return err
	}
	e.abandon()
	if e.running.Load() > 0 {
		return errStuck
	}
	return <-done // only peers were slow, and their connections are closed now
}

var errStuck = errors.New("function: an invocation did not come back after its context was cancelled")
