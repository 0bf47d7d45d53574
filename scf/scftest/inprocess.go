package scftest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/scf/function"
)

// errTerminated is the cause of an execution's context when TerminateAsyncEvent ends it.
var errTerminated = errors.New("scftest: execution terminated")

// runHere runs a handler of this process, as the Go1 runtime would run it in its own.
func (s *Server) runHere(ctx context.Context, inv *invocation, h function.Handler) result {
	limit := time.Duration(inv.cfg.timeout) * time.Second
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ctx = context.WithValue(ctx, outputKey{}, inv.out)
	ctx = function.NewContext(ctx, &function.Context{
		RequestID: inv.id, FunctionName: inv.function, FunctionVersion: inv.version.name, Namespace: inv.namespace,
		MemoryLimitMB: int(inv.cfg.memory), TimeLimit: limit, Region: inv.region, AppID: s.cfg.appID, UIN: s.cfg.uin,
		Environment: s.contextEnv(inv),
	})
	began := time.Now()
	done := make(chan result, 1)
	s.handling.Add(1)
	go func() {
		defer s.handling.Done()
		res := failed(statusExit, -1, "User process exit when running") // if the handler ends this goroutine, as t.FailNow does
		defer func() { done <- res }()
		res = protect(ctx, h, inv.payload)
	}()
	var res result
	select {
	case res = <-done:
		if ctx.Err() != nil && res.status != statusOK {
			res = inv.stopped(ctx)
		}
	case <-ctx.Done():
		select {
		case res = <-done: // both at once: what it returned counts
			if res.status != statusOK {
				res = inv.stopped(ctx)
			}
		default:
			res = inv.stopped(ctx)
		}
	}
	res.duration = time.Since(began)
	res.mem = inv.cfg.memory << 20 / 4 // the memory of a goroutine cannot be told; any figure below the limit
	return res
}

// stopped is the result of an execution whose context ended.
func (inv *invocation) stopped(ctx context.Context) result {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return inv.timeout()
	}
	return canceled()
}

// protect calls a handler; a panic becomes a failure.
func protect(ctx context.Context, h function.Handler, payload []byte) (res result) {
	defer func() {
		if p := recover(); p != nil {
			res = userError(goError{Message: fmt.Sprint(p), Type: typeName(p), StackTrace: frames(), ShouldExit: true})
		}
	}()
	out, err := h.Invoke(ctx, append([]byte(nil), payload...))
	if err != nil {
		return userError(goError{Message: err.Error(), Type: typeName(err)})
	}
	return result{status: statusOK, ret: returned(out)}
}

// returned is what package function, in a process of its own, makes of a handler's output: nothing is null, and what is no JSON text
// is a JSON string.
func returned(out []byte) string {
	switch {
	case len(out) == 0:
		return "null"
	case json.Valid(out):
		return string(out)
	}
	quoted, _ := json.Marshal(string(out)) // a string has always a form
	return string(quoted)
}

// goError is how a function of the Go1 runtime reports a failure.
type goError struct {
	Message    string
	Type       string
	StackTrace []goFrame
	ShouldExit bool
}

type goFrame struct {
	Path  string
	Line  int32
	Label string
}

// userError is the platform's report of a failure in user code.
func userError(e goError) result {
	b, _ := json.Marshal(e)
	r := failed(statusUserError, 1, "user code exception caught")
	r.stack = "invoke function failed with err: " + string(b)
	return r
}

func typeName(v any) string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// frames returns the stack above a panic.
func frames() []goFrame {
	pcs := make([]uintptr, 64)
	it := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var out []goFrame
	started := false
	for {
		f, more := it.Next()
		if started && !strings.HasPrefix(f.Function, "runtime.") {
			out = append(out, goFrame{Path: f.File, Line: int32(f.Line), Label: f.Function})
		}
		started = started || f.Function == "runtime.gopanic"
		if !more {
			return out
		}
	}
}

type outputKey struct{}

// Output returns the log of the execution whose context ctx is, for in-process handlers: what is written there is what a
// function process would print. Outside an execution it discards.
func Output(ctx context.Context) io.Writer {
	if l, ok := ctx.Value(outputKey{}).(*userLog); ok {
		return l
	}
	return io.Discard
}
