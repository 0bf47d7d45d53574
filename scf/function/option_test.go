package function_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

// An option that cannot work panics where it is given, not at the first event.
func TestOptionsThatCannotWork(t *testing.T) {
	for want, f := range map[string]func(){
		"function: WithMiddleware was given nil":               func() { function.WithMiddleware(nil) },
		"function: WithContext was given nil":                  func() { function.WithContext(nil) },
		"function: WithShutdown was given nil":                 func() { function.WithShutdown(nil) },
		"function: WithGrace was given the negative time -1ns": func() { function.WithGrace(-time.Nanosecond) },
	} {
		assert.PanicsWithValue(t, want, f)
	}
}

// oldContext stands in for the metadata of another library, found by a key of its own.
type oldContext struct{ RequestID string }

type oldKey struct{}

func TestWithContext(t *testing.T) {
	leak.Check(t)
	saw := make(chan string, 4)
	handler := function.Reflect(func(ctx context.Context) (string, error) {
		saw <- "handler " + ctx.Value(oldKey{}).(*oldContext).RequestID
		_, ok := ctx.Deadline()
		assert.True(t, ok, "it is derived from the invocation's")
		return "done", nil
	})
	middleware := func(next function.Handler) function.Handler {
		return function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
			saw <- "middleware " + ctx.Value(oldKey{}).(*oldContext).RequestID
			return next.Invoke(ctx, p)
		})
	}
	r := run(t, function.ModeGo1, handler, function.WithMiddleware(middleware),
		function.WithContext(func(ctx context.Context, c *function.Context) context.Context {
			return context.WithValue(ctx, oldKey{}, &oldContext{c.RequestID})
		}),
		function.WithContext(func(ctx context.Context, _ *function.Context) context.Context {
			ctx.Value(oldKey{}).(*oldContext).RequestID += " twice"
			return ctx
		}))
	req := invokeRequest{RequestId: "r-1"}
	req.Deadline.Seconds = time.Now().Unix() + 60
	var resp invokeResponse
	require.NoError(t, dial(t, r.addr).Call("Function.Invoke", req, &resp))
	assert.Equal(t, invokeResponse{Payload: []byte(`"done"`)}, resp)
	assert.Equal(t, "middleware r-1 twice", <-saw)
	assert.Equal(t, "handler r-1 twice", <-saw)
	r.end(t)
}

func TestWithContextThatFails(t *testing.T) {
	for want, f := range map[string]func(context.Context, *function.Context) context.Context{
		"luck": func(context.Context, *function.Context) context.Context { panic("luck") },
		"function: the function given to WithContext returned nil": func(context.Context, *function.Context) context.Context { return nil },
	} {
		leak.Check(t)
		r := run(t, function.ModeGo1, function.HandlerFunc(act), function.WithContext(f))
		assert.Equal(t, want, invoke(t, dial(t, r.addr), "1").Error.Message)
		assert.ErrorIs(t, r.wait(t), function.ErrPanicked)
	}
}

// Nil where there is a default means the default.
func TestOptionsOfNil(t *testing.T) {
	defaults := function.NewOptions()
	assert.Equal(t, defaults, function.NewOptions(function.WithErrorLog(nil), function.WithStdin(nil), function.WithStdout(nil)))
}
