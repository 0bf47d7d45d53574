package function_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function"
)

var nothing = function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil })

// background runs h and returns the address it listens on.
func background(b *testing.B, mode function.Mode, opts ...function.Option) string {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	done, listening := make(chan error, 1), make(chan string, 1)
	opts = append(opts, function.WithMode(mode), function.WithAddr("127.0.0.1:0"), function.OnListen(func(a string) { listening <- a }))
	go func() { done <- function.Run(ctx, nothing, opts...) }()
	b.Cleanup(func() {
		stop()
		require.NoError(b, <-done)
	})
	if mode == function.ModeCustom {
		return ""
	}
	return <-listening
}

// BenchmarkGo1 measures a call without the cost of a client: the same bytes are sent again and again.
func BenchmarkGo1(b *testing.B) {
	var buf bytes.Buffer
	enc := gob.NewEncoder(&buf)
	req := invokeRequest{Payload: bytes.Repeat([]byte("x"), 1000), RequestId: "r-1", Environment: `{"A":"b"}`, FunctionName: "thumb"}
	req.Deadline.Seconds = 1 << 40
	encode := func() []byte {
		buf.Reset()
		require.NoError(b, enc.Encode(struct {
			ServiceMethod string
			Seq           uint64
		}{"Function.Invoke", 1}))
		require.NoError(b, enc.Encode(req))
		return bytes.Clone(buf.Bytes())
	}
	first, next := encode(), encode()
	conn, err := net.Dial("tcp", background(b, function.ModeGo1))
	require.NoError(b, err)
	defer conn.Close()
	_, err = conn.Write(first)
	require.NoError(b, err)
	reply := make([]byte, 4096)
	_, err = conn.Read(reply) // with the definitions of types
	require.NoError(b, err)

	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(next); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Read(reply); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCustom measures a turn of the Custom Runtime the same way: next and its event, response and its receipt.
func BenchmarkCustom(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	defer l.Close()
	b.Setenv("SCF_RUNTIME_API", l.Addr().String())
	b.Setenv("SCF_RUNTIME_API_PORT", "")
	background(b, function.ModeCustom)
	conn, err := l.Accept()
	require.NoError(b, err)
	defer conn.Close()

	body := bytes.Repeat([]byte("x"), 1000)
	event := []byte("HTTP/1.1 200 OK\r\nRequest_id: r-1\r\nTime_limit_in_ms: 3000\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body))
	done := []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	in := make([]byte, 4096)
	turn := func(answer []byte) {
		if _, err := conn.Read(in); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Write(answer); err != nil {
			b.Fatal(err)
		}
	}
	turn(done) // ready
	b.ReportAllocs()
	for b.Loop() {
		turn(event)
		turn(done)
	}
}

// BenchmarkImage measures a call of an image function.
func BenchmarkImage(b *testing.B) {
	conn, err := net.Dial("tcp", background(b, function.ModeImage))
	require.NoError(b, err)
	defer conn.Close()
	var buf bytes.Buffer
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://x/event-invoke", bytes.NewReader(bytes.Repeat([]byte("x"), 1000)))
	require.NoError(b, err)
	require.NoError(b, req.Write(&buf))
	reply := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(buf.Bytes()); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Read(reply); err != nil && err != io.EOF {
			b.Fatal(err)
		}
	}
}
