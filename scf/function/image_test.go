package function_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

func post(t *testing.T, c *http.Client, url string, body io.Reader, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, string(b)
}

func httpClient(t *testing.T) *http.Client {
	tr := &http.Transport{ExpectContinueTimeout: 10 * time.Second}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func TestImage(t *testing.T) {
	leak.Check(t)
	t.Setenv("SCF_FUNCTIONNAME", "thumb")
	var last atomic.Pointer[function.Context]
	r := run(t, function.ModeImage, function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		got, _ := function.FromContext(ctx)
		last.Store(got)
		_, ok := ctx.Deadline()
		assert.Equal(t, got.TimeLimit > 0, ok)
		return act(ctx, p)
	}))
	c, url := httpClient(t), "http://"+r.addr+"/event-invoke"
	code, body := post(t, c, url, strings.NewReader(`{"a":1}`), "X-Scf-Request-Id", "r-1", "X-Scf-Memory", "128", "X-Scf-Timeout", "3000",
		"X-Scf-Name", "other", "X-Scf-Namespace", "ns", "X-Scf-Version", "7", "X-Scf-Region", "ap-guangzhou", "X-Scf-Appid", "1250000000", "X-Scf-Uin", "1")
	assert.Equal(t, 200, code)
	assert.Equal(t, `{"a":1}`, body)
	assert.Equal(t, &function.Context{RequestID: "r-1", MemoryLimitMB: 128, TimeLimit: 3 * time.Second, FunctionName: "other",
		Namespace: "ns", FunctionVersion: "7", Region: "ap-guangzhou", AppID: "1250000000", UIN: "1"}, last.Load())

	code, body = post(t, c, url+"?x=y", io.MultiReader(strings.NewReader("[1,"), strings.NewReader("2]"))) // chunked
	assert.Equal(t, 200, code)
	assert.Equal(t, `[1,2]`, body)
	assert.Equal(t, &function.Context{FunctionName: "thumb"}, last.Load())

	large := `"` + strings.Repeat("x", 6<<20) + `"`
	code, body = post(t, c, url, strings.NewReader(large), "Expect", "100-continue")
	assert.Equal(t, 200, code)
	assert.True(t, large == body)

	code, body = post(t, c, url, strings.NewReader(`"fail"`))
	assert.Equal(t, 500, code)
	assert.Equal(t, `{"errorCode":1,"errorMessage":"reading: 3 left","errorType":"QuotaError","requestId":""}`, body)

	code, _ = post(t, c, "http://"+r.addr+"/", strings.NewReader(`1`))
	assert.Equal(t, 404, code)
	resp, err := c.Get(url)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 405, resp.StatusCode)

	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			in := bytes.Repeat([]byte("1"), i+1)
			_, out := post(t, c, url, bytes.NewReader(in), "X-Scf-Request-Id", "x")
			assert.Equal(t, string(in), out)
		})
	}
	wg.Wait()

	resp, err = c.Post(url, "", strings.NewReader(`"panic"`))
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 500, resp.StatusCode)
	assert.True(t, resp.Close)
	assert.Contains(t, string(b), `"stackTrace":"`)
	assert.ErrorIs(t, r.wait(t), function.ErrPanicked)
}

// A client that asks first is told to go on.
func TestImageExpect(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeImage, function.HandlerFunc(act))
	conn, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /event-invoke HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	const goOn = "HTTP/1.1 100 Continue\r\n\r\n"
	b := make([]byte, len(goOn))
	_, err = io.ReadFull(conn, b)
	require.NoError(t, err)
	assert.Equal(t, goOn, string(b))
	_, err = io.WriteString(conn, "1")
	require.NoError(t, err)
	b, err = io.ReadAll(conn)
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(string(b), "\r\n\r\n1"), "%q", b)
	r.end(t)
}

// What a client asks with HEAD is answered without a body, and the connection goes on.
func TestImageHead(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeImage, function.HandlerFunc(act))
	conn, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "HEAD /event-invoke HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\n"+
		"GET /event-invoke HTTP/1.1\r\nHost: x\r\n\r\nPOST /event-invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1")
	require.NoError(t, err)
	br := bufio.NewReader(conn)
	for _, want := range []struct {
		method, allow, body string
		status              int
	}{
		{"HEAD", "POST", "", 405}, {"HEAD", "", "", 404},
		{"GET", "POST", `{"errorMessage":"only POST is served"}`, 405}, {"POST", "", "1", 200},
	} {
		resp, err := http.ReadResponse(br, &http.Request{Method: want.method})
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, want.status, resp.StatusCode)
		assert.Equal(t, want.allow, resp.Header.Get("Allow"))
		assert.Equal(t, want.body, string(body))
	}
	r.end(t)
}

// A client of HTTP/1.0 keeps the connection if it is told so.
func TestImageKeepAlive(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeImage, function.HandlerFunc(act))
	conn, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer conn.Close()
	br := bufio.NewReader(conn)
	for _, tt := range []struct{ version, connection, want string }{
		{"1.0", "Connection: Keep-Alive\r\n", "keep-alive"}, {"1.1", "", ""}, {"1.0", "", "close"},
	} {
		_, err = io.WriteString(conn, "POST /event-invoke HTTP/"+tt.version+"\r\n"+tt.connection+"Content-Length: 1\r\n\r\n1")
		require.NoError(t, err)
		resp, err := http.ReadResponse(br, nil)
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		got := resp.Header.Get("Connection")
		if resp.Close {
			got = "close"
		}
		assert.Equal(t, tt.want, got)
	}
	r.end(t)
}

// A client that sends a body over the limit gets its answer, whatever part of the body was read.
func TestImageTooLarge(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeImage, function.HandlerFunc(act))
	url := "http://" + r.addr + "/event-invoke"
	body := make([]byte, 65<<20)
	for name, body := range map[string]io.Reader{"sized": bytes.NewReader(body), "chunked": io.MultiReader(bytes.NewReader(body))} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", r.addr)
			require.NoError(t, err)
			defer conn.Close()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
			require.NoError(t, err)
			require.NoError(t, req.Write(conn)) // all of it, before the answer is read
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, 413, resp.StatusCode)
			assert.True(t, resp.Close)
		})
	}
	t.Run("asked first", func(t *testing.T) {
		conn, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, "POST /event-invoke HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 70000000\r\n\r\n")
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		assert.Equal(t, 413, resp.StatusCode, "no 100 before it")
	})
	r.end(t)
}

func TestImageNoHTTP(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeImage, function.HandlerFunc(act))
	for in, want := range map[string]string{
		"hello\r\n\r\n": "HTTP/1.1 400 Bad Request\r\n",
		"POST /event-invoke HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n": "HTTP/1.1 413 Content Too Large\r\n",
		"POST /event-invoke HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel":        "",
		"": "",
	} {
		conn, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		_, err = io.WriteString(conn, in)
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		b, err := io.ReadAll(conn)
		require.NoError(t, err)
		line, _, _ := strings.Cut(string(b), "Connection")
		assert.Equal(t, want, line, "%q", in)
		require.NoError(t, conn.Close())
	}
	r.end(t)
}

func TestAddressTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	err = function.Run(t.Context(), function.HandlerFunc(act), function.WithMode(function.ModeImage), function.WithAddr(l.Addr().String()))
	assert.ErrorContains(t, err, "cannot listen")
	assert.ErrorIs(t, err, syscall.EADDRINUSE)
}
