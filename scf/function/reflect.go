package function

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// Reflect returns a Handler that calls f, which may have any of the signatures that scf-go-lib's Start takes:
//
//	func()
//	func() error
//	func(In) error
//	func() (Out, error)
//	func(In) (Out, error)
//	func(context.Context) error
//	func(context.Context, In) error
//	func(context.Context) (Out, error)
//	func(context.Context, In) (Out, error)
//
// and also func(In), func(context.Context) and func(context.Context, In). In and Out are whatever encoding/json can decode
// and encode; each call gets a new In. In place of context.Context, f may take an interface that asks for no more than it,
// such as one that embeds it. A last parameter of ...any gets the decoded event as its only value. A value that is a [Handler]
// already is returned as it is.
//
// Anything else is a mistake that [Run] reports before it takes an event, and that Invoke returns: scf-go-lib takes a few more
// functions, which fail at every event, like one whose In is a channel. New code uses [JSON], which the compiler checks.
//
// The context carries a [Context], and nothing of scf-go-lib: a program that calls that library's functioncontext.FromContext
// adds it with [WithContext].
func Reflect(f any) Handler {
	if h, ok := f.(Handler); ok {
		return h
	}
	h := &reflected{}
	h.err = h.inspect(f)
	return h
}

// reflected is a Handler that calls a function by reflection.
type reflected struct {
	f       reflect.Value
	event   reflect.Type // of the parameter, nil if there is none
	context bool         // whether there is a parameter for the context
	results int
	err     error // what is wrong with f
}

func (h *reflected) check() error { return h.err }

// inspect reads f's signature and returns what is wrong with it.
func (h *reflected) inspect(f any) error {
	if f == nil {
		return errors.New("function: Reflect was given nil")
	}
	h.f = reflect.ValueOf(f)
	t := h.f.Type()
	contextType, errorType := reflect.TypeFor[context.Context](), reflect.TypeFor[error]()
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("function: handler %v: %s", t, fmt.Sprintf(format, args...))
	}
	switch {
	case t.Kind() != reflect.Func:
		return wrong("it is not a function")
	case h.f.IsNil():
		return wrong("it is nil")
	case t.IsVariadic() && t.In(t.NumIn()-1).Elem() != reflect.TypeFor[any]():
		return wrong("it takes a variable number of %v, want a slice or ...any", t.In(t.NumIn()-1).Elem())
	case t.NumIn() > 2:
		return wrong("it takes %d arguments, want context.Context and an event at most", t.NumIn())
	case t.NumOut() > 2:
		return wrong("it returns %d values, want a result and an error at most", t.NumOut())
	}
	for i := range t.NumIn() {
		in := t.In(i)
		if t.IsVariadic() && i == t.NumIn()-1 {
			in = in.Elem()
		}
		switch {
		case i == 0 && in.Kind() == reflect.Interface && in.Implements(contextType):
			if !contextType.Implements(in) {
				return wrong("%v asks for methods that context.Context does not have", in)
			}
			h.context = true
		case in == contextType:
			return wrong("context.Context must be the first argument")
		case i == 0 && t.NumIn() == 2:
			return wrong("it takes two arguments, so the first must be context.Context, not %v", in)
		case !decodable(in):
			return wrong("no event can be decoded into %v", in)
		default:
			h.event = in
		}
	}
	h.results = t.NumOut()
	if h.results > 0 {
		if last := t.Out(h.results - 1); !last.Implements(errorType) {
			if h.results == 1 {
				return wrong("a single returned value must be an error, not %v; return (%v, error)", last, last)
			}
			return wrong("the second returned value must be an error, not %v", last)
		}
	}
	return nil
}

// decodable reports whether encoding/json may decode an event into t.
func decodable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return false
	case reflect.Interface:
		return t.NumMethod() == 0
	case reflect.Pointer:
		return decodable(t.Elem())
	}
	return true
}

func (h *reflected) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if h.err != nil {
		return nil, h.err
	}
	var args []reflect.Value
	if h.context {
		args = append(args, reflect.ValueOf(ctx))
	}
	if h.event != nil {
		in := reflect.New(h.event)
		if err := json.Unmarshal(payload, in.Interface()); err != nil {
			return nil, fmt.Errorf("function: the event does not fit %v: %w", h.event, err)
		}
		args = append(args, in.Elem())
	}
	results := h.f.Call(args)
	if h.results == 0 {
		return nil, nil
	}
	if err := asError(results[h.results-1]); err != nil {
		return nil, err
	}
	if h.results == 1 {
		return nil, nil
	}
	b, err := json.Marshal(results[0].Interface())
	if err != nil {
		return nil, fmt.Errorf("function: the result cannot be encoded: %w", err)
	}
	return b, nil
}

// asError returns v as an error. For a function that returns a concrete error type, a nil pointer is no error.
func asError(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		if v.IsNil() {
			return nil
		}
	}
	err, _ := v.Interface().(error)
	return err
}
