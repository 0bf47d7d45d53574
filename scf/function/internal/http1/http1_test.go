package http1_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function/internal/http1"
)

func TestReadResponse(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     http1.Response
		err      error
	}{
		{"sized", responses[0], http1.Response{Status: 200, Body: []byte("hello")}, nil},
		{"chunked", responses[1], http1.Response{Status: 200, Body: []byte("hello")}, nil},
		{"no body", responses[2], http1.Response{Status: 204, Close: true}, nil},
		{"provisional first", responses[3], http1.Response{Status: 404, Body: []byte{}}, nil},
		{"to the end", responses[4], http1.Response{Status: 200, Body: []byte("to the end"), Close: true}, nil},
		{"old, kept alive", responses[5], http1.Response{Status: 200, Body: []byte("x")}, nil},
		{"length twice, no reason", responses[6], http1.Response{Status: 200, Body: []byte("x")}, nil},
		{"bare line feeds", responses[7], http1.Response{Status: 200, Body: []byte("body"), Close: true}, nil},
		{"close among others", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", http1.Response{Status: 200, Body: []byte{}, Close: true}, nil},
		{"nothing", "", http1.Response{}, io.EOF},
		{"cut head", "HTTP/1.1 200 OK\r\nA", http1.Response{}, io.ErrUnexpectedEOF},
		{"cut body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", http1.Response{}, io.ErrUnexpectedEOF},
		{"cut chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", http1.Response{}, io.ErrUnexpectedEOF},
		{"cut trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", http1.Response{}, io.ErrUnexpectedEOF},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", http1.Response{}, http1.ErrMalformed},
		{"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"length with sign", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", http1.Response{}, http1.ErrMalformed},
		{"too large", "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", http1.Response{}, http1.ErrTooLarge},
		{"chunk too large", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", http1.Response{}, http1.ErrTooLarge},
		{"chunk size too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1fffffffffffffff\r\n", http1.Response{}, http1.ErrMalformed},
		{"no chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"chunk not ended", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n", http1.Response{}, http1.ErrMalformed},
		{"other coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"other version", "HTTP/2 200 OK\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"other protocol", "HTTP/1.1 101 Switching\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"no status", "HTTP/1.1 OK\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"name with a space", "HTTP/1.1 200 OK\r\nA B: c\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"folded header", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", http1.Response{}, http1.ErrMalformed},
		{"endless head", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("b", 1<<17), http1.Response{}, http1.ErrTooLarge},
		{"endless trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("A: b\r\n", 1<<15), http1.Response{}, http1.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, rd := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in))} {
				got, err := http1.NewReader(rd).ReadResponse(limit)
				if tt.err != nil {
					require.ErrorIs(t, err, tt.err)
					continue
				}
				require.NoError(t, err)
				assert.Equal(t, tt.want, got)
			}
		})
	}
}

func TestHeaderNames(t *testing.T) {
	r := http1.NewReader(strings.NewReader("HTTP/1.1 200 OK\r\nREQUEST-ID:  a \r\nMemory_limit_in_mb:128\r\nContent-Length: 0\r\n\r\n"))
	_, err := r.ReadResponse(limit)
	require.NoError(t, err)
	assert.Equal(t, "a", r.Get("request_id"))
	assert.Equal(t, "128", r.Get("memory_limit_in_mb"))
	assert.Empty(t, r.Get("time_limit_in_ms"))
}

func TestSeveralOnOneConnection(t *testing.T) {
	var b strings.Builder
	large := strings.Repeat("x", 100_000)
	for i := range 3 {
		b.WriteString("HTTP/1.1 200 OK\r\nId: " + strconv.Itoa(i) + "\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + large + "\r\n3\r\nend\r\n0\r\n\r\n")
	}
	r := http1.NewReader(strings.NewReader(b.String()))
	for i := range 3 {
		got, err := r.ReadResponse(limit)
		require.NoError(t, err)
		assert.Equal(t, large+"end", string(got.Body))
		assert.Equal(t, strconv.Itoa(i), r.Get("id"))
	}
	_, err := r.ReadResponse(limit)
	assert.ErrorIs(t, err, io.EOF)
}

func TestRequestErrors(t *testing.T) {
	for _, in := range []string{
		"POST /\r\n\r\n", "POST / HTTP/3\r\n\r\n", "P(ST / HTTP/1.1\r\n\r\n", "POST  HTTP/1.1\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		_, err := http1.NewReader(strings.NewReader(in)).ReadRequest()
		assert.ErrorIs(t, err, http1.ErrMalformed, "%q", in)
	}
	r := http1.NewReader(strings.NewReader("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n123456789"))
	req, err := r.ReadRequest()
	require.NoError(t, err)
	_, err = r.ReadBody(req, 8)
	assert.ErrorIs(t, err, http1.ErrTooLarge)
}

// net/http reads what the writer writes.
func TestWriter(t *testing.T) {
	for _, size := range []int{0, 2, 16 << 10, 16<<10 + 1, 6 << 20} {
		body := bytes.Repeat([]byte("b"), size)
		a, b := net.Pipe()
		go func() {
			w := http1.NewWriter(a)
			err := errors.Join(w.WriteRequest("POST", "/p", "h:1", body), w.WriteRequest("GET", "/g", "h:1", nil),
				w.WriteContinue(), w.WriteResponse(http1.Request{}, http1.Response{Status: 200, Body: body}),
				w.WriteResponse(http1.Request{Method: "POST"}, http1.Response{Status: 500, Body: body, Close: true}), a.Close())
			assert.NoError(t, err)
		}()
		r := bufio.NewReader(b)
		req, err := http.ReadRequest(r)
		require.NoError(t, err)
		got, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(body, got))
		assert.Equal(t, "POST /p h:1", req.Method+" "+req.URL.Path+" "+req.Host)
		req, err = http.ReadRequest(r)
		require.NoError(t, err)
		assert.Equal(t, "GET /g 0", req.Method+" "+req.URL.Path+" "+strconv.FormatInt(req.ContentLength, 10))
		for _, status := range []int{100, 200, 500} {
			resp, err := http.ReadResponse(r, nil)
			require.NoError(t, err)
			got, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, status, resp.StatusCode)
			assert.Equal(t, status == 500, resp.Close)
			if status != 100 {
				assert.True(t, bytes.Equal(body, got))
			}
		}
		_, err = r.ReadByte()
		assert.ErrorIs(t, err, io.EOF)
	}
}
