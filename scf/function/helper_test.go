package function_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function"
)

// envChild makes the test binary a function process: see TestMain.
const envChild = "FUNCTION_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(envChild) != "" {
		function.Start(function.HandlerFunc(act))
	}
	os.Exit(m.Run())
}

// QuotaError is an exported error type of a test's author.
type QuotaError struct{ Left int }

func (q *QuotaError) Error() string { return fmt.Sprintf("%d left", q.Left) }

// act does what its payload says.
func act(ctx context.Context, payload []byte) ([]byte, error) {
	c, _ := function.FromContext(ctx)
	switch string(payload) {
	case `"fail"`:
		return nil, fmt.Errorf("reading: %w", &QuotaError{3})
	case `"panic"`:
		panic("out of\nluck")
	case `"exit"`:
		return nil, &function.Error{Type: "Broken", Code: 7, Message: "no way on", Exit: true}
	case `"text"`:
		return []byte("50%done"), nil
	case `"nothing"`:
		return nil, nil
	case `"who"`:
		return fmt.Appendf(nil, `{"id":%q,"function":%q,"pid":%d}`, c.RequestID, c.FunctionName, os.Getpid()), nil
	case `"wait"`:
		<-ctx.Done()
		return fmt.Appendf(nil, "%q", context.Cause(ctx)), nil
	}
	return payload, nil
}

// local gives the local mode its input, output and arguments.
func local(stdin io.Reader, stdout io.Writer, args ...string) function.Option {
	return func(o *function.Options) {
		for _, opt := range []function.Option{function.WithStdin(stdin), function.WithStdout(stdout), function.WithArgs(args...)} {
			opt(o)
		}
	}
}

// running is a Run in a goroutine.
type running struct {
	addr string
	log  *lines
	stop context.CancelFunc
	done chan error
}

// run starts h in the given mode, and stops it at the end of the test.
func run(t *testing.T, mode function.Mode, h function.Handler, opts ...function.Option) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{log: &lines{}, stop: stop, done: make(chan error, 1)}
	listening := make(chan string, 1)
	opts = append([]function.Option{
		function.WithMode(mode), function.WithAddr("127.0.0.1:0"), function.WithErrorLog(r.log),
		function.OnListen(func(addr string) { listening <- addr }),
	}, opts...)
	go func() { r.done <- function.Run(ctx, h, opts...) }()
	t.Cleanup(stop)
	if mode == function.ModeGo1 || mode == function.ModeImage {
		select {
		case r.addr = <-listening:
		case err := <-r.done:
			require.FailNow(t, "Run ended", "%v", err)
		}
	}
	return r
}

// wait returns what Run returned.
func (r *running) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.done:
		return err
	case <-time.After(20 * time.Second):
		require.FailNow(t, "Run does not return")
		return nil
	}
}

// end stops Run and requires a clean end.
func (r *running) end(t *testing.T) {
	t.Helper()
	r.stop()
	assert.NoError(t, r.wait(t))
}

// lines is a log for several goroutines.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The platform's side of the Go1 runtime, for net/rpc.

type pingMessage struct{}

type invokeRequest struct {
	Payload               []byte
	RequestId             string
	TraceId               string
	Deadline              struct{ Seconds, Nanos int64 }
	InvokedFunctionUnique string
	ClientContext         []byte
	Namespace             string
	FunctionName          string
	FunctionVersion       string
	MemoryLimitInMb       int32
	TimeLimitInMs         int32
	Environment           string
	TencentcloudRegion    string
	TencentcloudAppID     string
	TencentcloudUin       string
	FunctionTrace         string
}

type invokeResponse struct {
	Payload []byte
	Error   *invokeError
}

type invokeError struct {
	Message    string
	Type       string
	StackTrace []*stackFrame
	ShouldExit bool
}

type stackFrame struct {
	Path  string
	Line  int32
	Label string
}

// dial connects as the platform does.
func dial(t *testing.T, addr string) *rpc.Client {
	t.Helper()
	c, err := rpc.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() {
		if err := c.Close(); !errors.Is(err, rpc.ErrShutdown) {
			assert.NoError(t, err)
		}
	})
	return c
}

func invoke(t *testing.T, c *rpc.Client, payload string) invokeResponse {
	t.Helper()
	var resp invokeResponse
	require.NoError(t, c.Call("Function.Invoke", invokeRequest{Payload: []byte(payload), RequestId: "r-1"}, &resp))
	return resp
}
