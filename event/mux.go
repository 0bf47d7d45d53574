package event

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
)

// Handler handles one event. An error makes SCF deliver the whole payload again, up to its retries.
type Handler func(context.Context, Event) error

// Middleware wraps a handler with something to do before, after or instead of it.
type Middleware func(next Handler) Handler

// Mux sends each event of a payload to the handler registered for it. Register everything first, then serve: a
// registration after the first event panics, as does one that is already there. Serving is safe for concurrent use. The zero
// value is ready to use, with the defaults of [NewMux].
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
	unhandled Handler                              // nil: fail with ErrUnhandled
	decode    func([]byte) ([]Event, []int, error) // nil: Decode
	parallel  int                                  // 0: one after the other
	serving   atomic.Pointer[table]                // nil until the first event
}

// table is what a Mux serves from.
type table struct {
	byClass   [classes][]*route // the most specific first
	unhandled Handler
}

// MuxOption changes a [Mux].
type MuxOption func(*Mux)

// WithDecoding sets how Invoke decodes, for example WithDecoding(Strict()).
func WithDecoding(opts ...DecodeOption) MuxOption {
	return func(m *Mux) {
		m.decode = func(payload []byte) ([]Event, []int, error) { return decodeIndexed(payload, opts) }
	}
}

// WithDecoder makes Invoke decode with f instead of [Decode], for example with [DecodeAny] for a function that is given events in
// several forms. It panics if f is nil.
func WithDecoder(f func(payload []byte, opts ...DecodeOption) ([]Event, error)) MuxOption {
	if f == nil {
		panic("event: WithDecoder was given nil")
	}
	return func(m *Mux) {
		m.decode = func(payload []byte) ([]Event, []int, error) {
			events, err := f(payload)
			return events, nil, err
		}
	}
}

// WithConcurrency lets Invoke handle up to n events of one payload at a time. The default is 1: one after the other, in the
// payload's order. It panics if n is less than 1.
func WithConcurrency(n int) MuxOption {
	if n < 1 {
		panic("event: WithConcurrency was given " + strconv.Itoa(n) + ", want at least 1")
	}
	return func(m *Mux) { m.parallel = n }
}

// NewMux returns an empty Mux.
func NewMux(opts ...MuxOption) *Mux {
	m := &Mux{}
	for _, o := range opts {
		o(m)
	}
	return m
}

// Use puts middleware around every handler, the one of OnUnhandled included. The first one is the outermost. It panics if one is
// nil.
func (m *Mux) Use(mw ...Middleware) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open("Use")
	for _, w := range mw {
		if w == nil {
			panic("event: Use was given nil")
		}
	}
	m.mw = append(m.mw, mw...)
}

// OnUnhandled sets what happens to events that no handler matches. By default they fail with [ErrUnhandled],
// whose text names the handlers that nearly matched, so that nothing vanishes silently; to ignore them on purpose, set a handler that returns nil.
func (m *Mux) OnUnhandled(h func(context.Context, Event) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open("OnUnhandled")
	if h == nil {
		panic("event: OnUnhandled was given nil")
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
	t.unhandled = t.refuse
	if m.unhandled != nil {
		t.unhandled = m.unhandled
	}
	t.unhandled = m.wrap(t.unhandled)
	m.serving.Store(t)
	return t
}

func (m *Mux) wrap(h Handler) Handler {
	for i := len(m.mw) - 1; i >= 0; i-- {
		h = m.mw[i](h)
	}
	return h
}

// Handle sends one event to its handler, through the middleware. It fits [Handler]. An event that is nil, or whose Common is nil,
// is an error.
func (m *Mux) Handle(ctx context.Context, e Event) error {
	t := m.table()
	if isNil(e) {
		return errors.New("event: Handle was given a nil event")
	}
	for _, r := range t.byClass[classOf(e)] {
		if r.takes(e) {
			return r.handler(ctx, e)
		}
	}
	return t.unhandled(ctx, e)
}

// isNil reports whether there is nothing to know of an event.
func isNil(e Event) bool { return e == nil || e.Common() == nil }

// refuse is the default for events that no handler matches.
func (t *table) refuse(_ context.Context, e Event) error {
	return &unhandledError{e.EventType(), t.nearly(e)}
}

// Invoke decodes a payload and handles every event of it, even when one fails. It fits function.Handler. The result is
// always nil. The error is nil if all went well; [ErrNotNotification] or *[LimitError] if nothing could be decoded; else an
// *[InvokeError], which lists each record that could not be read (*[RecordError]) or handled (*[HandlerError]).
//
// When ctx is done, the events not yet begun fail with its error. A panic of a handler goes on as a panic of Invoke with a
// *[PanicError], after the other events were handled; use [Recover] to make it an error.
func (m *Mux) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	m.table()
	decode := m.decode
	if decode == nil {
		decode = func(payload []byte) ([]Event, []int, error) { return decodeIndexed(payload, nil) }
	}
	events, indexes, err := decode(payload)
	bad, isRecords := err.(RecordErrors)
	if err != nil && !isRecords && len(events) == 0 {
		return nil, err
	}
	errs := make([]error, len(events))
	for i := range errs {
		errs[i] = errNotReached
	}
	m.handleAll(ctx, events, errs)

	out := &InvokeError{Records: len(events)}
	if err != nil && !isRecords {
		out.Errors = append(out.Errors, err)
	}
	for _, b := range bad {
		if b.Index >= 0 {
			out.Records++
		}
	}
	var raise *PanicError
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
		if p, ok := e.(*goPanic); ok {
			if raise == nil {
				raise = &p.PanicError
				continue
			}
			e = &p.PanicError
		}
		out.Errors = append(out.Errors, &HandlerError{Index: index, Event: events[i], Err: e})
	}
	for _, b := range bad {
		out.Errors = append(out.Errors, b)
	}
	if raise != nil {
		raise.raised = true
		if len(out.Errors) > 0 {
			raise.others = out
		}
		panic(raise)
	}
	if len(out.Errors) == 0 {
		return nil, nil
	}
	return nil, out
}

// handleAll handles the events and puts each error in its place.
func (m *Mux) handleAll(ctx context.Context, events []Event, errs []error) {
	if m.parallel <= 1 || len(events) == 1 {
		for i, e := range events {
			errs[i] = m.handleOne(ctx, e)
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
				errs[i] = m.handleOne(ctx, events[i])
			}
		})
	}
	wg.Wait()
}

// errNotReached is the error of an event whose handler ended its goroutine, and of those that would have come after.
var errNotReached = errors.New("event: the handler called runtime.Goexit")

// goPanic carries a panic from a handler to Invoke.
type goPanic struct{ PanicError }

func (m *Mux) handleOne(ctx context.Context, e Event) (err error) {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	defer func() {
		if v := recover(); v != nil {
			err = &goPanic{newPanicError(v)}
		}
	}()
	return m.Handle(ctx, e)
}
