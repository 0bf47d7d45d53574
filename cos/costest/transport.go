package costest

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// handlerTransport calls a server that does not listen, in process.
type handlerTransport struct{ h http.Handler }

// RoundTrip implements http.RoundTripper. It returns when the handler has written its header; the body streams.
func (t handlerTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	// What a connection does to names: the official client sets Content-MD5 and Host in its own spelling.
	in.Header = make(http.Header, len(req.Header))
	for name, values := range req.Header {
		if name = http.CanonicalHeaderKey(name); name != "Host" {
			in.Header[name] = append(in.Header[name], values...)
		}
	}
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if in.ContentLength > 0 || in.ContentLength == 0 && (in.Method == http.MethodPut || in.Method == http.MethodPost) {
		if in.Header.Get("Content-Length") == "" {
			in.Header.Set("Content-Length", strconv.FormatInt(in.ContentLength, 10))
		}
	}
	pr, pw := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: pw, ready: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			// http.ErrAbortHandler is how a handler drops a connection.
			if p := recover(); p != nil {
				w.abort = true
				if p != http.ErrAbortHandler {
					defer panic(p)
				}
			}
			w.WriteHeader(http.StatusOK)
			if w.abort {
				_ = pw.CloseWithError(io.ErrUnexpectedEOF)
			} else {
				_ = pw.Close()
			}
			_ = in.Body.Close()
		}()
		t.h.ServeHTTP(w, in)
	}()
	select {
	case <-w.ready:
	case <-req.Context().Done():
		_ = pr.CloseWithError(req.Context().Err())
		return nil, req.Context().Err()
	}
	if w.abort && !w.wrote {
		return nil, io.ErrUnexpectedEOF
	}
	resp := &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.sent, Body: pr, ContentLength: -1, Request: req,
	}
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		resp.ContentLength = n
	}
	if req.Method == http.MethodHead || w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		resp.Body = io.NopCloser(bytes.NewReader(nil))
		_ = pr.Close()
		<-done // a body's end comes when the handler is through, and so does an answer without one
	}
	return resp, nil
}

type pipeWriter struct {
	header, sent http.Header
	body         *io.PipeWriter
	once         sync.Once
	ready        chan struct{}
	status       int
	wrote, abort bool
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		w.wrote = !w.abort
		close(w.ready)
	})
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}
