package function

import (
	"sync"
	"time"
)

// A scheduler decides in which goroutine of a connection an invocation runs. A connection is like a shop with one clerk, who
// takes an order and fills it too, because calling a colleague takes longer than filling most orders: a call takes 31 µs when
// the goroutine that read it also runs the handler, and 52 µs when it wakes another one (BenchmarkGo1). But nobody reads
// meanwhile, and the platform may send a ping or another call before it has its answer. So once an order keeps the clerk from
// the counter for 5 ms or more, a colleague takes over the counter, and from then on every order goes to a colleague, until 16
// in a row were quick.
type scheduler struct {
	startReader func() // starts a goroutine that reads on

	mu       sync.Mutex
	handOver bool   // invocations get goroutines of their own
	quick    int    // how many of those were quick, one after the other
	started  uint64 // invocations that a reader ran itself, the current one included
	current  uint64 // the number of the one that the reader runs now, or 0
	seen     uint64 // started, when the watch looked last
	watching bool
	watch    *time.Timer
}

const (
	watchEvery = 5 * time.Millisecond // what takes as long is slow
	quickAgain = 16
)

// begin reports whether the reader may run the next invocation itself, as number n, and then call end. Otherwise the goroutine
// that runs it calls record.
func (s *scheduler) begin() (n uint64, inline bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handOver {
		return 0, false
	}
	s.started++
	s.current = s.started
	switch {
	case s.watching:
	case s.watch == nil:
		s.watch = time.AfterFunc(watchEvery, s.check)
	default:
		s.watch.Reset(watchEvery)
	}
	s.watching = true
	return s.started, true
}

// end reports whether the goroutine that ran invocation n is still the one that reads.
func (s *scheduler) end(n uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != n {
		return false
	}
	s.current = 0
	return true
}

// record notes how long an invocation took in a goroutine of its own.
func (s *scheduler) record(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quick++
	if d >= watchEvery {
		s.quick = 0
	}
	if s.quick >= quickAgain {
		s.handOver = false
	}
}

// check starts another reader if the reader still runs the invocation that it ran at the check before.
func (s *scheduler) check() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.current != 0 && s.current == s.seen:
		s.current, s.watching = 0, false
		s.handOver, s.quick = true, 0
		s.startReader()
	case s.started != s.seen:
		s.seen = s.started
		s.watch.Reset(watchEvery)
	default:
		s.watching = false // no calls come; begin starts the watch again
	}
}
