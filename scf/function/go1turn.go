package function

import (
	"sync"
	"time"
)

// turns decides in which goroutine of a connection an invocation runs. The one that read it is the quickest: to wake another
// takes longer than a small handler works. But it does not read meanwhile, and a peer may send a ping or another call before
// it has its answer. So a watch looks every now and then, and once an invocation keeps the reader from reading for longer than
// that, another goroutine takes over, and all later invocations of the connection get goroutines of their own.
type turns struct {
	takeOver func() // starts a goroutine that reads on

	mu       sync.Mutex
	slow     bool   // invocations get their own goroutines
	count    uint64 // of invocations run by the reader
	running  uint64 // the number of the one that runs now, or 0
	seen     uint64 // count when the watch looked last
	watching bool
	watch    *time.Timer
}

const watchEvery = 5 * time.Millisecond

// begin tells whether the reader may run the next invocation itself. It calls end after that.
func (t *turns) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.slow {
		return false
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
	return true
}

// end tells whether it is still the caller that reads.
func (t *turns) end() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running = 0
	return !t.slow
}

func (t *turns) look() {
	t.mu.Lock()
	switch {
	case t.running != 0 && t.running == t.seen:
		t.slow = true
		t.takeOver()
	case t.count != t.seen:
		t.seen = t.count
		t.watch.Reset(watchEvery)
	default:
		t.watching = false // nothing goes on; begin looks again
	}
	t.mu.Unlock()
}
