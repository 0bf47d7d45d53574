package event

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// Handler handles one event. An error makes SCF deliver the whole payload again, up to its retries.
type Handler func(context.Context, Event) error

// Middleware wraps a handler with something to do before, after or instead of it.
type Middleware func(next Handler) Handler

// Mux sends each event of a payload to the handler registered for it. Register everything first, then serve: a
// registration after the first event panics, as does one that is already there. Serving is safe for concurrent use.
//
// # Which handler gets an event
//
// Exactly one does: of those that match, the most specific.
//  1. The one that takes fewer kinds: On with a struct before OnCreated, OnRemoved and OnRestored, these before On with Event.
//  2. One with InBucket before one without.
//  3. The one with the longer Prefix.
//  4. The one with the longer Suffix.
//
// Two that agree in all of this and could both match one event are a conflict, and the second registration panics. The order
// of registration never matters. An event that no handler matches goes to OnUnhandled.
type Mux struct {
	mu        sync.Mutex
	routes    []*route
	mw        []Middleware
	unhandled Handler
	decode    func([]byte) ([]Event, []int, error)
	parallel  int
	serving   atomic.Pointer[table] // nil until the first event
}

// table is what a Mux serves from.
type table struct {
	byClass   [classes][]*route // the most specific first
	unhandled Handler
}

// MuxOption changes a Mux.
type MuxOption func(*Mux)

// Decoding sets how Invoke decodes, for example Decoding(Strict()).
func Decoding(opts ...DecodeOption) MuxOption {
	return func(m *Mux) {
		m.decode = func(payload []byte) ([]Event, []int, error) { return decodeIndexed(payload, opts) }
	}
}

// DecodeWith makes Invoke decode with f instead of Decode, for example with DecodeAny for a function that is given events in
// several forms.
func DecodeWith(f func(payload []byte) ([]Event, error)) MuxOption {
	if f == nil {
		panic("event: DecodeWith: nil function")
	}
	return func(m *Mux) {
		m.decode = func(payload []byte) ([]Event, []int, error) {
			events, err := f(payload)
			return events, nil, err
		}
	}
}

// Concurrency lets Invoke handle up to n events of one payload at a time. The default is 1: one after the other, in the
// payload's order.
func Concurrency(n int) MuxOption {
	if n < 1 {
		panic("event: Concurrency: less than 1")
	}
	return func(m *Mux) { m.parallel = n }
}

// NewMux returns an empty Mux.
func NewMux(opts ...MuxOption) *Mux {
	m := &Mux{unhandled: refuse, parallel: 1}
	Decoding()(m)
	for _, o := range opts {
		o(m)
	}
	return m
}

// refuse is the default for events that have no handler.
func refuse(_ context.Context, e Event) error { return &unhandledError{e.EventType()} }

// Use puts middleware around every handler, the one of OnUnhandled included. The first one is the outermost.
func (m *Mux) Use(mw ...Middleware) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open("Use")
	for _, w := range mw {
		if w == nil {
			panic("event: Use: nil middleware")
		}
	}
	m.mw = append(m.mw, mw...)
}

// OnUnhandled sets what happens to events that no handler matches. By default they fail with ErrUnhandled, so that
// nothing vanishes silently; to ignore them on purpose, set a handler that returns nil.
func (m *Mux) OnUnhandled(h func(context.Context, Event) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open("OnUnhandled")
	if h == nil {
		panic("event: OnUnhandled: nil handler")
	}
	m.unhandled = h
}

// open panics if the Mux serves already.
func (m *Mux) open(what string) {
	if m.serving.Load() != nil {
		panic("event: " + what + " after the first event; register everything before serving")
	}
}

// table returns what to serve from, and closes the registration.
func (m *Mux) table() *table {
	if t := m.serving.Load(); t != nil {
		return t
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.serving.Load(); t != nil {
		return t
	}
	t := buildTable(m.routes, m.wrap)
	t.unhandled = m.wrap(m.unhandled)
	m.serving.Store(t)
	return t
}

func (m *Mux) wrap(h Handler) Handler {
	for i := len(m.mw) - 1; i >= 0; i-- {
		h = m.mw[i](h)
	}
	return h
}

// Handle sends one event to its handler, through the middleware. It fits Handler.
func (m *Mux) Handle(ctx context.Context, e Event) error {
	t := m.table()
	for _, r := range t.byClass[classOf(e)] {
		if r.takes(e.Common()) {
			return r.handler(ctx, e)
		}
	}
	return t.unhandled(ctx, e)
}

// Invoke decodes a payload and handles every event of it, even when one fails. It fits function.Handler. The result is
// always nil. The error is nil if all went well; ErrNotNotification or *LimitError if nothing could be decoded; else an
// *InvokeError, which lists each record that could not be read (*RecordError) or handled (*HandlerError).
//
// When ctx is done, the events not yet begun fail with its error. A panic of a handler goes on as a panic of
// Invoke with a *PanicError, after the other events were handled; use Recover to make it an error.
func (m *Mux) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	m.table()
	events, indexes, err := m.decode(payload)
	bad, isRecords := err.(RecordErrors)
	if err != nil && !isRecords && len(events) == 0 {
		return nil, err
	}
	errs := make([]error, len(events))
	for i := range errs {
		errs[i] = errNotReached
	}
	m.each(ctx, events, errs)

	failed := 0
	for i, e := range errs {
		if p, ok := e.(*goPanic); ok {
			panic(&p.PanicError)
		}
		if e != nil {
			index := i
			if indexes != nil {
				index = indexes[i]
			}
			errs[i] = &HandlerError{Index: index, Event: events[i], Err: e}
			failed++
		}
	}
	if failed == 0 && err == nil {
		return nil, nil
	}
	out := &InvokeError{Records: len(events) + len(bad)}
	if err != nil && !isRecords {
		out.Errors = append(out.Errors, err)
	}
	for i, e := range errs {
		if e == nil {
			continue
		}
		index := i
		if indexes != nil {
			index = indexes[i]
		}
		for len(bad) > 0 && bad[0].Index < index {
			out.Errors = append(out.Errors, bad[0])
			bad = bad[1:]
		}
		out.Errors = append(out.Errors, e)
	}
	for _, b := range bad {
		out.Errors = append(out.Errors, b)
	}
	return nil, out
}

// each handles the events, each error in its place.
func (m *Mux) each(ctx context.Context, events []Event, errs []error) {
	if m.parallel == 1 || len(events) == 1 {
		for i, e := range events {
			errs[i] = m.one(ctx, e)
		}
		return
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(m.parallel, len(events)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(events) {
					return
				}
				errs[i] = m.one(ctx, events[i])
			}
		})
	}
	wg.Wait()
}

// errNotReached is the error of an event whose handler ended its goroutine, and of those that would have come after.
var errNotReached = errors.New("event: the handler called runtime.Goexit")

// goPanic carries a panic from a handler to Invoke.
type goPanic struct{ PanicError }

func (m *Mux) one(ctx context.Context, e Event) (err error) {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	defer func() {
		if v := recover(); v != nil {
			err = &goPanic{PanicError{Value: v, Stack: stack()}}
		}
	}()
	return m.Handle(ctx, e)
}
