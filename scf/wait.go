package scf

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Wait is the rule by which states are waited for: the state is read again after pauses drawn at random between half and the
// whole of a length that doubles from Min to Max.
type Wait struct {
	// Min and Max bound the pauses; the defaults are 250 ms and 3 s.
	Min, Max time.Duration
	// Limit bounds one wait; the default is 5 minutes.
	Limit time.Duration
}

func (w Wait) withDefaults() Wait {
	if w.Min == 0 {
		w.Min = 250 * time.Millisecond
	}
	if w.Max == 0 {
		w.Max = max(3*time.Second, w.Min)
	}
	if w.Limit == 0 {
		w.Limit = 5 * time.Minute
	}
	return w
}

func (w Wait) check(bad *faultList) {
	if w.Min < 0 || w.Max < 0 || w.Limit < 0 || w.Max != 0 && w.Max < w.Min {
		bad.addf("wait", "pauses from %v to %v, in all %v", w.Min, w.Max, w.Limit)
	}
}

// StateError is a function that did not come to the state waited for. It Is [ErrNotReady].
type StateError struct {
	// Function is like "thumbnail" or "media/thumbnail".
	Function string
	// State is the last one seen, "" if none was.
	State State
	// Description and Reasons are the service's words for it.
	Description string
	Reasons     []Reason
	// Wanted is what was waited for, and Waited how long.
	Wanted State
	Waited time.Duration
	// Err is why the wait ended: nil when the state is one that does not pass by itself, the context's error, or that of a
	// call.
	Err error
}

// Error tells the state with its reasons.
func (e *StateError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "scf: function %s", e.Function)
	if e.State == "" {
		b.WriteString(" was not seen in any state")
	} else {
		fmt.Fprintf(&b, " is %s", e.State)
	}
	if e.Wanted != "" {
		fmt.Fprintf(&b, ", wanted %s", e.Wanted)
	}
	if e.Waited > 0 {
		fmt.Fprintf(&b, ", after %v", e.Waited.Round(time.Millisecond))
	}
	if e.Description != "" {
		b.WriteString(": " + e.Description)
	}
	for _, r := range e.Reasons {
		fmt.Fprintf(&b, " [%s: %s]", r.Code, r.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns why the wait ended.
func (e *StateError) Unwrap() error { return e.Err }

// Is reports whether target is [ErrNotReady].
func (e *StateError) Is(target error) bool { return target == ErrNotReady }

var errWaitLimit = errors.New("waited for as long as the client waits")

// stateGone is what waiting for deletion wants.
const stateGone State = "gone"

// WaitActive returns when the function is Active. It only reads. A state that does not pass by itself, the end of ctx (within
// 100 ms) and the client's limit ([Wait]) end the wait with a [*StateError] that carries the last state and its reasons;
// ErrNotFound means there is no such function.
func (c *Client) WaitActive(ctx context.Context, name string) error {
	r, err := c.ref(name)
	if err != nil {
		return err
	}
	_, err = c.waitActive(ctx, r, 0)
	return err
}

// waitActive waits for Active; forgive is how many times the function may be missing before that counts (a function just
// made may be).
func (c *Client) waitActive(ctx context.Context, r ref, forgive int) (*FunctionInfo, error) {
	info, err := c.waitSettled(ctx, r, StateActive, forgive)
	if err == nil && info.State != StateActive {
		err = &StateError{
			Function: r.String(), State: info.State, Description: info.StateDescription, Reasons: info.Reasons, Wanted: StateActive,
		}
	}
	return info, err
}

// waitSettled waits until the function is in a state that does not pass by itself.
func (c *Client) waitSettled(ctx context.Context, r ref, wanted State, forgive int) (*FunctionInfo, error) {
	start := time.Now()
	var last *FunctionInfo
	fail := func(err error) error {
		e := &StateError{Function: r.String(), Wanted: wanted, Waited: time.Since(start), Err: err}
		if last != nil {
			e.State, e.Description, e.Reasons = last.State, last.StateDescription, last.Reasons
		}
		return e
	}
	for n := 1; ; n++ {
		info, err := c.get(ctx, r)
		switch {
		case err == nil && !info.State.Passing():
			return info, nil
		case err == nil:
			last = info
			c.report(Progress{Function: r.String(), Stage: "wait", State: string(info.State), Elapsed: time.Since(start)})
		case errors.Is(err, ErrNotFound) && n <= forgive:
		case errors.Is(err, ErrNotFound):
			return nil, err
		default:
			return last, fail(err)
		}
		pause := jitter(c.wait.Min, c.wait.Max, n)
		if time.Since(start)+pause > c.wait.Limit {
			return last, fail(errWaitLimit)
		}
		if err := sleep(ctx, pause); err != nil {
			return last, fail(err)
		}
	}
}
