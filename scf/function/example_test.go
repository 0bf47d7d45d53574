package function_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/scf/function"
)

func ExampleRun() {
	greet := function.JSON(func(_ context.Context, in struct{ Name string }) (string, error) {
		return "hello, " + in.Name, nil
	})
	event := strings.NewReader(`{"Name":"COS"}`)
	// A program calls function.Start(greet), which finds out the mode by itself.
	if err := function.Run(context.Background(), greet, function.WithMode(function.ModeLocal), function.WithArgs(), function.WithStdin(event)); err != nil {
		fmt.Println(err)
	}
	// Output: "hello, COS"
}

func ExampleJSON() {
	type thumbnail struct{ Width, Height int }
	h := function.JSON(func(_ context.Context, in thumbnail) (thumbnail, error) {
		return thumbnail{in.Width / 2, in.Height / 2}, nil
	})
	out, err := h.Invoke(context.Background(), []byte(`{"Width":640,"Height":480}`))
	fmt.Println(string(out), err)
	// Output: {"Width":320,"Height":240} <nil>
}

func ExampleReflect() {
	h := function.Reflect(func() (string, error) { return "ready", nil })
	out, err := h.Invoke(context.Background(), nil)
	fmt.Println(string(out), err)
	_, err = function.Reflect(func() string { return "ready" }).Invoke(context.Background(), nil)
	fmt.Println(err)
	// Output:
	// "ready" <nil>
	// function: handler func() string: a single returned value must be an error, not string; return (string, error)
}

// Handlers are tested without any runtime: a test gives the context itself.
func ExampleNewContext() {
	h := function.HandlerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		c, _ := function.FromContext(ctx)
		return fmt.Appendf(nil, "%q", c.FunctionName+" got "+string(payload)), nil
	})
	ctx := function.NewContext(context.Background(), &function.Context{FunctionName: "thumbnail"})
	out, err := h.Invoke(ctx, []byte("7"))
	fmt.Println(string(out), err)
	// Output: "thumbnail got 7" <nil>
}

func ExampleNewLogHandler() {
	var out bytes.Buffer
	plain := slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{} // for the example's sake
		}
		return a
	}})
	log := slog.New(function.NewLogHandler(plain))
	ctx := function.NewContext(context.Background(), &function.Context{RequestID: "r-1", FunctionName: "thumbnail"})
	log.InfoContext(ctx, "done", "objects", 3)
	fmt.Print(out.String())
	// Output: level=INFO msg=done request_id=r-1 function=thumbnail objects=3
}

func ExampleWithMiddleware() {
	timed := func(next function.Handler) function.Handler {
		return function.HandlerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
			start := time.Now()
			out, err := next.Invoke(ctx, payload)
			c, _ := function.FromContext(ctx)
			fmt.Println(c.RequestID, "took less than a minute:", time.Since(start) < time.Minute)
			return out, err
		})
	}
	h := function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil })
	err := function.Run(context.Background(), h, function.WithMiddleware(timed),
		function.WithMode(function.ModeLocal), function.WithArgs(), function.WithStdin(strings.NewReader("{}")))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// local took less than a minute: true
	// null
}

// The platform gets the type and the code that an error chooses.
func ExampleError() {
	h := function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		return nil, &function.Error{Type: "QuotaExceeded", Code: 12, Message: "3 of 3 used"}
	})
	err := function.Run(context.Background(), h, function.WithErrorLog(os.Stdout),
		function.WithMode(function.ModeLocal), function.WithArgs(), function.WithStdin(strings.NewReader("{}")))
	fmt.Println(err)
	// Output:
	// QuotaExceeded: 3 of 3 used
	// function: the invocation failed: QuotaExceeded: 3 of 3 used
}

// What was opened once for all invocations is closed when the process ends.
func ExampleWithShutdown() {
	h := function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return []byte(`"handled"`), nil })
	err := function.Run(context.Background(), h,
		function.WithShutdown(func(context.Context) { fmt.Println("flushed") }),
		function.WithMode(function.ModeLocal), function.WithArgs(), function.WithStdin(strings.NewReader("{}")))
	fmt.Println(err)
	// Output:
	// "handled"
	// flushed
	// <nil>
}

// Code that finds the metadata of an invocation by another key, such as that of scf-go-lib's functioncontext, is given it.
func ExampleWithContext() {
	type key struct{} // stands for the other library's
	h := function.Reflect(func(ctx context.Context) (string, error) {
		return fmt.Sprint("request ", ctx.Value(key{})), nil
	})
	err := function.Run(context.Background(), h,
		function.WithContext(func(ctx context.Context, c *function.Context) context.Context {
			return context.WithValue(ctx, key{}, c.RequestID)
		}),
		function.WithMode(function.ModeLocal), function.WithArgs(), function.WithStdin(strings.NewReader("{}")))
	if err != nil {
		fmt.Println(err)
	}
	// Output: "request local"
}
