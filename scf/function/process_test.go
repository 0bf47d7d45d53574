package function_test

import (
	"bytes"
	"errors"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function"
)

// child is this test binary as a function process.
type child struct {
	*exec.Cmd
	out, log bytes.Buffer
}

func newChild(t *testing.T, args ...string) *child {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	c := &child{Cmd: exec.CommandContext(t.Context(), exe, args...)}
	c.Env = []string{envChild + "=1", "PATH=" + os.Getenv("PATH")}
	if dir := os.Getenv("GOCOVERDIR"); dir != "" {
		c.Env = append(c.Env, "GOCOVERDIR="+dir)
	}
	c.Stdout, c.Stderr = &c.out, &c.log
	return c
}

// code waits for the end of the process and returns its status.
func (c *child) code(t *testing.T) int {
	t.Helper()
	err := c.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return c.ProcessState.ExitCode()
}

// freePort is a port that nobody listened on a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// reach dials until the process listens, as the platform does.
func reach(t *testing.T, addr string) net.Conn {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			return conn
		}
		require.True(t, time.Now().Before(deadline), "%v", err)
		wait := time.NewTimer(5 * time.Millisecond)
		<-wait.C
	}
}

func TestProcessGo1(t *testing.T) {
	for name, end := range map[string]struct {
		payload string
		status  int
		log     string
	}{
		"terminated": {"", 0, ""},
		"panicked":   {`"panic"`, 1, `function: the handler panicked: out of\nluck (request r-1)` + "\n"},
		"exited":     {`"exit"`, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			port := freePort(t)
			p := newChild(t)
			p.Env = append(p.Env, "_LAMBDA_SERVER_PORT="+port, "COSEVENT_HOST=127.0.0.1")
			require.NoError(t, p.Start())
			c := rpc.NewClient(reach(t, "127.0.0.1:"+port))
			require.NoError(t, c.Call("Function.Ping", pingMessage{}, &pingMessage{}))
			for range 3 {
				assert.Equal(t, `{"id":"r-1","function":"","pid":`+strconv.Itoa(p.Process.Pid)+`}`, string(invoke(t, c, `"who"`).Payload))
			}
			if end.payload == "" {
				require.NoError(t, p.Process.Signal(syscall.SIGTERM))
			} else {
				assert.True(t, invoke(t, c, end.payload).Error.ShouldExit)
			}
			assert.Equal(t, end.status, p.code(t))
			assert.Equal(t, end.log, p.log.String())
			_ = c.Close()
		})
	}
}

func TestProcessCustom(t *testing.T) {
	for name, end := range map[string]struct {
		payload string
		status  int
	}{
		"terminated": {"", 0},
		"panicked":   {`"panic"`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			platform := newPlatform(t)
			platform.serve(t)
			p := newChild(t)
			p.Env = append(p.Env, "SCF_FUNCTIONNAME=thumb", "SCF_RUNTIME_API="+os.Getenv("SCF_RUNTIME_API"), "SCF_RUNTIME_API_PORT="+os.Getenv("SCF_RUNTIME_API_PORT"))
			require.NoError(t, p.Start())
			platform.events <- sent{body: `"who"`, header: map[string]string{"request_id": "r-1"}}
			assert.Equal(t, answer{"response", `{"id":"r-1","function":"thumb","pid":` + strconv.Itoa(p.Process.Pid) + `}`}, platform.answered(t))
			if end.payload == "" {
				require.NoError(t, p.Process.Signal(syscall.SIGTERM))
			} else {
				platform.events <- sent{body: end.payload}
				assert.Equal(t, "error", platform.answered(t).path)
			}
			assert.Equal(t, end.status, p.code(t))
		})
	}
}

func TestProcessImage(t *testing.T) {
	port := freePort(t)
	p := newChild(t, "-serve", "127.0.0.1:"+port)
	require.NoError(t, p.Start())
	require.NoError(t, reach(t, "127.0.0.1:"+port).Close())
	c := httpClient(t)
	code, body := post(t, c, "http://127.0.0.1:"+port+"/event-invoke", strings.NewReader(`"who"`), "X-Scf-Request-Id", "r-1")
	assert.Equal(t, 200, code)
	assert.Contains(t, body, `"id":"r-1"`)
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, 0, p.code(t))
}

func TestProcessLocal(t *testing.T) {
	for _, tt := range []struct {
		in, out string
		status  int
		log     string
	}{
		{`{"a":1}`, "{\"a\":1}\n", 0, ""},
		{`"fail"`, "", 1, "QuotaError: reading: 3 left\n"},
		{`"panic"`, "", 1, "panic: string: out of\nluck\n"},
		{``, "", 1, "function: the event is empty; -h explains\n"},
	} {
		p := newChild(t)
		p.Stdin = strings.NewReader(tt.in)
		require.NoError(t, p.Start())
		assert.Equal(t, tt.status, p.code(t))
		assert.Equal(t, tt.out, p.out.String())
		assert.True(t, strings.HasPrefix(p.log.String(), tt.log), "%s", p.log.String())
	}
}

// The platform's own variable makes an image function of it, on the platform's own port.
func TestProcessImageByEnvironment(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:9000")
	if err == nil {
		defer busy.Close()
	}
	p := newChild(t)
	p.Env = append(p.Env, "TENCENTCLOUD_RUNENV=SCF", "COSEVENT_HOST=127.0.0.1")
	require.NoError(t, p.Start())
	assert.Equal(t, 1, p.code(t))
	assert.Contains(t, p.log.String(), "function: cannot listen: listen tcp 127.0.0.1:9000")
}

var _ function.Handler = function.HandlerFunc(act)
