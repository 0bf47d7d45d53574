// Package leak fails a test that leaves goroutines behind.
package leak

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines may take to end.
var patience = 5 * time.Second

// Check fails the test if goroutines that run code of this module are left after it and after the clean-ups registered later.
// Goroutines that were there before do not count, and those that are about to end get 5 s. Call it first in a test, and not in a
// parallel one.
func Check(tb testing.TB) {
	tb.Helper()
	before := ours()
	tb.Cleanup(func() {
		var left []string
		for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			left = left[:0]
			for id, stack := range ours() {
				if _, old := before[id]; !old {
					left = append(left, stack)
				}
			}
			if len(left) == 0 {
				return
			}
		}
		tb.Errorf("%d goroutines left behind:\n%s", len(left), strings.Join(left, "\n\n"))
	})
}

// ours returns the stacks, by goroutine id, of the goroutines other than the caller's that were started by this module or
// by the network code it uses.
func ours() map[string]string {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	out := map[string]string{}
	for i, g := range strings.Split(string(buf), "\n\n") {
		if i == 0 || strings.Contains(g, "testing.(*T).Run(") || strings.Contains(g, "created by testing.(*T).Run") {
			continue
		}
		if !strings.Contains(g, "cosevent-go") && !strings.Contains(g, "net/http.(*conn)") && !strings.Contains(g, "os/exec") {
			continue
		}
		id, _, _ := strings.Cut(g, " [")
		out[id] = g
	}
	return out
}
