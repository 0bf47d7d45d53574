package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver is a service that is called: it verifies signatures by their description, refuses old ones, and takes each
// idempotency key once.
type receiver struct {
	url    string
	secret []byte
	mu     sync.Mutex
	told   []message       // what it took
	known  map[string]bool // idempotency keys
	calls  int
	fail   []int // statuses of the next answers
	hang   chan struct{}
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{secret: []byte("a secret of both sides"), known: map[string]bool{}}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.url = s.URL + "/files?token=hidden"
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	hang := r.hang
	r.mu.Unlock()
	if hang != nil {
		<-hang
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, 64<<10))
	if err == nil {
		err = verify(r.secret, req.Header.Get("X-Webhook-Signature"), body, time.Now())
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
		http.Error(w, "no message", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if len(r.fail) > 0 {
		status := r.fail[0]
		r.fail = r.fail[1:]
		w.Header().Set("Location", "/elsewhere")
		http.Error(w, "not now", status)
		return
	}
	key := req.Header.Get("Idempotency-Key")
	if key != m.ID {
		http.Error(w, "two ids", http.StatusBadRequest)
		return
	}
	if !r.known[key] {
		r.known[key] = true
		r.told = append(r.told, m)
	}
	w.WriteHeader(http.StatusNoContent)
}

// verify is what a receiver in any language does.
func verify(secret []byte, header string, body []byte, now time.Time) error {
	stamp, code, ok := strings.Cut(header, ",v1=")
	stamp, ok2 := strings.CutPrefix(stamp, "t=")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if !ok || !ok2 || err != nil {
		return errors.New("no signature")
	}
	if age := now.Sub(time.Unix(seconds, 0)).Abs(); age > 5*time.Minute {
		return fmt.Errorf("signed %v ago", age)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(stamp + "." + string(body)))
	if got, err := hex.DecodeString(code); err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return errors.New("wrong signature")
	}
	return nil
}

// lines returns what the receiver was told, as "kind key".
func (r *receiver) lines() (lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.told {
		lines = append(lines, m.Kind+" "+m.Key)
	}
	return lines
}
