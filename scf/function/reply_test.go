package function_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
		{"nil pointer", (*NilError)(nil), `1,"errorMessage":"a NilError that cannot say its text","errorType":"NilError"`},
		{"given", &function.Error{Type: "T", Code: 3, Message: "m", Err: quota}, `3,"errorMessage":"m: 1 left","errorType":"T"`},
		{"zero Error", &function.Error{}, `1,"errorMessage":"Error 1","errorType":"Error"`},
		{"quotes", errors.New("a\"b\x01"), `1,"errorMessage":"a\"b\u0001","errorType":"errorString"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, `{"errorCode":`+tt.want, reported(t, func() error { return tt.err }))
		})
	}
}

func TestPanicReports(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func()
		want string
	}{
		{"error", func() { panic(fmt.Errorf("a: %w", &QuotaError{1})) }, `"a: 1 left","errorType":"QuotaError"`},
		{"stringer", func() { panic(stringer{}) }, `"said","errorType":"stringer"`},
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
