package scf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxAnswer bounds what is read of an answer: the largest documented one is a function's result of 6 MB, in which every byte
// may be escaped to six.
const maxAnswer = 48 << 20

// transport takes the official client's requests to where they are served, and gives back failures of the server in a shape
// that keeps their HTTP status: the official client loses it when a body is not JSON.
type transport struct {
	client   *http.Client
	endpoint *url.URL
}

func newTransport(hc *http.Client, endpoint *url.URL) *transport {
	if hc == nil {
		hc = &http.Client{}
		if t, ok := http.DefaultTransport.(*http.Transport); ok {
			t = t.Clone()
			t.IdleConnTimeout = 30 * time.Second
			hc.Transport = t
		}
	}
	return &transport{client: hc, endpoint: endpoint}
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	r := new(http.Request)
	*r = *req
	if t.endpoint != nil {
		u := *req.URL
		u.Scheme, u.Host = t.endpoint.Scheme, t.endpoint.Host
		r.URL = &u
		if r.Host == "" {
			r.Host = req.URL.Host
		}
	}
	resp, err := t.client.Do(r)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) { // the official client's http.Client adds the same again
			err = ue.Err
		}
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		resp.Body = &boundedBody{ReadCloser: resp.Body, left: maxAnswer}
		return resp, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	resp.Body.Close()
	if err == nil && hasErrorCode(body) {
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp, nil
	}
	return nil, &statusError{status: resp.StatusCode, body: body}
}

func hasErrorCode(body []byte) bool {
	var e struct {
		Response struct {
			Error struct{ Code string }
		}
	}
	return json.Unmarshal(body, &e) == nil && e.Response.Error.Code != ""
}

// statusError is an answer with an HTTP status other than 200 and without the API's error envelope: a proxy's, or that of a
// server in trouble.
type statusError struct {
	status int
	body   []byte
}

func (e *statusError) Error() string {
	text := string(bytes.TrimSpace(e.body))
	if len(text) > 200 {
		text = text[:200] + "…"
	}
	if text == "" {
		text = "no body"
	}
	return fmt.Sprintf("HTTP status %d %s: %q", e.status, http.StatusText(e.status), text)
}

// boundedBody fails when an answer is longer than any the API documents.
type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("answer longer than %d bytes", int64(maxAnswer))
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}
