package cos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 3 * time.Second
	// clockSkew lets a signature begin a little earlier, for hosts whose clock runs ahead.
	clockSkew      = time.Minute
	signatureValid = 15 * time.Minute
)

// transport repeats reads, signs each try with fresh credentials, and sends it to the endpoint.
type transport struct {
	cred     Credentials
	endpoint *url.URL // nil: where the request's URL points
	base     http.RoundTripper
	attempts int
}

func newTransport(cred Credentials, o options) (*transport, error) {
	if cred == nil {
		return nil, fmt.Errorf("cos: credentials: %w", ErrNoCredentials)
	}
	endpoint, err := parseEndpoint(o.endpoint)
	if err != nil {
		return nil, err
	}
	return &transport{cred: cred, endpoint: endpoint, base: o.base, attempts: o.attempts}, nil
}

// GetCredential lets the official client pre-sign URLs (its TransportIface).
func (t *transport) GetCredential() (id, key, token string, err error) {
	c, err := t.cred.Credential(context.Background())
	return c.SecretID, c.SecretKey, c.Token, err
}

// CloseIdleConnections lets an http.Client's method of that name through.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	read := req.Method == http.MethodGet || req.Method == http.MethodHead
	hasBody := req.Body != nil && req.Body != http.NoBody
	for try := 1; ; try++ {
		resp, used, err := t.once(req)
		if !read || hasBody || try >= t.attempts || !worthRepeating(req.Context(), resp, err) && !t.rotated(req.Context(), resp, used) {
			return resp, err
		}
		pause := pauseAfter(try, resp)
		if resp != nil {
			discard(resp.Body)
		}
		if waitErr := wait(req.Context(), pause); waitErr != nil {
			return nil, waitErr
		}
	}
}

// rotated reports whether a refusal may be due to credentials that were replaced while the request was under way, or that were
// read half old, half new.
func (t *transport) rotated(ctx context.Context, resp *http.Response, used Credential) bool {
	if resp == nil || resp.StatusCode != http.StatusForbidden {
		return false
	}
	now, err := t.cred.Credential(ctx)
	return err == nil && now != used
}

// once signs and sends, and returns the credentials it signed with.
func (t *transport) once(req *http.Request) (*http.Response, Credential, error) {
	cred, err := t.cred.Credential(req.Context())
	if _, anon := t.cred.(anonymous); err == nil && !anon {
		err = cred.check()
	}
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // the RoundTripper's duty
		}
		return nil, cred, &permanentError{fmt.Errorf("cos: credentials: %w", err)}
	}
	out := req.Clone(req.Context())
	if out.Host == "" {
		out.Host = out.URL.Host
	}
	start := time.Now().Add(-clockSkew)
	end := start.Add(clockSkew + signatureValid)
	cossdk.AddAuthorizationHeader(cred.SecretID, cred.SecretKey, cred.Token, out, &cossdk.AuthTime{
		SignStartTime: start, SignEndTime: end, KeyStartTime: start, KeyEndTime: end,
	})
	if t.endpoint != nil {
		out.URL.Scheme, out.URL.Host = t.endpoint.Scheme, t.endpoint.Host
	}
	resp, err := t.base.RoundTrip(out)
	return resp, cred, err
}

// permanentError is a failure on this side, before sending: repeating does not help.
type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

func worthRepeating(ctx context.Context, resp *http.Response, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		var p *permanentError
		return !errors.As(err, &p)
	}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented:
		return false
	}
	return resp.StatusCode >= 500
}

// pauseAfter is the pause after the try'th failure: random up to a bound that doubles, so that many instances that failed
// together do not come back together; never less than the service asks for, if that is bearable.
func pauseAfter(try int, resp *http.Response) time.Duration {
	bound := longPause
	if try < 6 {
		bound = min(firstPause<<(try-1), longPause)
	}
	pause := bound/2 + rand.N(bound/2+1)
	if resp != nil {
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
			pause = max(pause, min(time.Duration(s)*time.Second, 10*longPause))
		}
	}
	return pause
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// discard reads a little of what is left, so that the connection can be used again, and closes.
func discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10)
	_ = body.Close()
}
