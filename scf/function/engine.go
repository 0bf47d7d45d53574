package function

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// maxPayload bounds, in bytes, what is read into memory at once. It is several times the platform's 6 MB.
const maxPayload = 64 << 20

// An engine is what the four modes share: it calls the handler and knows whether the process is to end.
type engine struct {
	opt     *options
	handler Handler
	env     environment
	running atomic.Int64 // invocations

	// The three steps of an end. When ending is done, no more events are taken. When calls, the parent of the contexts of
	// invocations, is done, invocations are asked to return. When abandoned is done, every connection is closed.
	ending, calls, abandoned context.Context
	end, cancelCalls         context.CancelCauseFunc
	abandon                  context.CancelFunc
}

func newEngine(ctx context.Context, h Handler, o *options) *engine {
	for i := len(o.middleware) - 1; i >= 0; i-- {
		h = o.middleware[i](h)
	}
	e := &engine{opt: o, handler: h}
	e.ending, e.end = context.WithCancelCause(ctx)
	e.calls, e.cancelCalls = context.WithCancelCause(context.WithoutCancel(ctx))
	e.abandoned, e.abandon = context.WithCancel(context.Background())
	return e
}

func (e *engine) close() {
	e.end(nil)
	e.cancelCalls(ErrShutdown)
	e.abandon()
}

// failure returns why the engine itself decided to end, or nil if it did not.
func (e *engine) failure() error {
	if err := context.Cause(e.ending); errors.Is(err, ErrPanicked) || errors.Is(err, errGoexit) {
		return err
	}
	return nil
}

// invoke handles one event. The deadline is zero if the platform sent none. The caller sends the result and then calls finish.
func (e *engine) invoke(c *Context, payload []byte, deadline time.Time) ([]byte, *reply) {
	e.running.Add(1)
	defer e.running.Add(-1)
	ctx := NewContext(e.calls, c)
	if !deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	out, fail := e.guard(ctx, payload)
	if fail == nil {
		out = answer(out)
	}
	return out, fail
}

// guard calls the handler and turns a panic into a reply.
func (e *engine) guard(ctx context.Context, payload []byte) (out []byte, fail *reply) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if v == nil {
			e.end(errGoexit) // the goroutine is ending, so nothing can be returned
			return
		}
		fail = panicReply(v)
	}()
	out, err := e.handler.Invoke(e.withContexts(ctx), payload)
	if err != nil {
		out, fail = nil, errorReply(err)
	}
	returned = true
	return out, fail
}

// finish ends the process if the failed invocation asks for it. It is called when the report has been sent.
func (e *engine) finish(c *Context, fail *reply) {
	if fail == nil || !fail.exit {
		return
	}
	if fail.panicked {
		e.end(&panicError{fail.message, c.RequestID})
	} else {
		e.end(ErrShutdown)
	}
}

type panicError struct{ message, requestID string }

func (p *panicError) Error() string {
	return ErrPanicked.Error() + ": " + oneLine(p.message) + " (request " + p.requestID + ")"
}

func (p *panicError) Unwrap() error { return ErrPanicked }

var errGoexit = errors.New("function: the handler ended its goroutine with runtime.Goexit")

// runShutdown calls the functions given to WithShutdown.
func (e *engine) runShutdown() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ending), e.opt.grace)
	defer cancel()
	for _, f := range e.opt.onShutdown {
		e.shutdown(ctx, f)
	}
}

// shutdown calls f. One that panics does not keep the others from running.
func (e *engine) shutdown(ctx context.Context, f func(context.Context)) {
	defer func() {
		if v := recover(); v != nil {
			e.log("a function given to WithShutdown panicked: " + panicReply(v).message)
		}
	}()
	f(ctx)
}
