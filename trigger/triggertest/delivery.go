package triggertest

import (
	"fmt"
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// State is what has become of an event.
type State int

const (
	// Pending: queued, running, or waiting for its retry.
	Pending State = iota
	// Delivered: the function has handled it.
	Delivered
	// Dead: given up after the retries and kept as a dead letter.
	Dead
	// Dropped: given up after the retries, and the function has no dead-letter queue.
	Dropped
	// NotSent: no function was called; the reason says why.
	NotSent
	// LoopStopped: not sent because a function kept causing its own events.
	LoopStopped
)

var stateNames = [...]string{"pending", "delivered", "dead", "dropped", "not sent", "loop stopped"}

// String returns the state in words.
func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return fmt.Sprintf("State(%d)", int(s))
	}
	return stateNames[s]
}

// Delivery is what happened to one event: one for every function that a change in a bucket was for, and one without a function,
// with the reason, for a change that was for none.
type Delivery struct {
	Event     event.Type   // what happened in the bucket, never a wildcard
	Bucket    event.Bucket // where
	Key       string
	VersionID string
	Time      time.Time // when, by the clock of the Cloud

	// COSRequestID is the x-cos-request-id of the request that made the change.
	COSRequestID string

	// The function and the rule that matched. Empty if none did.
	Namespace, Function, Qualifier string
	Rule                           event.Type
	Prefix, Suffix                 string

	// RequestID is the id of the invocation, the same for all attempts.
	RequestID string
	// Generation counts the events of the same chain before this one: 0 for a change from outside, n+1 for one that a function
	// made while it handled an event of generation n.
	Generation int

	State    State
	Reason   string // why not delivered, or not yet; empty once it is
	Attempts []Attempt
	Payload  []byte // what the function was given

	bound []scftest.Bound // the triggers that did not match, of one not sent
}

// Attempt is one execution of a function for an event.
type Attempt = scftest.Attempt

// DeadLetter is an event that was given up, in the form the dead-letter queue holds.
type DeadLetter = scftest.DeadLetter

// String describes the delivery in one line.
func (d Delivery) String() string {
	s := fmt.Sprintf("%s %s/%s", d.Event, d.Bucket.ID(), d.Key)
	if d.Function != "" {
		s += fmt.Sprintf(" -> %s/%s", d.Namespace, d.Function)
	}
	s += ": " + d.State.String()
	if n := len(d.Attempts); n > 1 {
		s += fmt.Sprintf(" after %d attempts", n)
	}
	if d.Reason != "" {
		s += " (" + d.Reason + ")"
	}
	return s
}

// Deliveries returns what happened to every event so far, in the order of the changes. The result is the caller's.
func (c *Cloud) Deliveries() []Delivery { return c.journal.all() }

// DeadLetters returns the events that were given up by functions that have a dead-letter queue, oldest first.
func (c *Cloud) DeadLetters() []DeadLetter { return c.scf.DeadLetters() }
