package function

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// ErrorTyper is an error that chooses the type under which it is reported, in place of the name of its Go type.
type ErrorTyper interface {
	error
	ErrorType() string
}

// ErrorCoder is an error that chooses the errorCode with which it is reported, in place of 1. The Go1 runtime's answer has no
// field for it; the other modes send it.
type ErrorCoder interface {
	error
	ErrorCode() int
}

// ErrorExiter is an error after which the process must be replaced: when it has been reported, the process takes no more events
// and ends.
type ErrorExiter interface {
	error
	ShouldExit() bool
}

// A reply is the report of a failed invocation.
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
	label string // the name of the Go function
}

// errorReply returns the report of err. The methods of err are code of the handler and may panic, as those of a nil pointer do.
func errorReply(err error) *reply {
	tree := errorTree(err)
	r := &reply{message: errorText(err), typ: errorType(tree), code: 1}
	if t, ok := find[ErrorTyper](tree); ok {
		if name := call(t.ErrorType, ""); name != "" {
			r.typ = name
		}
	}
	if c, ok := find[ErrorCoder](tree); ok {
		r.code = call(c.ErrorCode, 1)
	}
	if x, ok := find[ErrorExiter](tree); ok {
		r.exit = call(x.ShouldExit, false)
	}
	return r
}

// panicker is a panic's value that stands for another one, as event.PanicError does for a handler's: it has the value, the program
// counters of the goroutine that panicked, and what else failed.
type panicker interface {
	Panic() (value any, callers []uintptr, others error)
}

// panicReply returns the report of a panic with v.
func panicReply(v any) *reply {
	pcs := make([]uintptr, 64)
	pcs = pcs[:runtime.Callers(1, pcs)]
	var others error
	if p, ok := v.(panicker); ok {
		v, pcs, others = original(p, pcs)
	}
	r := &reply{code: 1, exit: true, panicked: true, stack: callers(pcs)}
	switch v := v.(type) {
	case nil:
		r.message, r.typ = "nil", "nil"
	case error:
		r.message, r.typ = errorText(v), errorType(errorTree(v))
	case fmt.Stringer:
		r.message, r.typ = call(v.String, "a "+typeName(v)+" whose String method panics"), typeName(v)
	default:
		r.message, r.typ = fmt.Sprint(v), typeName(v)
	}
	if others != nil {
		r.message += "\n" + errorText(others)
	}
	return r
}

// original returns what p says, or p itself and pcs if it panics.
func original(p panicker, pcs []uintptr) (value any, callers []uintptr, others error) {
	defer func() {
		if recover() != nil {
			value, callers, others = p, pcs, nil
		}
	}()
	return p.Panic()
}

// errorText returns err's text, or the reason why it has no text.
func errorText(err error) string {
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		return call(err.Error, "the handler returned a nil "+v.Type().String()+" as its error; return a plain nil")
	}
	return call(err.Error, "an error of type "+reflect.TypeOf(err).String()+" whose Error method panics")
}

// call returns what f returns, or instead if f panics.
func call[T any](f func() T, instead T) (v T) {
	defer func() {
		if recover() != nil {
			v = instead
		}
	}()
	return f()
}

// maxTree bounds how many errors of a tree are looked at: one whose Unwrap returns itself has no end.
const maxTree = 1000

// errorTree lists err and what it wraps in the order of [errors.Is].
func errorTree(err error) []error {
	var tree []error
	var walk func(err error)
	walk = func(err error) {
		if err == nil || len(tree) == maxTree {
			return
		}
		tree = append(tree, err)
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			walk(call(u.Unwrap, nil))
		case interface{ Unwrap() []error }:
			for _, e := range call(u.Unwrap, nil) {
				walk(e)
			}
		}
	}
	walk(err)
	return tree
}

// find is errors.As on a tree.
func find[T any](tree []error) (found T, ok bool) {
	for _, err := range tree {
		if t, is := err.(T); is {
			return t, true
		}
		if a, can := err.(interface{ As(any) bool }); can && call(func() bool { return a.As(&found) }, false) {
			return found, true
		}
	}
	return found, false
}

// errorType returns the name of the outermost exported Go type in a tree, or of the outermost type if none is exported, as
// with errors.New.
func errorType(tree []error) string {
	for _, err := range tree {
		if name := typeName(err); name != "" && 'A' <= name[0] && name[0] <= 'Z' {
			return name
		}
	}
	return typeName(tree[0])
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
func callers(pcs []uintptr) []frame {
	var out []frame
	if len(pcs) == 0 {
		return out
	}
	for it := runtime.CallersFrames(pcs); ; {
		f, more := it.Next()
		switch {
		case strings.HasSuffix(f.Function, "/scf/function.(*engine).guard"):
			return out
		case f.Function == "runtime.gopanic":
			out = out[:0] // the frames so far are those of the recovery
		case strings.HasPrefix(f.Function, "runtime.") && len(out) == 0:
			// A fault, such as that of a nil pointer, passes through the runtime first.
		case strings.HasSuffix(f.Function, "/scf/function.HandlerFunc.Invoke"):
		default:
			out = append(out, frame{f.File, f.Line, f.Function})
		}
		if !more {
			return out
		}
	}
}
