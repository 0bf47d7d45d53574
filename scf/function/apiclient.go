package function

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/scf/function/internal/http1"
)

// Paths of the Custom Runtime's API.
const (
	pathReady    = "/runtime/init/ready"
	pathNext     = "/runtime/invocation/next"
	pathResponse = "/runtime/invocation/response"
	pathError    = "/runtime/invocation/error"
)

// An apiClient is a client of the Custom Runtime's API for one goroutine. It uses one connection and replaces it when it
// breaks.
type apiClient struct {
	e    *engine
	addr string

	conn   net.Conn
	r      *http1.Reader
	w      *http1.Writer
	unhook []func() bool

	mu      sync.Mutex
	waiting bool // for an event, which ends with the process
}

func newAPIClient(e *engine, addr string) *apiClient { return &apiClient{e: e, addr: addr} }

// A customEvent is an event as the API hands it out. A zero deadline means that no limit of time was sent.
type customEvent struct {
	meta     Context
	deadline time.Time
	payload  []byte
}

// ready tells the platform that events can come.
func (c *apiClient) ready() error {
	_, err := c.request("POST", pathReady, []byte(" "))
	return err
}

// next waits for an event, for as long as it takes. What the event's headers do not tell is taken from base.
func (c *apiClient) next(base Context) (*customEvent, error) {
	resp, err := c.request("GET", pathNext, nil)
	if err != nil {
		return nil, err
	}
	ev := &customEvent{meta: base, payload: resp.Body}
	ev.meta.RequestID = c.r.Get("request_id")
	ev.deadline = ev.meta.setLimits(c.r.Get("memory_limit_in_mb"), c.r.Get("time_limit_in_ms"), time.Now())
	return ev, nil
}

// report sends the result of an event to pathResponse or pathError.
func (c *apiClient) report(path string, body []byte) error {
	_, err := c.request("POST", path, body)
	return err
}

// request sends a request and returns the answer. It tries again with growing pauses, over a new connection if need be, until
// the platform has been away for the time allowed: all of the API's requests may be repeated. The error of a request that the
// platform does not accept is a *statusError.
func (c *apiClient) request(method, path string, body []byte) (http1.Response, error) {
	var failing time.Time // since when
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		resp, err := c.roundTrip(method, path, body)
		if err == nil && resp.Status < 300 {
			return resp, nil
		}
		if err == nil {
			err = &statusError{resp.Status}
			if resp.Status < 500 && resp.Status != 408 && resp.Status != 429 {
				return resp, fmt.Errorf("function: %s %s: %w", method, path, err)
			}
		}
		if failing.IsZero() {
			failing = time.Now()
		} else if time.Since(failing) > c.e.opt.connectTime {
			return resp, fmt.Errorf("function: the runtime API at http://%s did not answer %s %s for %v: %w",
				c.addr, method, path, c.e.opt.connectTime, err)
		}
		if !c.sleep(path, pause) {
			return resp, err
		}
	}
}

type statusError struct{ status int }

func (s *statusError) Error() string { return "HTTP status " + strconv.Itoa(s.status) }

// rejected reports whether the platform answered, but did not accept what it was sent.
func rejected(err error) bool {
	var status *statusError
	return errors.As(err, &status)
}

// sleep waits for d and reports whether to go on. The end of the process interrupts it, except that results are still worth
// sending then.
func (c *apiClient) sleep(path string, d time.Duration) bool {
	stop := c.e.ending
	if path == pathResponse || path == pathError {
		stop = c.e.abandoned
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-stop.Done():
		return false
	}
}

// roundTrip sends a request once and reads the answer.
func (c *apiClient) roundTrip(method, path string, body []byte) (http1.Response, error) {
	if c.conn == nil {
		if err := c.dial(); err != nil {
			return http1.Response{}, err
		}
	}
	c.setDeadlines(path == pathNext)
	err := c.w.WriteRequest(method, path, c.addr, body)
	var resp http1.Response
	if err == nil {
		resp, err = c.r.ReadResponse(maxPayload)
	}
	if err != nil || resp.Close {
		c.close()
	}
	return resp, err
}

// setDeadlines limits the time of one request. Waiting for an event may take any time, but ends with the process; the result
// that is sent after that gets its own time again.
func (c *apiClient) setDeadlines(waiting bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = waiting
	limit := time.Now().Add(c.e.opt.requestTime)
	_ = c.conn.SetWriteDeadline(limit)
	switch {
	case !waiting:
		_ = c.conn.SetReadDeadline(limit)
	case c.e.ending.Err() != nil:
		_ = c.conn.SetReadDeadline(longAgo)
	default:
		_ = c.conn.SetReadDeadline(time.Time{})
	}
}

// longAgo as a deadline ends a read that is waiting.
var longAgo = time.Unix(1, 0)

func (c *apiClient) dial() error {
	d := net.Dialer{Timeout: c.e.opt.requestTime}
	conn, err := d.DialContext(c.e.abandoned, "tcp", c.addr)
	if err != nil {
		return err
	}
	c.conn, c.r, c.w = conn, http1.NewReader(conn), http1.NewWriter(conn)
	c.unhook = []func() bool{
		context.AfterFunc(c.e.abandoned, func() { _ = conn.Close() }),
		context.AfterFunc(c.e.ending, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.waiting {
				_ = conn.SetReadDeadline(longAgo)
			}
		}),
	}
	return nil
}

func (c *apiClient) close() {
	if c.conn != nil {
		for _, f := range c.unhook {
			f()
		}
		_ = c.conn.Close()
		c.conn = nil
	}
}
