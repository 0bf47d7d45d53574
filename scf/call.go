package scf

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Backoff is the rule by which calls are repeated: after the nth failure the pause is drawn at random between half and the
// whole of Min·2ⁿ⁻¹, at most Max.
type Backoff struct {
	// Attempts is how many calls are made at most for one request; the default is 5, and 1 means no repeats.
	Attempts int
	// Min and Max bound the pauses; the defaults are 200 ms and 5 s.
	Min, Max time.Duration
	// Total bounds the time from the first call to the start of the last; the default is one minute.
	Total time.Duration
}

func (b Backoff) withDefaults() Backoff {
	if b.Attempts == 0 {
		b.Attempts = 5
	}
	if b.Min == 0 {
		b.Min = 200 * time.Millisecond
	}
	if b.Max == 0 {
		b.Max = max(5*time.Second, b.Min)
	}
	if b.Total == 0 {
		b.Total = time.Minute
	}
	return b
}

func (b Backoff) check(bad *faultList) {
	if b.Attempts < 0 {
		bad.addf("backoff", "%d attempts", b.Attempts)
	}
	if b.Min < 0 || b.Max < 0 || b.Total < 0 || b.Max != 0 && b.Max < b.Min {
		bad.addf("backoff", "pauses from %v to %v, in all %v", b.Min, b.Max, b.Total)
	}
}

// pause returns how long to wait after the nth failure, counted from 1.
func (b Backoff) pause(n int) time.Duration { return jitter(b.Min, b.Max, n) }

func jitter(low, high time.Duration, n int) time.Duration {
	d := high
	if n < 32 && low<<(n-1) > 0 {
		d = min(high, low<<(n-1))
	}
	if d <= 1 {
		return d
	}
	return d/2 + rand.N(d-d/2)
}

// sleep waits for d or for the end of ctx, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Call describes a call for [Client.Do].
type Call struct {
	// Action is the API action, for errors.
	Action string
	// Function is what it is about, for errors; may be empty.
	Function string
	// Harmless says that a repeat changes nothing more than one call does: reads, and writes that set a value. Such a call is
	// also repeated when the service failed or its answer was lost; others only when they had no effect for certain.
	Harmless bool
	// Timeout bounds each attempt; 0 means one minute.
	Timeout time.Duration
}

// Do makes a call by the client's rule of repeats and returns its failure as an [*Error]. It is for actions of the official
// client that have no method here:
//
//	req := scfsdk.NewGetAccountRequest()
//	err := c.Do(ctx, scf.Call{Action: "GetAccount", Harmless: true}, func(ctx context.Context) (err error) {
//		resp, err = c.API().GetAccountWithContext(ctx, req)
//		return err
//	})
//
// A call that is not Harmless and whose outcome is unknown returns an error that Is [ErrUnknownOutcome]. When ctx ends, the
// error wraps its error.
func (c *Client) Do(ctx context.Context, call Call, f func(context.Context) error) error {
	if call.Timeout == 0 {
		call.Timeout = time.Minute
	}
	start := time.Now()
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return &Error{Action: call.Action, Function: call.Function, Attempts: n - 1, Err: err}
		}
		err := attempt(ctx, call.Timeout, f)
		if err == nil {
			return nil
		}
		what := outcomeOf(err)
		failure := &Error{Action: call.Action, Function: call.Function, Attempts: n, Err: err}
		if ended := ctx.Err(); ended != nil {
			if !errors.Is(err, ended) {
				failure.Err = errors.Join(ended, err)
			}
			return settle(call, what, failure)
		}
		again := what == unsent || what == unknown && call.Harmless
		pause := c.backoff.pause(n)
		if !again || n >= c.backoff.Attempts || time.Since(start)+pause > c.backoff.Total {
			return settle(call, what, failure)
		}
		if sleep(ctx, pause) != nil {
			failure.Err = errors.Join(ctx.Err(), err)
			return settle(call, what, failure)
		}
	}
}

func settle(call Call, what outcome, err error) error {
	if what == unknown && !call.Harmless {
		return &unknownError{err}
	}
	return err
}

func attempt(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return f(ctx)
}

// write makes a call that must not happen twice. When its outcome is unknown, or the function was not ready for it, done
// reads back whether what was wanted is there; only if it is not is the call made again.
func (c *Client) write(ctx context.Context, call Call, send func(context.Context) error, done func(context.Context) (bool, error)) error {
	start := time.Now()
	for n := 1; ; n++ {
		err := c.Do(ctx, call, send)
		if err == nil || !errors.Is(err, ErrUnknownOutcome) && !errors.Is(err, ErrNotReady) || ctx.Err() != nil {
			return err
		}
		ok, rerr := done(ctx)
		if rerr != nil {
			return errors.Join(err, rerr)
		}
		if ok {
			return nil
		}
		pause := c.backoff.pause(n)
		if n >= c.backoff.Attempts || time.Since(start)+pause > c.backoff.Total {
			return err
		}
		if serr := sleep(ctx, pause); serr != nil {
			return errors.Join(serr, err)
		}
	}
}
