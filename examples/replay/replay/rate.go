package replay

import (
	"context"
	"time"
)

// limiter spaces events evenly. Time that was not used is not saved up.
type limiter struct {
	rate float64 // a second; 0 means no limit
	next time.Time
}

// reserve returns how long to wait at a time before the next event.
func (l *limiter) reserve(now time.Time) time.Duration {
	if l.rate <= 0 {
		return 0
	}
	if l.next.Before(now) {
		l.next = now
	}
	wait := l.next.Sub(now)
	l.next = l.next.Add(time.Duration(float64(time.Second) / l.rate))
	return wait
}

func (l *limiter) wait(ctx context.Context) error { return sleep(ctx, l.reserve(time.Now())) }

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
