package function_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function"
)

type order struct {
	ID   int    `json:"id"`
	Note string `json:"note"`
}

func TestJSON(t *testing.T) {
	h := function.JSON(func(_ context.Context, in order) (order, error) {
		in.ID++
		if in.ID < 0 {
			return order{}, &QuotaError{in.ID}
		}
		return in, nil
	})
	out, err := h.Invoke(t.Context(), []byte(`{"id":1,"note":"x"}`))
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":2,"note":"x"}`, string(out))

	out, err = h.Invoke(t.Context(), []byte(`{"id":1}`))
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":2,"note":""}`, string(out), "nothing of the event before is left")

	_, err = h.Invoke(t.Context(), []byte(`{"id":-9}`))
	var quota *QuotaError
	require.ErrorAs(t, err, &quota)

	_, err = h.Invoke(t.Context(), []byte(`{"id":"x"}`))
	var mismatch *json.UnmarshalTypeError
	require.ErrorAs(t, err, &mismatch)
	assert.ErrorContains(t, err, "the event does not fit function_test.order")

	_, err = function.JSON(func(context.Context, any) (func(), error) { return func() {}, nil }).Invoke(t.Context(), []byte(`1`))
	assert.ErrorContains(t, err, "the result cannot be encoded")

	var none func(context.Context, int) (int, error)
	err = function.Run(t.Context(), function.JSON(none), function.WithMode(function.ModeLocal))
	assert.ErrorContains(t, err, "nil function")
}

func TestJSONInParallel(t *testing.T) {
	h := function.JSON(func(_ context.Context, in map[string]int) (int, error) { return len(in), nil })
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			out, err := h.Invoke(t.Context(), fmt.Appendf(nil, `{"%d":1}`, i))
			assert.NoError(t, err)
			assert.Equal(t, "1", string(out))
		})
	}
	wg.Wait()
}

func TestReflectSignatures(t *testing.T) {
	fail := errors.New("fail")
	ctx := function.NewContext(t.Context(), &function.Context{RequestID: "r"})
	id := func(ctx context.Context) string {
		c, _ := function.FromContext(ctx)
		return c.RequestID
	}
	called := 0
	for name, tt := range map[string]struct {
		f    any
		want string
		err  error
	}{
		"func()":                                {func() { called++ }, "", nil},
		"func() error":                          {func() error { return fail }, "", fail},
		"func(In) error":                        {func(o order) error { called += o.ID; return nil }, "", nil},
		"func() (Out, error)":                   {func() (int, error) { return 7, nil }, "7", nil},
		"func(In) (Out, error)":                 {func(o order) (string, error) { return o.Note, nil }, `"n"`, nil},
		"func(Context) error":                   {func(ctx context.Context) error { return errors.New(id(ctx)) }, "", errors.New("r")},
		"func(Context, In) error":               {func(context.Context, order) error { return nil }, "", nil},
		"func(Context) (Out, error)":            {func(ctx context.Context) (string, error) { return id(ctx), nil }, `"r"`, nil},
		"func(Context, In) (Out, error)":        {func(_ context.Context, o *order) (*order, error) { return o, nil }, `{"id":1,"note":"n"}`, nil},
		"a result beside an error":              {func() (int, error) { return 7, fail }, "", fail},
		"a nil result":                          {func() (*order, error) { return nil, nil }, "null", nil},
		"an untyped event":                      {func(v any) (any, error) { return v.(map[string]any)["note"], nil }, `"n"`, nil},
		"a nil pointer of a type that is error": {func() (int, *QuotaError) { return 7, nil }, "7", nil},
		"an error of a type of its own":         {func() *QuotaError { return &QuotaError{1} }, "", &QuotaError{1}},
		"func(In)":                              {func(o order) { called += o.ID }, "", nil},
		"func(Context)":                         {func(context.Context) { called++ }, "", nil},
		"func(Context, In)":                     {func(context.Context, order) { called++ }, "", nil},
		"an interface that embeds Context":      {func(ctx wrapped) (string, error) { return id(ctx), nil }, `"r"`, nil},
		"such an interface and an event":        {func(ctx wrapped, o order) (string, error) { return id(ctx) + o.Note, nil }, `"rn"`, nil},
		"func(...any)":                          {func(v ...any) (any, error) { return v, nil }, `[{"id":1,"note":"n"}]`, nil},
		"func(Context, ...any)":                 {func(_ context.Context, v ...any) (int, error) { return len(v), nil }, `1`, nil},
		"a Handler":                             {function.HandlerFunc(func(_ context.Context, p []byte) ([]byte, error) { return p[:1], nil }), "{", nil},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := function.Reflect(tt.f).Invoke(ctx, []byte(`{"id":1,"note":"n"}`))
			if tt.err != nil {
				require.EqualError(t, err, tt.err.Error())
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(out))
		})
	}
	assert.Equal(t, 5, called)
}

type wrapped interface{ context.Context }

type larger interface {
	context.Context
	Other()
}

func TestReflectMistakes(t *testing.T) {
	var none func() error
	for want, f := range map[string]any{
		"Reflect was given nil":             nil,
		"handler int: it is not a function": 7,
		"handler func() error: it is nil":   none,
		"handler func(...int): it takes a variable number of int, want a slice or ...any":                              func(...int) {},
		"handler func(function_test.larger): function_test.larger asks for methods that context.Context does not have": func(larger) {},
		"handler func(function_test.wrapped, context.Context): context.Context must be the first argument":             func(wrapped, context.Context) {},
		"handler func(context.Context, int, int): it takes 3 arguments, want context.Context and an event at most":     func(context.Context, int, int) {},
		"handler func() (int, int, error): it returns 3 values, want a result and an error at most":                    func() (int, int, error) { return 0, 0, nil },
		"handler func(int, context.Context): it takes two arguments, so the first must be context.Context, not int":    func(int, context.Context) {},
		"handler func(context.Context, context.Context): context.Context must be the first argument":                   func(context.Context, context.Context) {},
		"handler func(chan int): no event can be decoded into chan int":                                                func(chan int) {},
		"handler func(error): no event can be decoded into error":                                                      func(error) {},
		"handler func(*func()): no event can be decoded into *func()":                                                  func(*func()) {},
		"handler func() (int, string): the second returned value must be an error, not string":                         func() (int, string) { return 0, "" },
		"handler func() int: a single returned value must be an error, not int; return (int, error)":                   func() int { return 0 },
	} {
		h := function.Reflect(f)
		err := function.Run(t.Context(), h, function.WithMode(function.ModeLocal))
		assert.EqualError(t, err, "function: "+want)
		_, err = h.Invoke(t.Context(), []byte("1"))
		assert.EqualError(t, err, "function: "+want)
	}
}

func TestReflectFreshTarget(t *testing.T) {
	h := function.Reflect(func(o order) (order, error) { return o, nil })
	for in, want := range map[string]string{`{"id":1,"note":"x"}`: `{"id":1,"note":"x"}`, `{}`: `{"id":0,"note":""}`} {
		out, err := h.Invoke(t.Context(), []byte(in))
		require.NoError(t, err)
		assert.JSONEq(t, want, string(out))
	}
	_, err := h.Invoke(t.Context(), []byte(`[`))
	var syntax *json.SyntaxError
	assert.ErrorAs(t, err, &syntax)
	_, err = function.Reflect(func() (chan int, error) { return nil, nil }).Invoke(t.Context(), nil)
	assert.ErrorContains(t, err, "cannot be encoded")
}
