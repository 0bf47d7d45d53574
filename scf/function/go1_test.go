package function_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"io"
	"net"
	"net/rpc"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

func TestGo1Call(t *testing.T) {
	leak.Check(t)
	var got *function.Context
	var deadline time.Time
	r := run(t, function.ModeGo1, function.HandlerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		got, _ = function.FromContext(ctx)
		deadline, _ = ctx.Deadline()
		return append([]byte("[1,"), append(payload, ']')...), nil
	}))
	c := dial(t, r.addr)
	require.NoError(t, c.Call("Function.Ping", pingMessage{}, &pingMessage{}))

	t.Setenv("FUNCTION_TEST_A", "old")
	when := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	req := invokeRequest{
		Payload: []byte("2"), RequestId: "r-1", TraceId: "t-1", InvokedFunctionUnique: "u", ClientContext: []byte(`{"a":1}`),
		Namespace: "ns", FunctionName: "thumb", FunctionVersion: "$LATEST", MemoryLimitInMb: 128, TimeLimitInMs: 3000,
		Environment: `{"FUNCTION_TEST_A":"new","N":1}`, TencentcloudRegion: "ap-guangzhou", TencentcloudAppID: "1250000000",
		TencentcloudUin: "100000000001", FunctionTrace: "x",
	}
	req.Deadline.Seconds, req.Deadline.Nanos = when.Unix(), int64(when.Nanosecond())
	var resp invokeResponse
	require.NoError(t, c.Call("Function.Invoke", &req, &resp))
	assert.Equal(t, invokeResponse{Payload: []byte("[1,2]")}, resp)
	assert.Equal(t, &function.Context{
		RequestID: "r-1", TraceID: "t-1", ClientContext: []byte(`{"a":1}`), Namespace: "ns", FunctionName: "thumb",
		FunctionVersion: "$LATEST", MemoryLimitMB: 128, TimeLimit: 3 * time.Second, Region: "ap-guangzhou",
		AppID: "1250000000", UIN: "100000000001", InvokedFunctionUnique: "u", FunctionTrace: "x",
		Environment: map[string]string{"FUNCTION_TEST_A": "new", "N": "1"},
	}, got)
	assert.WithinDuration(t, when, deadline, 0)
	assert.Equal(t, "new", os.Getenv("FUNCTION_TEST_A"))

	resp = invokeResponse{}
	require.NoError(t, c.Call("Function.Invoke", invokeRequest{TimeLimitInMs: 3000, Payload: []byte("3")}, &resp))
	assert.Equal(t, "[1,3]", string(resp.Payload))
	assert.True(t, deadline.IsZero(), "no deadline was sent")
	assert.Equal(t, &function.Context{TimeLimit: 3 * time.Second}, got, "nothing of the call before is left")
	require.NoError(t, c.Close())
	r.end(t)
	assert.Empty(t, r.log.String())
}

func TestGo1Outcomes(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, function.HandlerFunc(act))
	c := dial(t, r.addr)
	assert.Equal(t, invokeResponse{Payload: []byte(`{"a":1}`)}, invoke(t, c, `{"a":1}`))
	assert.Equal(t, invokeResponse{Payload: []byte(`"50%done"`)}, invoke(t, c, `"text"`))
	assert.Equal(t, invokeResponse{Payload: []byte(`null`)}, invoke(t, c, `"nothing"`))
	assert.Equal(t, invokeResponse{Error: &invokeError{Message: "reading: 3 left", Type: "QuotaError"}}, invoke(t, c, `"fail"`))

	resp := invoke(t, c, `"panic"`)
	require.NotNil(t, resp.Error)
	assert.Equal(t, "out of\nluck", resp.Error.Message)
	assert.Equal(t, "string", resp.Error.Type)
	assert.True(t, resp.Error.ShouldExit)
	require.NotEmpty(t, resp.Error.StackTrace)
	assert.Contains(t, resp.Error.StackTrace[0].Label, "function_test.act")
	assert.True(t, strings.HasSuffix(resp.Error.StackTrace[0].Path, "helper_test.go"))
	assert.Positive(t, resp.Error.StackTrace[0].Line)

	err := r.wait(t)
	assert.ErrorIs(t, err, function.ErrPanicked)
	assert.EqualError(t, err, `function: the handler panicked: out of\nluck (request r-1)`)
}

func TestGo1ErrorThatExits(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, function.HandlerFunc(act))
	resp := invoke(t, dial(t, r.addr), `"exit"`)
	assert.Equal(t, &invokeError{Message: "no way on", Type: "Broken", ShouldExit: true}, resp.Error)
	assert.NoError(t, r.wait(t), "an end that was asked for")
}

func TestGo1ManyCalls(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, function.HandlerFunc(act))
	var wg sync.WaitGroup
	for range 4 {
		c := dial(t, r.addr)
		for i := range 50 {
			wg.Go(func() {
				payload := bytes.Repeat([]byte("1"), 1+i*i*10)
				var resp invokeResponse
				if assert.NoError(t, c.Call("Function.Invoke", invokeRequest{Payload: payload, Environment: `{"FUNCTION_TEST_B":"x"}`}, &resp)) {
					assert.True(t, bytes.Equal(payload, resp.Payload))
				}
				assert.NoError(t, c.Call("Function.Ping", pingMessage{}, &pingMessage{}))
			})
		}
	}
	wg.Wait()
	r.end(t)
}

// An invocation that takes its time holds up neither a ping nor other invocations of the connection.
func TestGo1CallsOverlap(t *testing.T) {
	leak.Check(t)
	entered, release := make(chan struct{}), make(chan struct{})
	r := run(t, function.ModeGo1, function.HandlerFunc(func(_ context.Context, p []byte) ([]byte, error) {
		if string(p) == "0" {
			return p, nil
		}
		entered <- struct{}{}
		<-release
		return p, nil
	}))
	c := dial(t, r.addr)
	for range 3 { // quick ones first
		assert.Equal(t, "0", string(invoke(t, c, "0").Payload))
	}
	replies := make([]invokeResponse, 8)
	calls := make(chan *rpc.Call, len(replies))
	for i := range replies {
		c.Go("Function.Invoke", invokeRequest{Payload: []byte{'1' + byte(i)}}, &replies[i], calls)
	}
	for range replies {
		<-entered
	}
	require.NoError(t, c.Call("Function.Ping", pingMessage{}, &pingMessage{}))
	assert.Equal(t, "0", string(invoke(t, c, "0").Payload))
	close(release)
	for range replies {
		require.NoError(t, (<-calls).Error)
	}
	for i, reply := range replies {
		assert.Equal(t, string(rune('1'+i)), string(reply.Payload))
	}
	// Quick ones bring the connection back to where it began, and a slow one still holds up nothing.
	for range 50 {
		assert.Equal(t, "0", string(invoke(t, c, "0").Payload))
	}
	release = make(chan struct{})
	c.Go("Function.Invoke", invokeRequest{Payload: []byte("1")}, &replies[0], calls)
	<-entered
	for range 50 {
		assert.Equal(t, "0", string(invoke(t, c, "0").Payload))
	}
	close(release)
	require.NoError(t, (<-calls).Error)
	r.end(t)
	assert.Empty(t, r.log.String())
}

func TestGo1LargePayload(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, function.HandlerFunc(act))
	c := dial(t, r.addr)
	payload := `"` + strings.Repeat("x", 6<<20) + `"`
	for range 3 {
		resp := invoke(t, c, payload)
		assert.Equal(t, len(payload), len(resp.Payload))
		assert.True(t, payload == string(resp.Payload))
	}
	r.end(t)
}

func TestGo1WrongCalls(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, function.HandlerFunc(act))
	c := dial(t, r.addr)
	for _, method := range []string{"Function.Stop", "Other.Invoke", "x", ""} {
		err := c.Call(method, struct{ A, B string }{"a", "b"}, &pingMessage{})
		assert.Equal(t, rpc.ServerError("rpc: can't find method "+method), err)
	}
	err := c.Call("Function.Invoke", struct{ Payload string }{"text"}, &invokeResponse{})
	assert.ErrorContains(t, err, "Payload")
	assert.Equal(t, invokeResponse{Payload: []byte(`1`)}, invoke(t, c, `1`), "the connection goes on")
	r.end(t)
}

func TestGo1MalformedFrames(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, function.HandlerFunc(act))
	for _, b := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00", "\xf8\xff\xff\xff\xff\xff\xff\xff\xff", "\x03\xff\x82\x00"} {
		conn, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		_, err = io.WriteString(conn, b)
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		_, err = io.ReadAll(conn)
		if err != nil {
			assert.ErrorContains(t, err, "reset", "closed with our bytes unread")
		}
		require.NoError(t, conn.Close())
	}
	assert.Equal(t, invokeResponse{Payload: []byte(`1`)}, invoke(t, dial(t, r.addr), `1`), "others are served")
	r.end(t)
	assert.Equal(t, 4, strings.Count(r.log.String(), "\n"), "%s", r.log)
}

// A peer that closes its sending half still gets its answers.
func TestGo1HalfClosed(t *testing.T) {
	leak.Check(t)
	started, release := make(chan struct{}), make(chan struct{})
	r := run(t, function.ModeGo1, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		close(started)
		<-release
		return []byte("1"), nil
	}))
	conn, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	c := rpc.NewClient(conn)
	defer c.Close()
	var resp invokeResponse
	call := c.Go("Function.Invoke", invokeRequest{}, &resp, nil)
	<-started
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	close(release)
	<-call.Done
	require.NoError(t, call.Error)
	assert.Equal(t, "1", string(resp.Payload))
	r.end(t)
	assert.Empty(t, r.log.String())
}

func TestGo1ConnectionLost(t *testing.T) {
	leak.Check(t)
	started, release := make(chan struct{}), make(chan struct{})
	r := run(t, function.ModeGo1, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		close(started)
		<-release
		return bytes.Repeat([]byte("1"), 6<<20), nil
	}))
	c := dial(t, r.addr)
	call := c.Go("Function.Invoke", invokeRequest{RequestId: "lost"}, &invokeResponse{}, nil)
	<-started
	require.NoError(t, c.Close())
	<-call.Done
	close(release)
	r.end(t)
	assert.Contains(t, r.log.String(), "the answer to request lost was not sent")
}

// The end of the process lets a call finish.
func TestShutdownWaits(t *testing.T) {
	leak.Check(t)
	started, release := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	r := run(t, function.ModeGo1, function.HandlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		close(started)
		<-release
		return []byte("1"), ctx.Err()
	}), function.WithGrace(time.Minute), function.WithShutdown(func(ctx context.Context) {
		_, ok := ctx.Deadline()
		assert.True(t, ok)
		close(ended)
	}))
	c := dial(t, r.addr)
	var resp invokeResponse
	call := c.Go("Function.Invoke", invokeRequest{}, &resp, nil)
	<-started
	r.stop()
	close(release)
	<-call.Done
	require.NoError(t, call.Error)
	assert.Equal(t, invokeResponse{Payload: []byte("1")}, resp)
	assert.NoError(t, r.wait(t))
	<-ended
	_, err := net.Dial("tcp", r.addr)
	assert.Error(t, err, "nobody listens any more")
}

// After the grace the context is cancelled, and says why.
func TestShutdownCancels(t *testing.T) {
	leak.Check(t)
	type key struct{}
	started := make(chan any, 1)
	r := run(t, function.ModeGo1, function.HandlerFunc(act), function.WithGrace(20*time.Millisecond),
		function.WithMiddleware(func(next function.Handler) function.Handler {
			return function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
				started <- ctx.Value(key{})
				return next.Invoke(ctx, p)
			})
		}))
	c := dial(t, r.addr)
	var resp invokeResponse
	call := c.Go("Function.Invoke", invokeRequest{Payload: []byte(`"wait"`)}, &resp, nil)
	<-started
	r.stop()
	<-call.Done
	require.NoError(t, call.Error)
	assert.Equal(t, `"`+function.ErrShutdown.Error()+`"`, string(resp.Payload))
	assert.NoError(t, r.wait(t))
}

// A handler that does not listen cannot hold the process.
func TestShutdownGivesUp(t *testing.T) {
	leak.Check(t)
	started, release := make(chan struct{}), make(chan struct{})
	r := run(t, function.ModeGo1, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		close(started)
		<-release
		return nil, nil
	}), function.WithGrace(10*time.Millisecond))
	c := dial(t, r.addr)
	call := c.Go("Function.Invoke", invokeRequest{}, &invokeResponse{}, nil)
	<-started
	r.stop()
	assert.ErrorContains(t, r.wait(t), "did not return")
	<-call.Done
	assert.Error(t, call.Error)
	close(release)
}

// Bytes that nobody reads any more do not cost the peer the report of a panic.
func TestPanicReportArrives(t *testing.T) {
	leak.Check(t)
	message := strings.Repeat("x", 6<<20)
	release := make(chan struct{})
	r := run(t, function.ModeGo1, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		<-release
		panic(message)
	}), function.WithGrace(time.Minute))
	conn, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer conn.Close()
	enc := gob.NewEncoder(conn)
	require.NoError(t, enc.Encode(rpc.Request{ServiceMethod: "Function.Invoke", Seq: 1}))
	require.NoError(t, enc.Encode(invokeRequest{}))
	_, err = conn.Write(make([]byte, 64<<10)) // no gob: reading ends here
	require.NoError(t, err)
	for !strings.Contains(r.log.String(), "malformed") {
		runtime.Gosched()
	}
	close(release)
	dec := gob.NewDecoder(conn)
	var head rpc.Response
	require.NoError(t, dec.Decode(&head))
	var resp invokeResponse
	require.NoError(t, dec.Decode(&resp))
	require.NotNil(t, resp.Error)
	assert.True(t, message == resp.Error.Message)
	assert.ErrorIs(t, r.wait(t), function.ErrPanicked)
}

// While one call panics, another one finishes.
func TestPanicLetsOthersFinish(t *testing.T) {
	leak.Check(t)
	started, panicked := make(chan struct{}), make(chan struct{})
	r := run(t, function.ModeGo1, function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		if string(p) == "0" {
			panic(errors.New("bad"))
		}
		close(started)
		<-panicked
		return []byte("1"), nil
	}), function.WithGrace(time.Minute))
	c := dial(t, r.addr)
	var slow invokeResponse
	call := c.Go("Function.Invoke", invokeRequest{Payload: []byte("1")}, &slow, nil)
	<-started
	resp := invoke(t, c, "0")
	assert.Equal(t, "errorString", resp.Error.Type)
	close(panicked)
	<-call.Done
	require.NoError(t, call.Error)
	assert.Equal(t, "1", string(slow.Payload))
	assert.ErrorIs(t, r.wait(t), function.ErrPanicked)
}
