package function

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// ErrorTyper is an error that chooses the type it is reported under, in place of the name of its Go type.
type ErrorTyper interface {
	error
	ErrorType() string
}

// ErrorCoder is an error that chooses the errorCode it is reported with, in place of 1. The Go1 runtime's reply has no room
// for a code; the other modes send it.
type ErrorCoder interface {
	error
	ErrorCode() int
}

// ErrorExiter is an error after which the process must be replaced: once it is reported the process takes no more events
// and ends.
type ErrorExiter interface {
	error
	ShouldExit() bool
}

// reply is a failed invocation as it is told to the platform.
type reply struct {
	message, typ string
	code         int
	stack        []frame
	exit         bool
	panicked     bool
}

type frame struct {
	path  string
	line  int
	label string // name of the Go function
}

func errorReply(err error) *reply {
	r := &reply{message: safely(err.Error, err), typ: errorType(err), code: 1}
	var t ErrorTyper
	if errors.As(err, &t) {
		if name := t.ErrorType(); name != "" {
			r.typ = name
		}
	}
	var c ErrorCoder
	if errors.As(err, &c) {
		r.code = c.ErrorCode()
	}
	var x ErrorExiter
	if errors.As(err, &x) {
		r.exit = x.ShouldExit()
	}
	return r
}

func panicReply(v any) *reply {
	r := &reply{code: 1, exit: true, panicked: true, stack: callers()}
	switch v := v.(type) {
	case error:
		r.message, r.typ = safely(v.Error, v), errorType(v)
	case fmt.Stringer:
		r.message, r.typ = safely(v.String, v), typeName(v)
	default:
		r.message, r.typ = fmt.Sprint(v), typeName(v)
	}
	return r
}

// safely protects from Error methods that panic themselves, as those of nil pointers do.
func safely(text func() string, v any) (s string) {
	defer func() {
		if recover() != nil {
			s = "a " + typeName(v) + " that cannot say its text"
		}
	}()
	return text()
}

// errorType names the outermost exported Go type in err's tree. If there is none, like in errors.New, it is the type of err.
func errorType(err error) string {
	if name := exportedType(err); name != "" {
		return name
	}
	return typeName(err)
}

func exportedType(err error) string {
	if err == nil {
		return ""
	}
	if name := typeName(err); name != "" && 'A' <= name[0] && name[0] <= 'Z' {
		return name
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		return exportedType(u.Unwrap())
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			if name := exportedType(e); name != "" {
				return name
			}
		}
	}
	return ""
}

// typeName is the name of v's type without package, pointers and type arguments.
func typeName(v any) string {
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	name := t.Name()
	if name == "" {
		name = t.String()
	}
	name, _, _ = strings.Cut(name, "[")
	return name
}

// callers returns the frames of a panic, from the line that panicked down to the handler.
func callers() []frame {
	pcs := make([]uintptr, 64)
	pcs = pcs[:runtime.Callers(1, pcs)]
	var out []frame
	for it := runtime.CallersFrames(pcs); ; {
		f, more := it.Next()
		switch {
		case strings.HasSuffix(f.Function, "/scf/function.(*engine).guard"):
			return out
		case f.Function == "runtime.gopanic":
			out = out[:0] // what is above belongs to the recovery
		case strings.HasPrefix(f.Function, "runtime.") && len(out) == 0:
			// Faults of memory and the like pass through the runtime first.
		case strings.HasSuffix(f.Function, "/scf/function.HandlerFunc.Invoke"):
		default:
			out = append(out, frame{f.File, f.Line, f.Function})
		}
		if !more {
			return out
		}
	}
}
