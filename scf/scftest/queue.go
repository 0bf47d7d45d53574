package scftest

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cosevent/cosevent-go/internal/requestid"
)

// AsyncEvent is an event for asynchronous execution.
type AsyncEvent struct {
	Region, Namespace, Function, Qualifier string // Namespace "" means default, Qualifier "" means $DEFAULT
	Payload                                []byte
	Source                                 string // "TRIGGER_COS"
	// RequestID is the id of the invocation, the same for all attempts; empty, the queue makes one.
	RequestID string
	// Starting and Attempted, which may be nil, are called before and after each attempt, Attempted before a retry can begin. They
	// must be quick and must not call the server.
	Starting  func()
	Attempted func(Attempt)
	// Done, which may be nil, is called once when the event is finally delivered, dead or dropped.
	Done func(Outcome)
}

// State says how an event ended.
type State string

const (
	// Delivered means that an execution of the event succeeded.
	Delivered State = "Delivered"
	// Dead means that the event went to the function's dead-letter queue.
	Dead State = "Dead"
	// Dropped means that the event is gone: it failed for good and there is no dead-letter queue.
	Dropped State = "Dropped"
)

// Outcome tells what became of an event.
type Outcome struct {
	RequestID string
	Attempts  []Attempt
	State     State
	Reason    string // why it is dead or dropped
}

// Attempt is one execution of an event.
type Attempt struct {
	Start, End time.Time
	StatusCode int // 200, or the platform's code for the failure
	Result     string
	Error      string
	RetryNum   int
	NextRetry  time.Time // zero if there is none
	Duplicate  bool      // a repeat of an event that was delivered: see [Duplicate]
}

// ErrClosed is returned by calls on a server that is closed.
var ErrClosed = errors.New("scftest: server closed")

// asyncEvent is guarded by Server.mu while it is queued, and else by whoever executes it.
type asyncEvent struct {
	AsyncEvent
	id       string
	first    time.Time
	attempts []Attempt
	retries  int64 // of execution errors
	repeat   bool  // it was delivered, this is the duplicate
}

// tried notes an attempt.
func (e *asyncEvent) tried(a Attempt) {
	e.attempts = append(e.attempts, a)
	if e.Attempted != nil {
		e.Attempted(a)
	}
}

// queue holds the events that wait. It is guarded by Server.mu.
type queue struct {
	limit, workers int
	ready          []*asyncEvent
	head           int
	later          int // events that wait for a later instant of the clock
	taken          int // events being executed
	running        int // workers
	stopped        bool
	shuffle        *rand.Rand
	duplicate      *rand.Rand
	rate           float64
	dead           []DeadLetter
}

func (q *queue) init(cfg config) {
	q.limit, q.workers = cfg.queueLimit, cfg.workers
	if cfg.shuffle {
		q.shuffle = rand.New(rand.NewPCG(cfg.shuffleSeed, 2))
	}
	if cfg.duplicate {
		q.duplicate, q.rate = rand.New(rand.NewPCG(cfg.duplicateSeed, 3)), cfg.duplicateRate
	}
}

func (q *queue) stop() { q.stopped, q.ready, q.head = true, nil, 0 }

func (q *queue) len() int { return len(q.ready) - q.head }

// full tells whether the bound of waiting and running events is reached.
func (q *queue) full() bool { return q.len()+q.later+q.taken >= q.limit }

func (q *queue) pop() *asyncEvent {
	if q.len() == 0 {
		return nil
	}
	if q.shuffle != nil {
		i := q.head + q.shuffle.IntN(q.len())
		q.ready[q.head], q.ready[i] = q.ready[i], q.ready[q.head]
	}
	e := q.ready[q.head]
	q.ready[q.head] = nil
	if q.head++; q.head > 1024 && q.head*2 > len(q.ready) {
		n := copy(q.ready, q.ready[q.head:])
		clear(q.ready[n:])
		q.ready, q.head = q.ready[:n], 0
	}
	return e
}

// Enqueue queues an event for asynchronous execution with retries, as a trigger does. It waits while the queue is full, and
// fails only when the server closes.
func (s *Server) Enqueue(e AsyncEvent) (requestID string, err error) {
	return s.enqueue(context.Background(), e)
}

func (s *Server) enqueue(ctx context.Context, e AsyncEvent) (string, error) {
	if e.Qualifier == "" {
		e.Qualifier = defaultAlias
	}
	if e.Namespace == "" {
		e.Namespace = defaultNamespace
	}
	if e.RequestID == "" {
		e.RequestID = requestid.New()
	}
	ev := &asyncEvent{AsyncEvent: e, id: e.RequestID}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queue.full() {
		defer context.AfterFunc(ctx, func() {
			s.mu.Lock() // not between the waiter's look at ctx and its sleep
			defer s.mu.Unlock()
			s.room.Broadcast()
		})()
	}
	for s.queue.full() && !s.closed && ctx.Err() == nil {
		s.room.Wait()
	}
	switch {
	case s.closed:
		return "", ErrClosed
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	s.push(ev)
	return ev.id, nil
}

// push makes an event ready and sees that a worker takes it. The lock is held.
func (s *Server) push(e *asyncEvent) {
	if e.first.IsZero() {
		e.first = s.clock.Now()
		if f, err := s.find(e.Region, e.Namespace, e.Function); err == nil && f.latest.cfg.asyncRun == "TRUE" {
			s.requests.add(e)
		}
	}
	q := &s.queue
	q.ready = append(q.ready, e)
	s.busy++
	if q.running < q.workers && !s.closed {
		q.running++
		s.wg.Add(1)
		go s.work()
	}
}

// work executes events until none is ready.
func (s *Server) work() {
	defer s.wg.Done()
	s.mu.Lock()
	for {
		e := s.queue.pop()
		if e == nil || s.closed {
			s.queue.running--
			s.mu.Unlock()
			return
		}
		s.queue.taken++
		s.mu.Unlock()
		if e.Starting != nil {
			e.Starting()
		}
		done := s.attempt(e)
		if done != nil && e.Done != nil {
			e.Done(*done)
		}
		s.mu.Lock()
		s.queue.taken--
		s.leave()
		s.room.Broadcast()
	}
}

// leave counts one busy thing less. The lock is held.
func (s *Server) leave() {
	s.busy--
	if s.busy == 0 {
		s.signalQuiet(false)
	}
}

// signalQuiet wakes those in Settle. The lock is held.
func (s *Server) signalQuiet(closing bool) {
	if s.quiet != nil && (s.busy == 0 || closing) {
		close(s.quiet)
		s.quiet = nil
	}
}

// Idle reports whether nothing runs and nothing is queued that could run now.
func (s *Server) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy == 0
}

// Settle waits until nothing runs and nothing is queued that could run now: only events that wait for a later instant of the
// clock remain.
func (s *Server) Settle(ctx context.Context) error {
	for {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return ErrClosed
		}
		if s.busy == 0 {
			s.mu.Unlock()
			return nil
		}
		if s.quiet == nil {
			s.quiet = make(chan struct{})
		}
		quiet := s.quiet
		s.mu.Unlock()
		select {
		case <-quiet:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Pending returns how many events wait for a later instant of the clock.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.later
}

// Queued returns how many events wait or run, those waiting for a later instant included.
func (s *Server) Queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.len() + s.queue.later + s.queue.taken
}
