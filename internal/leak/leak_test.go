package leak

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// recorder stands in for a test that checks for leaks.
type recorder struct {
	testing.TB
	cleanups []func()
	errors   []string
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) end() {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
}

func TestAGoroutineLeftBehindIsReported(t *testing.T) {
	defer func(d time.Duration) { patience = d }(patience)
	patience = 20 * time.Millisecond
	r := &recorder{TB: t}
	Check(r)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() { defer close(done); <-stop }()
	r.end()
	close(stop)
	<-done
	if len(r.errors) != 1 || !strings.Contains(r.errors[0], "TestAGoroutineLeftBehindIsReported") {
		t.Errorf("reported %q, want the goroutine of this test", r.errors)
	}
}

func TestAGoroutineThatEndsIsNot(t *testing.T) {
	r := &recorder{TB: t}
	Check(r)
	stop := make(chan struct{})
	go func() { <-stop }()
	r.Cleanup(func() { close(stop) })
	r.end()
	if len(r.errors) != 0 {
		t.Errorf("reported %q, want nothing", r.errors)
	}
}
