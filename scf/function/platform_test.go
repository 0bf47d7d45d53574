package function_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// platform is the Custom Runtime's API as the documents describe it: next waits for an event, and the first answer counts.
type platform struct {
	*httptest.Server
	events chan sent // what next gives out, one after the other

	// fault may answer a request in place of the platform; it tells whether it did.
	fault func(w http.ResponseWriter, r *http.Request) bool

	mu      sync.Mutex
	current *sent
	answers chan answer
	conns   int
	ready   int
}

type sent struct {
	body   string
	header map[string]string
	chunks bool
}

type answer struct{ path, body string }

func newPlatform(t *testing.T) *platform {
	p := &platform{events: make(chan sent, 16), answers: make(chan answer, 64)}
	p.Server = httptest.NewUnstartedServer(p)
	p.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			p.mu.Lock()
			p.conns++
			p.mu.Unlock()
		}
	}
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
	})
	return p
}

// serve starts the platform and names it in the environment.
func (p *platform) serve(t *testing.T) {
	p.Start()
	host, port, err := net.SplitHostPort(p.Listener.Addr().String())
	require.NoError(t, err)
	t.Setenv("SCF_RUNTIME_API", host)
	t.Setenv("SCF_RUNTIME_API_PORT", port)
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if p.fault != nil && p.fault(w, r) {
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "POST /runtime/init/ready":
		p.mu.Lock()
		p.ready++
		p.mu.Unlock()
	case "GET /runtime/invocation/next":
		p.next(w, r)
	case "POST /runtime/invocation/response", "POST /runtime/invocation/error":
		p.mu.Lock()
		p.current = nil
		p.mu.Unlock()
		p.answers <- answer{strings.TrimPrefix(r.URL.Path, "/runtime/invocation/"), string(body)}
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (p *platform) next(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	e := p.current
	p.mu.Unlock()
	if e == nil {
		select {
		case got := <-p.events:
			e = &got
		case <-r.Context().Done():
			return
		}
		p.mu.Lock()
		p.current = e
		p.mu.Unlock()
	}
	for name, value := range e.header {
		w.Header()[name] = []string{value} // as it is spelled
	}
	if e.chunks {
		for part := range strings.SplitAfterSeq(e.body, ",") {
			_, _ = io.WriteString(w, part)
			w.(http.Flusher).Flush()
		}
		return
	}
	_, _ = io.WriteString(w, e.body)
}

// answered returns the next answer.
func (p *platform) answered(t *testing.T) answer {
	t.Helper()
	select {
	case a := <-p.answers:
		return a
	case <-time.After(20 * time.Second):
		require.FailNow(t, "no answer")
		return answer{}
	}
}
