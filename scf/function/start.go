package function

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ErrShutdown is the cause ([context.Cause]) of the contexts that are cancelled because the process must end.
var ErrShutdown = errors.New("function: the process is ending")

// ErrPanicked is wrapped by what [Run] returns after a handler panicked. The platform has the report, and the process should be
// replaced, because the state that a panic leaves behind is unknown.
var ErrPanicked = errors.New("function: the handler panicked")

// Start calls [Run] and ends the process when it returns: it is the last line of main. The status is 0 after SIGTERM or an
// interrupt, and 1, with a line on standard error, if Run returns an error.
func Start(h Handler, opts ...Option) {
	ctx, stop := context.WithCancel(context.Background())
	// Listening for signals takes a good part of the time that a process needs to start, so it begins when the platform no
	// longer waits for it. A signal before that ends the process at once, which has nothing to finish yet.
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

// Run handles events with h until ctx is done, the handler panics, or the platform cannot be reached. The environment decides
// where events come from, see [WithMode]. In [ModeLocal] there is one event, and Run returns when it is handled.
//
// When ctx is done, Run takes no more events, lets running invocations finish (see [WithGrace]) and returns nil. The contexts of
// invocations have the values of ctx but not its end. After a panic Run does the same and returns an error that wraps
// [ErrPanicked]. If an invocation does not return in time, the error says so, and its goroutine is left running.
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
	if e.handler == nil {
		return errors.New("function: a middleware returned a nil handler")
	}

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

// A checker is a handler that knows before the first event that it cannot work, like the result of Reflect.
type checker interface{ check() error }

// drain waits for running invocations in the steps that WithGrace describes.
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
	return <-done // only a peer was slow, and its connection is closed now
}

var errStuck = errors.New("function: an invocation did not return after its context was cancelled")
