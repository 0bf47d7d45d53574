// Package faults holds the faults a test plans for a fake: fail the next calls of an operation, slow them, cut their
// connections.
package faults

import (
	"fmt"
	"sync"
	"time"
)

// Any stands for every operation.
const Any = "*"

// Drop says whether, and when, the connection is closed without a reply.
type Drop int

const (
	// Never leaves the connection alone.
	Never Drop = iota
	// Before closes the connection before the operation has any effect.
	Before
	// After closes the connection when the operation has taken effect: the caller cannot know.
	After
)

// String returns "never", "before" or "after".
func (d Drop) String() string {
	switch d {
	case Never:
		return "never"
	case Before:
		return "before"
	case After:
		return "after"
	}
	return fmt.Sprintf("Drop(%d)", int(d))
}

// Fault is what happens to one call. The zero value changes nothing.
type Fault struct {
	// Code and Message are the service's error to answer with; Status is its HTTP status (COS; 0 means 500. The SCF API
	// answers 200 with the error in its envelope, so there a Status other than 0 is an answer without an envelope).
	Status  int
	Code    string
	Message string
	// Latency delays the call in real time.
	Latency time.Duration
	// Drop closes the connection instead of answering.
	Drop Drop
	// CutAfter, if positive, ends the body of the answer after that many bytes and closes the connection.
	CutAfter int64
}

// Fails reports whether the fault answers with an error of the service.
func (f Fault) Fails() bool { return f.Code != "" || f.Status != 0 }

// Faults is a plan of faults. The zero value is an empty plan; it is safe for concurrent use.
type Faults struct {
	mu    sync.Mutex
	plans map[string][]plan
}

type plan struct {
	left  int // negative: for ever
	fault Fault
}

// Fail plans f for the next n calls of op, after those planned before; a negative n means every later call. op is an
// operation's name as the service's API reference has it ("PutObject", "CreateFunction"), or [Any]; a plan for the
// operation itself goes before one for Any.
func (f *Faults) Fail(op string, n int, fault Fault) {
	if n == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.plans == nil {
		f.plans = map[string][]plan{}
	}
	f.plans[op] = append(f.plans[op], plan{left: n, fault: fault})
}

// Reset forgets every planned fault.
func (f *Faults) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plans = nil
}

// Pending returns how many planned faults have not happened yet; those planned for ever count as one each.
func (f *Faults) Pending() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, ps := range f.plans {
		for _, p := range ps {
			if p.left < 0 {
				n++
			} else {
				n += p.left
			}
		}
	}
	return n
}

// Take uses up one planned fault of op. A nil plan has none.
func (f *Faults) Take(op string) (Fault, bool) {
	if f == nil {
		return Fault{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range [...]string{op, Any} {
		ps := f.plans[name]
		if len(ps) == 0 {
			continue
		}
		fault := ps[0].fault
		if ps[0].left > 0 {
			if ps[0].left--; ps[0].left == 0 {
				f.plans[name] = ps[1:]
			}
		}
		return fault, true
	}
	return Fault{}, false
}
