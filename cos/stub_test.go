package cos

import (
	"bytes"
	"errors"
	"hash/crc64"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

var photos = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}

var testKeys = StaticCredentials("AKIDexample", "secretexample", "")

func created(key string) *event.ObjectCreatedPut {
	return &event.ObjectCreatedPut{Base: event.Base{
		Type: event.TypeObjectCreatedPut, Bucket: photos, Object: event.Object{Key: key},
		Time: time.Date(2022, 4, 15, 9, 49, 16, 0, time.UTC),
	}}
}

// roundTrip is a service without a network, so that synctest moves the clock.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// script answers one request after the other and keeps them.
type script struct {
	t       *testing.T
	answers []roundTrip

	mu   sync.Mutex
	seen []*http.Request
	at   []time.Time
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	n := len(s.seen)
	s.seen = append(s.seen, req)
	s.at = append(s.at, time.Now())
	s.mu.Unlock()
	if n >= len(s.answers) {
		s.t.Errorf("request %d, %s %s, was not expected", n+1, req.Method, req.URL)
		return nil, errors.New("not expected")
	}
	resp, err := s.answers[n](req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (s *script) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request(nil), s.seen...)
}

func answer(status int, header map[string]string, body io.Reader, length int64) *http.Response {
	h := http.Header{}
	for k, v := range header {
		h.Set(k, v)
	}
	if h.Get("X-Cos-Request-Id") == "" {
		h.Set("X-Cos-Request-Id", "req")
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(body), ContentLength: length, ProtoMajor: 1, ProtoMinor: 1}
}

func status(code int, header map[string]string, body string) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
		return answer(code, header, bytes.NewReader([]byte(body)), int64(len(body))), nil
	}
}

func xmlError(status_ int, code string) roundTrip {
	return status(status_, map[string]string{"Content-Type": "application/xml", "X-Cos-Request-Id": "req1"},
		"<?xml version='1.0'?><Error><Code>"+code+"</Code><Message>m</Message><RequestId>req1</RequestId></Error>")
}

func lost(err error) roundTrip {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func crcOf(b []byte) string { return strconv.FormatUint(crc64.Checksum(b, crcTable), 10) }

// store is as much of a COS as these tests need, over a real connection.
type store struct {
	mu      sync.Mutex
	objects map[string][]byte
	seen    []*http.Request
}

func newStore(t *testing.T) (*store, *httptest.Server) {
	t.Helper()
	s := &store{objects: map[string][]byte{}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return s, srv
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r.Clone(r.Context()))
	id := r.Host + r.RequestURI
	w.Header().Set("X-Cos-Request-Id", "req")
	switch r.Method {
	case http.MethodPut:
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.objects[id] = b
		w.Header().Set("X-Cos-Hash-Crc64ecma", crcOf(b))
	default:
		b, ok := s.objects[id]
		if !ok && r.URL.Path == "/" { // the bucket itself
			return
		}
		if !ok {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
			return
		}
		w.Header().Set("X-Cos-Hash-Crc64ecma", crcOf(b))
		w.Header().Set("Etag", `"`+crcOf(b)+`"`)
		w.Header().Set("X-Cos-Meta-Owner", "li")
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
		_, _ = w.Write(b)
	}
}

func (s *store) last() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[len(s.seen)-1]
}
