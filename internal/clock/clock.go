// Package clock is the one clock of the fakes: it runs with real time until a test moves it.
//
// A [Clock] is real time plus an offset. [Clock.Advance] adds to the offset and fires, in order, every timer that falls due on
// the way. A timer never fires early, and without Advance it fires when real time reaches it. [Clock.Translate] maps an instant
// of a client's own (real) clock to this clock, so that clients that know nothing of Advance sign requests that are neither too
// old nor in the future.
package clock

import (
	"container/heap"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Clock is safe for concurrent use. The zero value is not usable; call [New].
type Clock struct {
	mu     sync.Mutex
	frozen bool
	at     time.Time // where a frozen clock stands
	jumps  []jump    // offsets by real time, oldest first; the first holds for all time before
	timers timerHeap
	seq    uint64
	wake   *time.Timer // fires when the next timer is due in real time; nil if none is set
	closed bool

	// firing holds the goroutines in which callbacks of timers run that real time made due; fired is signalled when one ends.
	firing map[string]bool
	fired  *sync.Cond
}

// maxJumps bounds the memory of a clock that is moved for days. Translate takes an instant before the oldest jump that is kept
// for one just after it.
const maxJumps = 4096

type jump struct {
	real   time.Time
	offset time.Duration
}

// Option configures [New].
type Option func(*Clock)

// WithStart makes the clock read t at first.
func WithStart(t time.Time) Option {
	return func(c *Clock) {
		c.jumps[0].offset = t.Sub(c.jumps[0].real)
		c.at = t
	}
}

// WithFrozen stops time between calls of [Clock.Advance].
func WithFrozen() Option { return func(c *Clock) { c.frozen = true } }

// New returns a clock that reads the real time.
func New(opts ...Option) *Clock {
	now := time.Now()
	c := &Clock{jumps: []jump{{real: now}}, at: now, firing: map[string]bool{}}
	c.fired = sync.NewCond(&c.mu)
	for _, o := range opts {
		o(c)
	}
	return c
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.frozen {
		return c.at
	}
	return time.Now().Add(c.jumps[len(c.jumps)-1].offset)
}

// Translate maps an instant of the real clock to this one: t plus the offset that was in force at t.
func (c *Clock) Translate(t time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen {
		// This clock does not run with real time: the instant that a client reads now is the one at which it stands.
		c.jumps[len(c.jumps)-1].offset = time.Until(c.at)
	}
	for i := len(c.jumps) - 1; i > 0; i-- {
		if !t.Before(c.jumps[i].real) {
			return t.Add(c.jumps[i].offset)
		}
	}
	return t.Add(c.jumps[0].offset)
}

// Timer is a pending call; see [Clock.AfterFunc].
type Timer struct {
	c     *Clock
	due   time.Time
	seq   uint64
	f     func()
	index int // in the heap; -1 once fired or stopped
}

// AfterFunc calls f once, d from now by this clock. f runs in the goroutine that calls Advance, or in one of its own when
// real time makes it due. It must not block, but may call any method of the clock, Advance included. A d that is not positive
// means as soon as possible, in a goroutine of its own.
func (c *Clock) AfterFunc(d time.Duration, f func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	t := &Timer{c: c, due: c.now().Add(d), seq: c.seq, f: f}
	heap.Push(&c.timers, t)
	c.rearm()
	return t
}

// Stop cancels the timer and reports whether it was still pending.
func (t *Timer) Stop() bool {
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.c.timers, t.index)
	t.c.rearm()
	return true
}

// Next returns when the earliest pending timer is due.
func (c *Clock) Next() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 {
		return time.Time{}, false
	}
	return c.timers[0].due, true
}

// Advance moves the clock d forward and fires what falls due, each timer at its own instant. settle, which may be nil, is
// called before the first step and after each one: it lets work that a timer started finish before time goes on.
func (c *Clock) Advance(d time.Duration, settle func()) {
	if settle == nil {
		settle = func() {}
	}
	settle()
	c.mu.Lock()
	target := c.now().Add(d)
	c.mu.Unlock()
	for c.step(target) {
		settle()
	}
}

// AdvanceTo moves the clock to t, if t is ahead, and fires what falls due.
func (c *Clock) AdvanceTo(t time.Time) {
	for c.step(t) {
	}
}

// step moves to the next timer due at or before target, fires it and reports true. Without one it moves to target and reports
// false.
func (c *Clock) step(target time.Time) bool {
	c.mu.Lock()
	c.waitForFiring()
	if c.closed || len(c.timers) == 0 || c.timers[0].due.After(target) {
		c.jump(target)
		c.rearm()
		c.mu.Unlock()
		return false
	}
	t := heap.Pop(&c.timers).(*Timer)
	c.jump(t.due)
	c.rearm()
	c.mu.Unlock()
	t.f()
	return true
}

// waitForFiring waits for the callbacks that real time started: a jump makes timers due in real time too, and what those
// start counts as part of the way. A callback that advances the clock itself does not wait for its own end, and nobody else
// waits for it meanwhile. The lock is held.
func (c *Clock) waitForFiring() {
	if len(c.firing) == 0 {
		return
	}
	if me := goroutine(); c.firing[me] {
		delete(c.firing, me)
		c.fired.Broadcast()
		defer func() { c.firing[me] = true }()
	}
	for len(c.firing) > 0 {
		c.fired.Wait()
	}
}

// goroutine returns the number of the calling goroutine, from the first line of its stack: "goroutine 7 [running]:".
func goroutine() string {
	var buf [64]byte
	line := string(buf[:runtime.Stack(buf[:], false)])
	line, _, _ = strings.Cut(strings.TrimPrefix(line, "goroutine "), " ")
	return line
}

// jump makes the clock read at least t. The lock is held.
func (c *Clock) jump(t time.Time) {
	d := t.Sub(c.now())
	if d <= 0 {
		return
	}
	if c.frozen {
		c.at = c.at.Add(d)
	}
	if len(c.jumps) == maxJumps {
		c.jumps = slices.Delete(c.jumps, 0, maxJumps/2)
	}
	c.jumps = append(c.jumps, jump{real: time.Now(), offset: c.jumps[len(c.jumps)-1].offset + d})
}

// rearm sets the real timer to the earliest due time. The lock is held.
func (c *Clock) rearm() {
	if c.wake != nil {
		c.wake.Stop()
		c.wake = nil
	}
	if c.closed || len(c.timers) == 0 {
		return
	}
	d := c.timers[0].due.Sub(c.now())
	if c.frozen && d > 0 {
		return
	}
	c.wake = time.AfterFunc(max(d, 0), c.fire)
}

// fire calls the timers that real time has made due.
func (c *Clock) fire() {
	me := goroutine()
	for {
		c.mu.Lock()
		if c.closed || len(c.timers) == 0 || c.timers[0].due.After(c.now()) {
			c.rearm()
			c.mu.Unlock()
			return
		}
		t := heap.Pop(&c.timers).(*Timer)
		c.firing[me] = true
		c.mu.Unlock()
		t.f()
		c.mu.Lock()
		delete(c.firing, me)
		c.fired.Broadcast()
		c.mu.Unlock()
	}
}

// Close drops every pending timer; none fires afterwards.
func (c *Clock) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, t := range c.timers {
		t.index = -1
	}
	c.timers = nil
	c.rearm()
}

type timerHeap []*Timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].seq < h[j].seq
	}
	return h[i].due.Before(h[j].due)
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *timerHeap) Push(x any) {
	t := x.(*Timer)
	t.index = len(*h)
	*h = append(*h, t)
}
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
