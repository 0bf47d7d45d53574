package function

import (
	"sync"
	"time"
)

// turns decides in which goroutine of a connection an invocation runs. The one that read it is the quickest: to wake another
// takes longer than a small handler works. But it does not read meanwhile, and a peer may send a ping or another call before
// it has its answer. So a watch looks every now and then, and once an invocation keeps the reader from reading for longer than
// that, another goroutine takes over the reading. Later invocations get goroutines of their own, until they are quick again.
type turns struct {
	takeOver func() // starts a goroutine that reads on

	mu       sync.Mutex
	slow     bool   // invocations get their own goroutines
	quick    int    // how many of those were quick, one after the other
	count    uint64 // of invocations run by a reader
	running  uint64 // the number of the one that the reader runs now, or 0
	seen     uint64 // count when the watch looked last
	watching bool
	watch    *time.Timer
}

const (
	watchEvery = 5 * time.Millisecond
	quickAgain = 16 // quick invocations, after slow ones
)

// begin tells whether the reader may run the next invocation itself, as number n. It calls end after that. Otherwise the
// goroutine that runs it calls took.
func (t *turns) begin() (n uint64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.slow {
		return 0, false
	}
	t.count++
	t.running = t.count
	switch {
	case t.watching:
	case t.watch == nil:
		t.watch = time.AfterFunc(watchEvery, t.look)
	default:
		t.watch.Reset(watchEvery)
	}
	t.watching = true
	return t.count, true
}

// end tells whether the goroutine that ran number n is still the one that reads.
func (t *turns) end(n uint64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running != n {
		return false
	}
	t.running = 0
	return true
}

// took learns how long an invocation took that had a goroutine of its own.
func (t *turns) took(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.quick++
	if d >= watchEvery {
		t.quick = 0
	}
	if t.quick >= quickAgain {
		t.slow = false
	}
}

func (t *turns) look() {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.running != 0 && t.running == t.seen:
		t.running, t.watching = 0, false
		t.slow, t.quick = true, 0
		t.takeOver()
	case t.count != t.seen:
		t.seen = t.count
		t.watch.Reset(watchEvery)
	default:
		t.watching = false // nothing goes on; begin looks again
	}
}
