package event

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// HandlerError says that one event could not be handled.
type HandlerError struct {
	Index int // of the record in the payload, from 0
	Event Event
	Err   error
}

// Error names the index and the event, and has the handler's error, all on one line.
func (e *HandlerError) Error() string {
	s := "event: record " + strconv.Itoa(e.Index)
	if !isNil(e.Event) {
		s += " (" + e.Event.Common().String() + ")"
	}
	if e.Err == nil {
		return s + ": failed"
	}
	return s + ": " + oneLine(e.Err.Error())
}

// Unwrap returns Err.
func (e *HandlerError) Unwrap() error { return e.Err }

// InvokeError lists what failed in one payload, in the records' order.
type InvokeError struct {
	Records int     // in the payload
	Errors  []error // *RecordError and *HandlerError
}

// Error lists the first ten failures, each on a line, and counts the others.
func (e *InvokeError) Error() string {
	records := 0
	for _, x := range e.Errors {
		if r, ok := x.(*RecordError); !ok || r.Index >= 0 {
			records++
		}
	}
	s := "event: " + strconv.Itoa(records) + " of " + strconv.Itoa(e.Records) + " records failed"
	if len(e.Errors) == 0 {
		return s
	}
	return s + "\n" + listErrors(len(e.Errors), func(i int) error { return e.Errors[i] })
}

// Unwrap gives errors.Is and errors.As each failure.
func (e *InvokeError) Unwrap() []error { return e.Errors }

// PanicError is what a handler panicked with: the error that [Recover] makes of it, and what [Mux.Invoke] panics with otherwise.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine that panicked, as debug.Stack writes it

	callers []uintptr    // of the same goroutine
	raised  bool         // goes on as a panic of Invoke
	others  *InvokeError // what else failed in the payload, if raised
}

// newPanicError is called in the function that recovered v.
func newPanicError(v any) PanicError {
	pcs := make([]uintptr, 64)
	return PanicError{Value: v, Stack: debug.Stack(), callers: pcs[:runtime.Callers(3, pcs)]}
}

// Error is the value's text. Of a panic that goes on, which Go prints when the process ends, it has the other failures of the
// payload and the stack as well.
func (e *PanicError) Error() string {
	s := "event: a handler panicked: " + fmt.Sprint(e.Value)
	if !e.raised {
		return s
	}
	if e.others != nil {
		s += "\n" + e.others.Error()
	}
	return s + "\n\n" + string(e.Stack)
}

// Unwrap returns the value, if it is an error, and the other failures of the payload, if it goes on as a panic.
func (e *PanicError) Unwrap() []error {
	var out []error
	if err, ok := e.Value.(error); ok {
		out = append(out, err)
	}
	if e.others != nil {
		out = append(out, e.others)
	}
	return out
}

// Panic returns what a runtime reports of the panic: the value, the program counters of the goroutine that panicked (see
// [runtime.CallersFrames]), and what else failed in the payload, nil if nothing did. Package function does so.
func (e *PanicError) Panic() (value any, callers []uintptr, others error) {
	if e.others != nil {
		others = e.others
	}
	return e.Value, e.callers, others
}

// unhandledError is the error of an event that no handler takes.
type unhandledError struct {
	typ    Type
	nearly []string // the handlers that would take it but for a filter
}

func (e *unhandledError) Error() string {
	s := ErrUnhandled.Error() + " for " + quote(string(e.typ))
	if len(e.nearly) > 0 {
		s += ": not matched by " + strings.Join(e.nearly, ", ")
	}
	return s
}

func (e *unhandledError) Is(target error) bool { return target == ErrUnhandled }
