package costest

import (
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Request is what is remembered of a request.
type Request struct {
	Time time.Time // by the server's clock
	// Op is the operation's name, "PutObject"; "" if the request named none.
	Op          string
	Method      string
	Host        string
	Bucket, Key string
	Query       string
	// Header is the request's, without its signature, its token and customers' keys.
	Header    http.Header
	RequestID string
	// SecretID says who signed; "" is anyone.
	SecretID string
	SourceIP string
	Status   int    // of the answer; 0 if the connection was dropped
	Code     string // of the error, "NoSuchKey"; "Dropped" if a fault closed the connection
	BytesIn  int64  // as claimed by Content-Length; -1 if unknown
	BytesOut int64
}

// String returns operation, bucket, key and result, without secrets.
func (r Request) String() string {
	s := fmt.Sprintf("%s %s/%s %d", r.Op, r.Bucket, r.Key, r.Status)
	if r.Code != "" {
		s += " " + r.Code
	}
	return s
}

// requestLog holds the last requests in a ring.
type requestLog struct {
	size int
	mu   sync.Mutex
	ring []Request
	next int
}

func (s *Server) record(c *call) {
	r := Request{
		Time: c.start, Method: c.r.Method, Host: c.r.Host, Bucket: c.to.Bucket, Key: c.key, Query: c.r.URL.RawQuery,
		Header: c.r.Header, RequestID: c.id, SecretID: c.who, SourceIP: c.r.RemoteAddr,
		Status: c.status, Code: c.code, BytesIn: c.r.ContentLength, BytesOut: c.sent,
	}
	if c.op != nil {
		r.Op = c.op.Name
	}
	if l := s.opt.logger; l != nil {
		l.LogAttrs(c.r.Context(), slog.LevelInfo, "request", slog.String("op", r.Op), slog.String("bucket", r.Bucket),
			slog.String("key", r.Key), slog.Int("status", r.Status), slog.String("code", r.Code), slog.String("request_id", r.RequestID))
	}
	s.log.add(r)
}

func (l *requestLog) add(r Request) {
	if l.size == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < l.size {
		l.ring = append(l.ring, r)
		return
	}
	l.ring[l.next] = r
	l.next = (l.next + 1) % l.size
}

// secretParams are the parameters of a pre-signed url that are secret while it is in force.
var secretParams = []string{"q-signature", "sign", "x-cos-security-token", "x-cos-server-side-encryption-customer-key",
	"x-cos-copy-source-server-side-encryption-customer-key"}

// secretHeaders are those that nobody may read in the record.
var secretHeaders = [...]string{"Authorization", "X-Cos-Security-Token", "X-Cos-Server-Side-Encryption-Customer-Key",
	"X-Cos-Copy-Source-Server-Side-Encryption-Customer-Key"}

// Requests returns the last requests, oldest first: those answered, refused and dropped. Signatures, tokens and
// customers' keys are masked.
func (s *Server) Requests() []Request {
	l := &s.log
	l.mu.Lock()
	out := append(append([]Request(nil), l.ring[l.next:]...), l.ring[:l.next]...)
	l.mu.Unlock()
	for i := range out {
		h := out[i].Header.Clone()
		for _, name := range secretHeaders {
			if h.Get(name) != "" {
				h.Set(name, "***")
			}
		}
		out[i].Header = h
		out[i].Query = maskQuery(out[i].Query)
		out[i].SourceIP = sourceIP(out[i].SourceIP)
	}
	return out
}

// ClearRequests forgets the requests so far.
func (s *Server) ClearRequests() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.ring, s.log.next = nil, 0
}

func maskQuery(raw string) string {
	q, err := parseQuery(raw)
	if err != nil {
		return raw
	}
	found := false
	for i := range q {
		for _, name := range secretParams {
			if lower(q[i].key) == name {
				q[i].value, found = "***", true
			}
		}
	}
	if !found {
		return raw
	}
	var b []byte
	for i, p := range q {
		if i > 0 {
			b = append(b, '&')
		}
		b = appendEscaped(b, p.key, "")
		b = append(b, '=')
		b = appendEscaped(b, p.value, "*")
	}
	return string(b)
}
