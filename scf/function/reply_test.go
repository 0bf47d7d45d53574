package function_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

type codeError struct{ error }

func (codeError) ErrorCode() int    { return 42 }
func (codeError) ErrorType() string { return "Chosen" }

type NilError struct{ text string }

func (n *NilError) Error() string { return n.text }

type Generic[T any] struct{}

func (Generic[T]) Error() string { return "g" }

type stringer struct{}

func (stringer) String() string { return "said" }

// hostile panics whatever it is asked.
type hostile struct{}

func (hostile) Error() string     { panic("Error") }
func (hostile) ErrorType() string { panic("ErrorType") }
func (hostile) ErrorCode() int    { panic("ErrorCode") }
func (hostile) ShouldExit() bool  { panic("ShouldExit") }
func (hostile) Unwrap() []error   { panic("Unwrap") }
func (hostile) As(any) bool       { panic("As") }

type endless struct{}

func (endless) Error() string   { return "endless" }
func (e endless) Unwrap() error { return e }

// asError takes the form that it is asked for.
type asError struct{ as *function.Error }

func (asError) Error() string { return "as" }
func (a asError) As(target any) bool {
	switch t := target.(type) {
	case *function.ErrorTyper:
		*t = a.as
	case *function.ErrorCoder:
		*t = a.as
	default:
		return false
	}
	return true
}

// reported runs a handler that fails as an image function and returns the body of the answer, without its stack.
func reported(t *testing.T, h func() error) string {
	t.Helper()
	r := run(t, function.ModeImage, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, h() }))
	code, body := post(t, httpClient(t), "http://"+r.addr+"/event-invoke", strings.NewReader("1"))
	assert.Equal(t, 500, code)
	r.stop()
	_ = r.wait(t)
	body, _, _ = strings.Cut(body, `,"requestId"`)
	return body
}

func TestReports(t *testing.T) {
	plain := errors.New("plain")
	quota := &QuotaError{1}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"plain", plain, `1,"errorMessage":"plain","errorType":"errorString"`},
		{"wrapped plain", fmt.Errorf("a: %w", plain), `1,"errorMessage":"a: plain","errorType":"wrapError"`},
		{"exported", quota, `1,"errorMessage":"1 left","errorType":"QuotaError"`},
		{"wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", quota)), `1,"errorMessage":"a: b: 1 left","errorType":"QuotaError"`},
		{"the outermost counts", &fs.PathError{Op: "open", Path: "p", Err: quota}, `1,"errorMessage":"open p: 1 left","errorType":"PathError"`},
		{"joined", errors.Join(plain, fmt.Errorf("a: %w", quota)), `1,"errorMessage":"plain\na: 1 left","errorType":"QuotaError"`},
		{"chosen", fmt.Errorf("a: %w", codeError{plain}), `42,"errorMessage":"a: plain","errorType":"Chosen"`},
		{"type arguments", Generic[QuotaError]{}, `1,"errorMessage":"g","errorType":"Generic"`},
		{"nil pointer", (*NilError)(nil), `1,"errorMessage":"the handler returned a nil *function_test.NilError as its error; return a plain nil","errorType":"NilError"`},
		{"given", &function.Error{Type: "T", Code: 3, Message: "m", Err: quota}, `3,"errorMessage":"m: 1 left","errorType":"T"`},
		{"zero Error", &function.Error{}, `1,"errorMessage":"Error 1","errorType":"Error"`},
		{"nil Error", (*function.Error)(nil), `1,"errorMessage":"the handler returned a nil *function.Error as its error; return a plain nil","errorType":"Error"`},
		{"nil Error inside", fmt.Errorf("a: %w", (*function.Error)(nil)), `1,"errorMessage":"a: <nil>","errorType":"Error"`},
		{"methods that panic", hostile{}, `1,"errorMessage":"an error of type function_test.hostile whose Error method panics","errorType":"hostile"`},
		{"an Unwrap without end", endless{}, `1,"errorMessage":"endless","errorType":"endless"`},
		{"an As method", asError{&function.Error{Type: "T", Code: 3}}, `3,"errorMessage":"as","errorType":"T"`},
		{"quotes", errors.New("a\"b\x01"), `1,"errorMessage":"a\"b\u0001","errorType":"errorString"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, `{"errorCode":`+tt.want, reported(t, func() error { return tt.err }))
		})
	}
}

// An error that cannot be asked costs its own report, not the process.
func TestErrorsThatPanicCostNoAnswer(t *testing.T) {
	leak.Check(t)
	next := make(chan error, 1)
	r := run(t, function.ModeGo1, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return []byte("1"), <-next }))
	c := dial(t, r.addr)
	for _, err := range []error{(*function.Error)(nil), hostile{}, endless{}} {
		next <- err
		assert.NotNil(t, invoke(t, c, "1").Error)
	}
	next <- nil
	assert.Equal(t, invokeResponse{Payload: []byte("1")}, invoke(t, c, "1"))
	r.end(t)
}

// Goexit in an error's method is answered like that of a handler.
func TestGoexitInAnError(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, exits{} }))
	assert.Equal(t, goexitText, invoke(t, dial(t, r.addr), "1").Error.Message)
	assert.EqualError(t, r.wait(t), goexitText)
}

type exits struct{}

func (exits) Error() string { runtime.Goexit(); return "" }

// A log that panics costs its line.
func TestErrorLogThatPanics(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, function.HandlerFunc(act), function.WithErrorLog(panicWriter{}))
	c := dial(t, r.addr)
	var resp invokeResponse
	require.NoError(t, c.Call("Function.Invoke", invokeRequest{Payload: []byte("1"), Environment: "no object"}, &resp))
	assert.Equal(t, "1", string(resp.Payload))
	r.end(t)
}

type panicWriter struct{}

func (panicWriter) Write([]byte) (int, error) { panic("write") }

func TestPanicReports(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func()
		want string
	}{
		{"error", func() { panic(fmt.Errorf("a: %w", &QuotaError{1})) }, `"a: 1 left","errorType":"QuotaError"`},
		{"stringer", func() { panic(stringer{}) }, `"said","errorType":"stringer"`},
		{"hostile error", func() { panic(hostile{}) }, `"an error of type function_test.hostile whose Error method panics","errorType":"hostile"`},
		{"number", func() { panic(7) }, `"7","errorType":"int"`},
		{"nil", func() { panic(nil) }, `"panic called with nil argument","errorType":"PanicNilError"`},
		{"memory", func() { var q *QuotaError; q.Left++ }, `"runtime error: invalid memory address or nil pointer dereference","errorType":"errorString"`},
		{"index", func() { _ = []int{}[len(t.Name())] }, `"runtime error: index out of range [16] with length 0","errorType":"boundsError"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, `{"errorCode":1,"errorMessage":`+tt.want, reported(t, func() error { tt.f(); return nil }))
		})
	}
}

func TestError(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("a: %w", &function.Error{Message: "m", Err: cause})
	require.ErrorIs(t, err, cause)
	var e *function.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "a: m: cause", err.Error())
	assert.Equal(t, "cause", (&function.Error{Err: cause}).Error())
	assert.False(t, e.ShouldExit())
}

// TestPanicOfAMux: the report of a handler's panic under a Mux has the value's own type, the handler's frames and the errors of
// the other records.
func TestPanicOfAMux(t *testing.T) {
	m := event.NewMux()
	m.OnCreated(func(_ context.Context, e event.Event) error {
		if e.Common().Object.Key == "1" {
			return errors.New("disk full")
		}
		overQuota()
		return nil
	})
	r := run(t, function.ModeGo1, m)
	got := invoke(t, dial(t, r.addr), string(eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2")))))
	require.NotNil(t, got.Error)
	assert.Equal(t, "QuotaError", got.Error.Type)
	assert.True(t, strings.HasPrefix(got.Error.Message, "3 left\nevent: 1 of 2 records failed\nevent: record 0 ("), got.Error.Message)
	assert.Contains(t, got.Error.Message, "disk full")
	require.NotEmpty(t, got.Error.StackTrace)
	assert.Contains(t, got.Error.StackTrace[0].Label, "overQuota")
	assert.ErrorIs(t, r.wait(t), function.ErrPanicked)
}

func overQuota() { panic(&QuotaError{3}) }
