package function

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
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

// maxPayload bounds what is read at once, several times the platform's 6 MB.
const maxPayload = 64 << 20

// serveCustom asks for events one after another, until the process is to end.
func serveCustom(e *engine) error {
	host, err := runtimeAPI(os.Getenv)
	if err != nil {
		return err
	}
	c := &apiClient{e: e, host: host}
	defer c.close()
	if _, err := c.exchange("POST", pathReady, []byte(" ")); err != nil {
		return e.unlessEnding(err)
	}
	e.opt.ready()
	fixed := contextFromEnv()
	var last answered
	for e.ending.Err() == nil {
		resp, err := c.exchange("GET", pathNext, nil)
		if err != nil {
			return e.unlessEnding(err)
		}
		meta, deadline := c.metadata(fixed, time.Now())
		if last.unsure && last.id != "" && last.id == meta.RequestID {
			// The answer may have been lost on the way: repeat it, not the work.
			err := c.answer(last.path, last.body)
			last.unsure = err != nil && !refused(err)
			continue
		}
		out, fail := e.invoke(&meta, resp.Body, deadline)
		last = answered{id: meta.RequestID, path: pathResponse, body: out}
		if fail != nil {
			last.path, last.body = pathError, fail.json(meta.RequestID)
		}
		err = c.answer(last.path, last.body)
		if fail == nil && refused(err) {
			// Too large, perhaps. Without any answer the platform would wait until the time is up.
			last.path = pathError
			last.body = (&reply{message: "the answer was refused: " + err.Error(), typ: "AnswerRefused", code: 1}).json(meta.RequestID)
			err = c.answer(last.path, last.body)
		}
		last.unsure = err != nil && !refused(err)
		e.finish(&meta, fail)
	}
	return nil
}

// answered is the answer sent last. unsure: nobody said that it arrived.
type answered struct {
	id, path string
	body     []byte
	unsure   bool
}

func (e *engine) unlessEnding(err error) error {
	if e.ending.Err() != nil {
		return nil
	}
	return err
}

func runtimeAPI(getenv func(string) string) (string, error) {
	host, port := getenv(envCustomHost), getenv(envCustomPort)
	if host == "" {
		return "", errors.New("function: " + envCustomHost + " is not set")
	}
	if port == "" {
		if _, _, err := net.SplitHostPort(host); err != nil {
			return "", errors.New("function: " + envCustomPort + " is not set")
		}
		return host, nil
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", errors.New("function: " + envCustomPort + " is no port: " + strconv.Quote(port))
	}
	return net.JoinHostPort(host, port), nil
}

// apiClient speaks to the platform over one connection, which it replaces when it breaks.
type apiClient struct {
	e    *engine
	host string

	conn   net.Conn
	r      *http1.Reader
	w      *http1.Writer
	unhook []func() bool

	mu      sync.Mutex
	waiting bool // for an event, see wait
}

// exchange sends a request and returns the answer to it, over a new connection if need be, with growing pauses, until the
// platform was away for the time allowed. All of the API's requests may be repeated. Waiting for an event may take any time.
func (c *apiClient) exchange(method, path string, body []byte) (http1.Response, error) {
	var since time.Time
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		resp, err := c.try(method, path, body)
		if err == nil && resp.Status < 300 {
			return resp, nil
		}
		if err == nil {
			err = &statusError{resp.Status}
			if resp.Status < 500 && resp.Status != 408 && resp.Status != 429 {
				return resp, fmt.Errorf("function: %s %s: %w", method, path, err)
			}
		}
		if since.IsZero() {
			since = time.Now()
		} else if time.Since(since) > c.e.opt.connectTime {
			return resp, fmt.Errorf("function: the runtime API at http://%s did not answer %s %s for %v: %w",
				c.host, method, path, c.e.opt.connectTime, err)
		}
		if !c.rest(path, pause) {
			return resp, err
		}
	}
}

type statusError struct{ status int }

func (s *statusError) Error() string { return "HTTP status " + strconv.Itoa(s.status) }

// rest waits, unless the process is to end. Answers are still worth sending then.
func (c *apiClient) rest(path string, d time.Duration) bool {
	stop := c.e.ending
	if path == pathResponse || path == pathError {
		stop = c.e.hard
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

func (c *apiClient) try(method, path string, body []byte) (http1.Response, error) {
	if c.conn == nil {
		if err := c.dial(); err != nil {
			return http1.Response{}, err
		}
	}
	if path == pathNext {
		c.wait(true)
	}
	err := c.w.WriteRequest(method, path, c.host, body)
	var resp http1.Response
	if err == nil {
		resp, err = c.r.ReadResponse(maxPayload)
	}
	if path == pathNext {
		c.wait(false)
	}
	if err != nil || resp.Close {
		c.close()
	}
	return resp, err
}

// wait marks the time in which the connection only waits for an event: that ends with the process. An answer that comes
// later is still sent on the same connection, so its deadline is taken back.
func (c *apiClient) wait(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = on
	if c.e.ending.Err() == nil {
		return
	}
	if on {
		_ = c.conn.SetReadDeadline(time.Unix(1, 0))
	} else {
		_ = c.conn.SetReadDeadline(time.Time{})
	}
}

func (c *apiClient) dial() error {
	d := net.Dialer{Timeout: c.e.opt.connectTime}
	conn, err := d.DialContext(c.e.hard, "tcp", c.host)
	if err != nil {
		return err
	}
	c.conn, c.r, c.w = conn, http1.NewReader(conn), http1.NewWriter(conn)
	c.unhook = []func() bool{
		context.AfterFunc(c.e.hard, func() { _ = conn.Close() }),
		context.AfterFunc(c.e.ending, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.waiting {
				_ = conn.SetReadDeadline(time.Unix(1, 0))
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

// metadata reads the headers of the event received last. A limit of time is a deadline only if it was sent.
func (c *apiClient) metadata(m Context, now time.Time) (Context, time.Time) {
	m.RequestID = c.r.Get("request_id")
	if mb, err := strconv.Atoi(c.r.Get("memory_limit_in_mb")); err == nil && mb > 0 {
		m.MemoryLimitMB = mb
	}
	var deadline time.Time
	if ms, err := strconv.ParseInt(c.r.Get("time_limit_in_ms"), 10, 32); err == nil && ms > 0 {
		m.TimeLimit = time.Duration(ms) * time.Millisecond
		deadline = now.Add(m.TimeLimit)
	}
	return m, deadline
}

// answer sends the result of an event. Troubles are logged: there is nobody else to tell.
func (c *apiClient) answer(path string, body []byte) error {
	_, err := c.exchange("POST", path, body)
	if err != nil {
		c.e.log("answer not taken: " + strings.TrimPrefix(err.Error(), "function: "))
	}
	return err
}

// refused tells whether the platform got an answer and did not want it.
func refused(err error) bool {
	var status *statusError
	return err != nil && errors.As(err, &status)
}
