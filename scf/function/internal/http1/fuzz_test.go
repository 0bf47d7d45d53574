package http1_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function/internal/http1"
)

const limit = 1 << 20

var responses = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nRequest_id: a-b\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n",
	"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.0 200 OK\r\n\r\nto the end",
	"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
	"HTTP/1.1 200\r\ncontent-length: 1\r\nContent-Length: 1\r\n\r\nx",
	"HTTP/1.1 200 OK\nA:b\n\nbody",
}

// FuzzResponse feeds any bytes: a response that the reader takes, net/http takes too, and with the same content.
func FuzzResponse(f *testing.F) {
	for _, s := range responses {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := http1.NewReader(bytes.NewReader(b))
		got, err := r.ReadResponse(limit)
		if err != nil {
			return
		}
		oracle := bufio.NewReader(bytes.NewReader(b))
		for {
			want, err := http.ReadResponse(oracle, nil)
			require.NoError(t, err)
			body, err := io.ReadAll(want.Body)
			require.NoError(t, err)
			if want.StatusCode < 200 {
				continue
			}
			require.Equal(t, want.StatusCode, got.Status)
			require.True(t, bytes.Equal(body, got.Body), "%q is not %q", got.Body, body)
			// Keeping a connection that should close costs one error; the other way costs a new connection.
			require.False(t, want.Close && !got.Close, "close is not seen")
			require.Equal(t, want.Header.Get("Etag"), r.Get("etag"))
			return
		}
	})
}

// FuzzRequest does the same for requests.
func FuzzRequest(f *testing.F) {
	f.Add([]byte("POST /event-invoke?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}"))
	f.Add([]byte("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"))
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := http1.NewReader(bytes.NewReader(b))
		got, err := r.ReadRequest()
		if err != nil {
			return
		}
		body, err := r.ReadBody(got, limit)
		if err != nil {
			return
		}
		want, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			// Targets and hosts are not looked into here, beyond the one path that is served.
			require.NotEqual(t, "/event-invoke", got.Path)
			return
		}
		wantBody, err := io.ReadAll(want.Body)
		require.NoError(t, err)
		require.Equal(t, want.Method, got.Method)
		require.True(t, bytes.Equal(wantBody, body), "%q is not %q", body, wantBody)
		require.False(t, want.Close && !got.Close, "close is not seen")
	})
}
