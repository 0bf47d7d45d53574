package event

import (
	"runtime"
	"strconv"
)

// HandlerError says that one event could not be handled.
type HandlerError struct {
	Index int // of the record in the payload, from 0
	Event Event
	Err   error
}

// Error tells the index, the event and what the handler said.
func (e *HandlerError) Error() string {
	s := "event: record " + strconv.Itoa(e.Index)
	if e.Event != nil {
		s += " (" + e.Event.Common().String() + ")"
	}
	if e.Err == nil {
		return s + ": failed"
	}
	return s + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *HandlerError) Unwrap() error { return e.Err }

// InvokeError lists what failed in one payload, in the records' order.
type InvokeError struct {
	Records int     // in the payload
	Errors  []error // *RecordError and *HandlerError
}

// Error lists every failure on a line of its own.
func (e *InvokeError) Error() string {
	s := "event: " + strconv.Itoa(len(e.Errors)) + " of " + strconv.Itoa(e.Records) + " records failed"
	for _, x := range e.Errors {
		s += "\n" + x.Error()
	}
	return s
}

// Unwrap gives errors.Is and errors.As each failure.
func (e *InvokeError) Unwrap() []error { return e.Errors }

// PanicError is what a handler panicked with.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine that panicked, as text
}

// Error tells the value, not the stack.
func (e *PanicError) Error() string { return "event: a handler panicked: " + valueText(e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// valueText is a panic's value as text, without package fmt.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case error:
		return v.Error()
	case string:
		return v
	case interface{ String() string }:
		return v.String()
	case int:
		return strconv.Itoa(v)
	}
	return "a value that is no text"
}

type unhandledError struct{ typ Type }

func (e *unhandledError) Error() string        { return ErrUnhandled.Error() + ": " + quote(string(e.typ)) }
func (e *unhandledError) Is(target error) bool { return target == ErrUnhandled }

// stack is debug.Stack without package fmt.
func stack() []byte {
	for buf := make([]byte, 4<<10); ; buf = make([]byte, 2*len(buf)) {
		if n := runtime.Stack(buf, false); n < len(buf) {
			return buf[:n]
		}
	}
}
