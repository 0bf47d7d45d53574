package function_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

func TestCustomCalls(t *testing.T) {
	leak.Check(t)
	t.Setenv("SCF_FUNCTIONNAME", "thumb")
	t.Setenv("TENCENTCLOUD_REGION", "ap-guangzhou")
	p := newPlatform(t)
	p.serve(t)
	var got []*function.Context
	var left []time.Duration
	r := run(t, function.ModeCustom, function.HandlerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		c, _ := function.FromContext(ctx)
		got = append(got, c)
		deadline, ok := ctx.Deadline()
		left = append(left, time.Until(deadline))
		assert.Equal(t, ok, c.TimeLimit > 0)
		return act(ctx, payload)
	}))
	large := `"` + strings.Repeat("x", 6<<20) + `"`
	p.events <- sent{body: `{"a":1}`, header: map[string]string{"Request_id": "r-1", "MEMORY_LIMIT_IN_MB": "256", "time_limit_in_ms": "60000"}}
	p.events <- sent{body: `[1,2,3]`, header: map[string]string{"request-id": "r-2"}, chunks: true}
	p.events <- sent{body: large, header: map[string]string{"time_limit_in_ms": "0", "memory_limit_in_mb": "lots"}}
	p.events <- sent{body: `"fail"`, header: map[string]string{"request_id": "r-4"}}
	p.events <- sent{body: `"text"`}
	p.events <- sent{body: ``}
	for _, want := range []answer{
		{"response", `{"a":1}`}, {"response", `[1,2,3]`}, {"response", large},
		{"error", `{"errorCode":1,"errorMessage":"reading: 3 left","errorType":"QuotaError","requestId":"r-4"}`},
		{"response", `"50%done"`}, {"response", "null"},
	} {
		assert.True(t, want == p.answered(t), "%.100s", want.body)
	}
	r.end(t)
	require.Len(t, got, 6)
	assert.Equal(t, &function.Context{RequestID: "r-1", FunctionName: "thumb", Region: "ap-guangzhou", MemoryLimitMB: 256, TimeLimit: time.Minute}, got[0])
	assert.Equal(t, &function.Context{RequestID: "r-2", FunctionName: "thumb", Region: "ap-guangzhou"}, got[1])
	assert.InDelta(t, time.Minute, left[0], float64(10*time.Second))
	assert.Equal(t, 1, p.conns, "one connection does")
	assert.Equal(t, 1, p.ready)
	assert.Empty(t, r.log.String())
}

func TestCustomPanic(t *testing.T) {
	leak.Check(t)
	p := newPlatform(t)
	p.serve(t)
	r := run(t, function.ModeCustom, function.HandlerFunc(act))
	p.events <- sent{body: `"panic"`, header: map[string]string{"request_id": "r-1"}}
	a := p.answered(t)
	assert.Equal(t, "error", a.path)
	assert.Contains(t, a.body, `"errorMessage":"out of\nluck","errorType":"string","requestId":"r-1","stackTrace":"github.com/cosevent/cosevent-go/scf/function_test.act (`)
	assert.ErrorIs(t, r.wait(t), function.ErrPanicked)
}

func TestCustomPlatformComesLate(t *testing.T) {
	leak.Check(t)
	p := newPlatform(t)
	l := p.Listener
	host, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	t.Setenv("SCF_RUNTIME_API", host)
	t.Setenv("SCF_RUNTIME_API_PORT", port)
	r := run(t, function.ModeCustom, function.HandlerFunc(act))
	p.Listener, err = net.Listen("tcp", l.Addr().String())
	require.NoError(t, err)
	p.Start()
	p.events <- sent{body: `1`}
	assert.Equal(t, answer{"response", "1"}, p.answered(t))
	r.end(t)
}

func TestCustomPlatformNeverComes(t *testing.T) {
	leak.Check(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	t.Setenv("SCF_RUNTIME_API", l.Addr().String())
	t.Setenv("SCF_RUNTIME_API_PORT", "")
	r := run(t, function.ModeCustom, function.HandlerFunc(act), function.ConnectTime(30*time.Millisecond))
	err = r.wait(t)
	assert.ErrorContains(t, err, "the runtime API at http://"+l.Addr().String()+" did not answer POST /runtime/init/ready for 30ms")
	assert.ErrorContains(t, err, "refused")
}

func TestCustomWrongEnvironment(t *testing.T) {
	for _, tt := range []struct{ host, port, want string }{
		{"", "1", "SCF_RUNTIME_API is not set"},
		{"127.0.0.1", "", "SCF_RUNTIME_API_PORT is not set"},
		{"127.0.0.1", "http", `SCF_RUNTIME_API_PORT is "http", not a valid port (1 to 65535)`},
		{"127.0.0.1", "70000", `SCF_RUNTIME_API_PORT is "70000", not a valid port (1 to 65535)`},
	} {
		t.Setenv("SCF_RUNTIME_API", tt.host)
		t.Setenv("SCF_RUNTIME_API_PORT", tt.port)
		err := function.Run(t.Context(), function.HandlerFunc(act), function.WithMode(function.ModeCustom))
		assert.EqualError(t, err, "function: "+tt.want)
	}
}

// once lets f answer the first requests for a path.
func once(path string, n int, f http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if !strings.HasSuffix(r.URL.Path, path) || n == 0 {
			return false
		}
		n--
		f(w, r)
		return true
	}
}

func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestCustomFaultsThatPass(t *testing.T) {
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"ready dropped":    once("/ready", 3, drop),
		"next dropped":     once("/next", 3, drop),
		"next busy":        once("/next", 2, status(503)),
		"next throttled":   once("/next", 1, status(429)),
		"response dropped": once("/response", 3, drop),
		"response failed":  once("/response", 2, status(500)),
		"closing": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Connection", "close")
			return false
		},
	} {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			p := newPlatform(t)
			p.fault = fault
			p.serve(t)
			calls := 0
			r := run(t, function.ModeCustom, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
				calls++
				return []byte("1"), nil
			}))
			for range 2 {
				p.events <- sent{body: "{}", header: map[string]string{"request_id": "r-1"}}
				assert.Equal(t, answer{"response", "1"}, p.answered(t))
			}
			r.end(t)
			assert.Equal(t, 2, calls)
			assert.Empty(t, r.log.String())
		})
	}
}

// The platform took the event back because the answer did not arrive: the work is not done again.
func TestCustomAnswerLost(t *testing.T) {
	leak.Check(t)
	p := newPlatform(t)
	down := true
	p.fault = func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/next") {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.current != nil && down {
				down = false
			}
			return false
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if strings.HasSuffix(r.URL.Path, "/response") && down {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	p.serve(t)
	calls := 0
	r := run(t, function.ModeCustom, function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		calls++
		return []byte("1"), nil
	}), function.ConnectTime(20*time.Millisecond))
	p.events <- sent{body: "{}", header: map[string]string{"request_id": "r-1"}}
	assert.Equal(t, answer{"response", "1"}, p.answered(t))
	r.end(t)
	assert.Equal(t, 1, calls)
	assert.Contains(t, r.log.String(), "the answer to request r-1 was not delivered: ")
}

func TestCustomAnswerRefused(t *testing.T) {
	leak.Check(t)
	p := newPlatform(t)
	p.fault = once("/response", 1, status(413))
	p.serve(t)
	r := run(t, function.ModeCustom, function.HandlerFunc(act))
	p.events <- sent{body: "1", header: map[string]string{"request_id": "r-1"}}
	a := p.answered(t)
	assert.Equal(t, "error", a.path)
	assert.Contains(t, a.body, `"errorType":"AnswerRefused"`)
	p.events <- sent{body: "2"}
	assert.Equal(t, answer{"response", "2"}, p.answered(t))
	r.end(t)
	assert.Equal(t, "function: the answer to request r-1 was not delivered: POST /runtime/invocation/response: HTTP status 413\n", r.log.String())
}

// silent never answers.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// An API that takes a request and does not answer costs its time, and is asked again.
func TestCustomSilentAPI(t *testing.T) {
	for _, path := range []string{"/ready", "/response", "/error"} {
		t.Run(path, func(t *testing.T) {
			leak.Check(t)
			p := newPlatform(t)
			p.fault = once(path, 1, silent)
			p.serve(t)
			r := run(t, function.ModeCustom, function.HandlerFunc(act), function.RequestTime(50*time.Millisecond))
			event, want := "1", "response"
			if path == "/error" {
				event, want = `"fail"`, "error"
			}
			p.events <- sent{body: event}
			assert.Equal(t, want, p.answered(t).path)
			r.end(t)
			assert.Empty(t, r.log.String())
		})
	}
	t.Run("for ever", func(t *testing.T) {
		leak.Check(t)
		p := newPlatform(t)
		p.fault = once("/ready", 1000, silent)
		p.serve(t)
		r := run(t, function.ModeCustom, function.HandlerFunc(act), function.RequestTime(10*time.Millisecond), function.ConnectTime(20*time.Millisecond))
		err := r.wait(t)
		assert.ErrorContains(t, err, "did not answer POST /runtime/init/ready for 20ms")
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	})
}

func TestCustomNextRefused(t *testing.T) {
	leak.Check(t)
	p := newPlatform(t)
	p.fault = once("/next", 1, status(410))
	p.serve(t)
	r := run(t, function.ModeCustom, function.HandlerFunc(act))
	assert.EqualError(t, r.wait(t), "function: GET /runtime/invocation/next: HTTP status 410")
}

func TestCustomNoHTTP(t *testing.T) {
	leak.Check(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "220 hello\r\n\r\n")
			_ = conn.Close()
		}
	})
	t.Setenv("SCF_RUNTIME_API", l.Addr().String())
	t.Setenv("SCF_RUNTIME_API_PORT", "")
	r := run(t, function.ModeCustom, function.HandlerFunc(act), function.ConnectTime(30*time.Millisecond))
	assert.Error(t, r.wait(t))
	require.NoError(t, l.Close())
	wg.Wait()
}

// Nothing runs, so the end does not wait for any grace.
func TestCustomShutdownWhileWaiting(t *testing.T) {
	leak.Check(t)
	p := newPlatform(t)
	asked := make(chan struct{})
	p.fault = func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/next") {
			close(asked)
		}
		return false
	}
	p.serve(t)
	r := run(t, function.ModeCustom, function.HandlerFunc(act), function.WithGrace(time.Hour))
	<-asked
	r.end(t)
	assert.Empty(t, r.log.String())
}

// The end of the process lets the call finish, and its answer goes out.
func TestCustomShutdown(t *testing.T) {
	leak.Check(t)
	p := newPlatform(t)
	p.serve(t)
	started, release := make(chan struct{}), make(chan struct{})
	r := run(t, function.ModeCustom, function.HandlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		close(started)
		<-release
		return []byte("1"), ctx.Err()
	}), function.WithGrace(time.Minute))
	p.events <- sent{body: "{}"}
	<-started
	r.stop()
	close(release)
	assert.Equal(t, answer{"response", "1"}, p.answered(t))
	assert.NoError(t, r.wait(t))
}
