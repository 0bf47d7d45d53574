package scftest

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/internal/loopback"
)

// customHost is the platform's side of the Custom Runtime: a small HTTP server that the program asks for events.
type customHost struct {
	ln    *loopback.Server
	isUp  chan struct{}
	up    sync.Once
	ended chan struct{}
	endIt sync.Once
	mu    sync.Mutex
	wake  chan struct{} // closed when cur changes
	cur   *customCall
}

type customCall struct {
	inv     *invocation
	limit   time.Duration
	reply   chan result
	fetched bool
	locked  bool // the first answer counts
}

func newCustomHost(handler string) (runtimeHost, [][2]string, error) {
	h := &customHost{isUp: make(chan struct{}), ended: make(chan struct{}), wake: make(chan struct{})}
	ln, err := loopback.Listen("", h)
	if err != nil {
		return nil, nil, err
	}
	h.ln = ln
	host, port, err := net.SplitHostPort(ln.Addr())
	return h, [][2]string{{"SCF_RUNTIME_API", host}, {"SCF_RUNTIME_API_PORT", port}, {"_HANDLER", handler}}, err
}

func (h *customHost) ready(ctx context.Context) error {
	select {
	case <-h.isUp:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *customHost) send(inv *invocation, _ string, limit time.Duration) <-chan result {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cur = &customCall{inv: inv, limit: limit, reply: make(chan result, 1)}
	h.signal()
	return h.cur.reply
}

func (h *customHost) signal() {
	close(h.wake)
	h.wake = make(chan struct{})
}

func (h *customHost) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cur = nil
}

func (h *customHost) close() {
	h.endIt.Do(func() { close(h.ended) })
	h.ln.Close()
}

func (h *customHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /runtime/init/ready":
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxResponse))
		h.up.Do(func() { close(h.isUp) })
	case "GET /runtime/invocation/next":
		h.next(w, r)
	case "POST /runtime/invocation/response":
		h.answer(w, r, false)
	case "POST /runtime/invocation/error":
		h.answer(w, r, true)
	default:
		http.NotFound(w, r)
	}
}

// next waits for an event and hands it over; asked again before the answer, it is the same event.
func (h *customHost) next(w http.ResponseWriter, r *http.Request) {
	for {
		h.mu.Lock()
		c, wake := h.cur, h.wake
		if c != nil && !c.locked {
			c.fetched = true
			h.mu.Unlock()
			w.Header()["Request_id"] = []string{c.inv.id}
			w.Header()["Memory_limit_in_mb"] = []string{strconv.FormatInt(c.inv.cfg.memory, 10)}
			w.Header()["Time_limit_in_ms"] = []string{strconv.FormatInt(c.limit.Milliseconds(), 10)}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(c.inv.payload)
			return
		}
		h.mu.Unlock()
		select {
		case <-wake:
		case <-r.Context().Done():
			return
		case <-h.ended:
			panic(http.ErrAbortHandler)
		}
	}
}

func (h *customHost) answer(w http.ResponseWriter, r *http.Request, isError bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResponse+1))
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.cur
	if c == nil || c.locked || !c.fetched { // an answer that comes late is not that of the next event
		http.Error(w, "there is no event to answer", http.StatusConflict)
		return
	}
	c.locked = true
	if isError {
		res := failed(statusUserError, 1, "user code exception caught")
		res.stack = string(body)
		c.reply <- res
		return
	}
	c.reply <- result{status: statusOK, ret: string(body)}
}
