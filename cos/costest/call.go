package costest

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cosevent/cosevent-go/internal/coshost"
	"github.com/cosevent/cosevent-go/internal/faults"
)

// call is one request on its way.
type call struct {
	s     *Server
	w     http.ResponseWriter
	r     *http.Request
	q     query
	to    coshost.Host
	b     *bucket
	key   string
	op    *route
	start time.Time
	id    string // request id

	who       string // id of the credentials used; "" for anyone
	signed    bool   // by whom does not matter: all credentials are the owner's
	authority string // the Authorization header, for the event

	status int
	code   string
	sent   int64
	mute   bool // a fault drops the connection when the operation is done
}

// maxKey is the longest key, in bytes (COS document "Object Overview").
const maxKey = 850

// ServeHTTP serves the XML API: any bucket's host, in the Host header or in the absolute form that proxies get.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{s: s, w: w, r: r, start: s.clock.Now()}
	c.id = s.requestID(c.start)
	// Keys as net/http makes them, so that setting needs no canonical form: this is every answer's price.
	h := w.Header()
	h["Server"] = serverName
	h["X-Cos-Request-Id"] = []string{c.id}
	defer c.finish()
	if err := c.serve(); err != nil {
		c.fail(err)
	}
	if c.mute {
		c.status, c.code = 0, dropped
		panic(http.ErrAbortHandler)
	}
}

// dropped is the code of requests that got no answer.
const dropped = "Dropped"

var serverName = []string{"tencent-cos"}

func (c *call) serve() error {
	var ok bool
	if c.to, ok = coshost.Parse(c.r.Host); !ok {
		return errInvalidURI.with("The host %q does not name a bucket or the service.", c.r.Host)
	}
	q, err := parseQuery(c.r.URL.RawQuery)
	if err != nil {
		return err
	}
	c.q = q
	path := c.r.URL.Path
	if path == "" || path[0] != '/' {
		return errInvalidURI
	}
	c.key = path[1:]
	if err := c.pathStyle(); err != nil {
		return err
	}
	if c.op, err = match(c); err != nil {
		return err
	}
	if f, ok := c.s.faults.Take(c.op.Name); ok {
		if err := c.suffer(f); err != nil {
			return err
		}
	}
	if err := c.admit(); err != nil {
		return err
	}
	return c.op.serve(c)
}

// suffer lets a planned fault happen, as far as it happens before the operation.
func (c *call) suffer(f Fault) error {
	if f.Latency > 0 {
		t := time.NewTimer(f.Latency)
		defer t.Stop()
		select {
		case <-t.C:
		case <-c.r.Context().Done():
		}
	}
	switch f.Drop {
	case faults.Before:
		c.code = dropped
		panic(http.ErrAbortHandler)
	case faults.After:
		c.mute = true
		c.w = &blindWriter{header: c.w.Header()}
	}
	if f.CutAfter > 0 {
		c.w = &cutWriter{ResponseWriter: c.w, left: f.CutAfter}
	}
	if f.Fails() {
		e := newError(f.Status, f.Code, f.Message)
		if e.Status == 0 {
			e.Status = http.StatusInternalServerError
		}
		if e.Code == "" {
			e.Code = "InternalError"
		}
		return e
	}
	return nil
}

// admit finds out who asks and whether they may, and finds the bucket.
func (c *call) admit() error {
	if c.op.Access != accessOpen && c.op.Access != accessForm {
		if err := c.authenticate(); err != nil {
			return err
		}
	}
	if c.op.Level == levelService {
		if !c.signed {
			return errAccessDenied
		}
		return nil
	}
	if len(c.key) > maxKey {
		return errKeyTooLong
	}
	if !utf8.ValidString(c.key) {
		return errInvalidURI.with("The key is not UTF-8.")
	}
	if c.op.creates {
		if err := checkKey(c.key); err != nil {
			return err
		}
	}
	if c.op.noBucket {
		if !c.signed {
			return errAccessDenied
		}
		return nil
	}
	var err error
	if c.b, err = c.s.bucket(c.to.Bucket, c.to.Region); err != nil {
		return err
	}
	if err := c.cors(); err != nil {
		return err
	}
	if c.signed || c.op.Access == accessOpen || c.op.Access == accessForm {
		return nil
	}
	return c.allowAnyone()
}

// authenticate reads the signature, from the header or, pre-signed, from the parameters.
func (c *call) authenticate() error {
	if text := first(c.r.Header, "Authorization"); text != "" {
		c.authority = text
		return c.authenticateText(text, true)
	}
	if text := c.q.get("sign"); text != "" {
		return c.authenticateText(text, false)
	}
	if !c.q.has("q-ak") && !c.q.has("q-signature") {
		return nil // anyone
	}
	var a authorization
	for _, p := range c.q {
		a.set(p.key, p.value)
	}
	if err := a.check(); err != nil {
		return err
	}
	return c.accept(a, false)
}

func (c *call) authenticateText(text string, fresh bool) error {
	a, err := parseAuthorization(text)
	if err != nil {
		return err
	}
	return c.accept(a, fresh)
}

// accept checks everything a signature says.
func (c *call) accept(a authorization, fresh bool) error {
	cred, err := c.credential(a.id, a.keyTime, a.signTime, fresh)
	if err != nil {
		return err
	}
	token := first(c.r.Header, "X-Cos-Security-Token")
	if token == "" {
		token = c.q.get("x-cos-security-token")
	}
	if err := c.s.checkToken(cred, token); err != nil {
		return err
	}
	if err := a.verify(c.s.signKeys.get(cred.id, cred.key, a.keyTime), c.r, c.q); err != nil {
		return err
	}
	c.who, c.signed = cred.id, true
	return nil
}

// credential finds the credentials named and checks that the signature is in force.
func (c *call) credential(id, keyTime, signTime string, fresh bool) (credential, error) {
	cred, ok := c.s.credentials.get(id)
	if !ok {
		return cred, errNoSuchAccessKey
	}
	if err := checkSpan(c.s.clock, keyTime, fresh); err != nil {
		return cred, err
	}
	if signTime != keyTime {
		if err := checkSpan(c.s.clock, signTime, fresh); err != nil {
			return cred, err
		}
	}
	return cred, nil
}

func (s *Server) checkToken(cred credential, token string) error {
	if cred.token != "" && !same(cred.token, token) {
		return errAccessDenied.with("The security token is missing or does not belong to the access key.")
	}
	if !cred.expires.IsZero() && s.clock.Now().After(cred.expires) {
		return errExpiredToken
	}
	return nil
}

// requestID makes an identifier of the service's form: base64 of the time in hexadecimal, an address and two numbers.
func (s *Server) requestID(now time.Time) string {
	var text [64]byte
	b := strconv.AppendInt(text[:0], now.Unix(), 16)
	b = append(b, "_7f000001_1_"...)
	b = strconv.AppendUint(b, s.requests.Add(1), 16)
	return base64.StdEncoding.EncodeToString(b)
}

// fail answers with an error.
func (c *call) fail(err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = errInternal.with("%v", err)
	}
	c.code = e.Code
	h := c.w.Header()
	if e.Status == http.StatusNotModified {
		c.status = e.Status
		c.w.WriteHeader(e.Status)
		return
	}
	trace := base64.StdEncoding.EncodeToString([]byte(c.id))
	h["X-Cos-Trace-Id"] = []string{trace}
	b := append([]byte(nil), xmlHeader...)
	b = append(b, "<Error>"...)
	b = appendElement(b, "Code", e.Code)
	b = appendElement(b, "Message", e.Message)
	if e.stringToSign != "" {
		b = appendElement(b, "StringToSign", e.stringToSign)
		b = appendElement(b, "FormatString", maskToken(e.formatString))
	}
	b = appendElement(b, "Resource", c.r.Host+c.r.URL.Path)
	b = appendElement(b, "RequestId", c.id)
	b = appendElement(b, "TraceId", trace)
	b = append(b, "</Error>"...)
	c.reply(e.Status, b)
}

// maskToken hides the value of a security token in a text that was signed.
func maskToken(s string) string {
	const name = "x-cos-security-token="
	head, rest, ok := strings.Cut(s, name)
	if !ok {
		return s
	}
	if i := strings.IndexAny(rest, "&\n"); i >= 0 {
		return head + name + "***" + maskToken(rest[i:])
	}
	return head + name + "***"
}

// reply sends an XML document, in pieces, or nothing but the header if there are none.
func (c *call) reply(status int, body ...[]byte) {
	h := c.w.Header()
	size := 0
	for _, b := range body {
		size += len(b)
	}
	if size > 0 {
		h["Content-Type"] = xmlType
	}
	if status != http.StatusNoContent {
		h["Content-Length"] = []string{strconv.Itoa(size)}
	}
	c.status = status
	c.w.WriteHeader(status)
	if c.r.Method == http.MethodHead {
		return
	}
	for _, b := range body {
		n, _ := c.w.Write(b)
		c.sent += int64(n)
	}
}

var xmlType = []string{"application/xml"}

// finish writes the request into the record.
func (c *call) finish() {
	if c.s.log.size > 0 || c.s.opt.logger != nil {
		c.s.record(c)
	}
}

// blindWriter lets an operation run whose answer nobody will see.
type blindWriter struct{ header http.Header }

func (w *blindWriter) Header() http.Header         { return w.header }
func (w *blindWriter) WriteHeader(int)             {}
func (w *blindWriter) Write(p []byte) (int, error) { return len(p), nil }

// cutWriter ends the body after some bytes and closes the connection.
type cutWriter struct {
	http.ResponseWriter
	left int64
}

// Write implements io.Writer.
func (w *cutWriter) Write(p []byte) (int, error) {
	if int64(len(p)) < w.left {
		n, err := w.ResponseWriter.Write(p)
		w.left -= int64(n)
		return n, err
	}
	_, _ = w.ResponseWriter.Write(p[:w.left])
	_ = http.NewResponseController(w.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// Unwrap serves http.ResponseController.
func (w *cutWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// body is the request's body under the time limit for stalls.
func (c *call) body() io.Reader {
	if c.r.ContentLength == 0 {
		return http.NoBody
	}
	return &patientReader{r: c.r.Body, rc: http.NewResponseController(c.w), idle: c.s.opt.bodyIdle}
}

// patientReader gives every read so long, but no longer. Not every connection can: then the client has all the time it wants.
type patientReader struct {
	r    io.Reader
	rc   *http.ResponseController
	idle time.Duration
	next time.Time
}

// Read implements io.Reader.
func (p *patientReader) Read(b []byte) (int, error) {
	if p.idle > 0 {
		// Setting a deadline costs about as much as a small read: once for each quarter of the time is enough.
		if now := time.Now(); now.After(p.next) {
			_ = p.rc.SetReadDeadline(now.Add(p.idle))
			p.next = now.Add(p.idle / 4)
		}
	}
	return p.r.Read(b)
}
