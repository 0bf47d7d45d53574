package scf

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
)

// standIn answers API calls by action; it is for what the fake server of scftest does not do on demand.
type standIn struct {
	*httptest.Server
	mu    sync.Mutex
	on    map[string]func(call) any
	calls []call
}

type call struct {
	action, host string
	n            int // of this action, from 1
	body         map[string]any
	header       http.Header
	gone         <-chan struct{} // closed when the caller has hung up
}

type obj = map[string]any

// refusal is an error of the API; status an answer without envelope; dropped no answer at all.
type (
	refusal struct{ code, message string }
	status  struct {
		code int
		body string
	}
	dropped struct{}
)

func newStandIn(t *testing.T, on map[string]func(call) any) *standIn {
	s := &standIn{on: on}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	c := call{action: r.Header.Get("X-TC-Action"), host: r.Host, header: r.Header, gone: r.Context().Done()}
	_ = json.Unmarshal(data, &c.body)
	s.mu.Lock()
	c.n = 1
	for _, other := range s.calls {
		if other.action == c.action {
			c.n++
		}
	}
	s.calls = append(s.calls, c)
	f := s.on[c.action]
	s.mu.Unlock()
	var answer any = refusal{"InvalidAction", c.action + " is not expected"}
	if f != nil {
		answer = f(c)
	}
	switch a := answer.(type) {
	case dropped:
		panic(http.ErrAbortHandler)
	case status:
		w.WriteHeader(a.code)
		_, _ = io.WriteString(w, a.body)
		return
	case refusal:
		answer = obj{"Error": obj{"Code": a.code, "Message": a.message}, "RequestId": "r-1"}
	case obj:
		if a["RequestId"] == nil {
			a["RequestId"] = "r-1"
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(obj{"Response": answer})
}

func (s *standIn) count(action string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		if c.action == action {
			n++
		}
	}
	return n
}

func (s *standIn) last(action string) call {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.calls) - 1; i >= 0; i-- {
		if s.calls[i].action == action {
			return s.calls[i]
		}
	}
	return call{}
}

const (
	testID  = "AKIDEXAMPLE0000000000000000000000000"
	testKey = "a-secret-that-must-not-show"
)

// quick repeats and looks without letting a test wait.
func quick() []Option {
	return []Option{
		WithBackoff(Backoff{Min: time.Millisecond, Max: 2 * time.Millisecond}),
		WithWait(Wait{Min: time.Millisecond, Max: 2 * time.Millisecond, Limit: 10 * time.Second}),
	}
}

func (s *standIn) client(t *testing.T, opts ...Option) *Client {
	all := append(append([]Option{WithEndpoint(s.URL), WithHTTPClient(s.Server.Client())}, quick()...), opts...)
	c, err := New(common.NewCredential(testID, testKey), "ap-guangzhou", all...)
	require.NoError(t, err)
	return c
}

// hang answers when nobody listens any more.
func hang(c call) any { <-c.gone; return dropped{} }

func always(answer any) func(call) any { return func(call) any { return answer } }

// inTurn gives the answers one after the other, and the last one for ever.
func inTurn(answers ...any) func(call) any {
	return func(c call) any { return answers[min(c.n, len(answers))-1] }
}
