package event

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"
)

// Recover makes a *[PanicError], with the stack, of a handler's panic, so that the event fails like any other. Without it the
// panic goes on after the payload's other events were handled, and the process ends, as is usual in Go. Put it first: what
// is outside of it is not covered.
func Recover() Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, e Event) (err error) {
			defer func() {
				if v := recover(); v != nil {
					p := newPanicError(v)
					err = &p
				}
			}()
			return next(ctx, e)
		}
	}
}

// Log writes a line for each event to l: level Info if it was handled, Error if it failed, then with the error and, for a panic
// that [Recover] caught, the stack. The line tells type, bucket, key, version, size, the COS request and the duration; it has
// neither metadata nor headers, which may hold secrets. A nil l means [slog.Default] at the time of the event.
func Log(l *slog.Logger) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, e Event) error {
			l := l
			if l == nil {
				l = slog.Default()
			}
			start := time.Now()
			err := next(ctx, e)
			b := e.Common()
			args := []any{
				"type", string(e.EventType()), "bucket", b.Bucket.String(), "key", b.Object.Key, "size", b.Object.Size,
				"requestId", b.RequestID, "duration", time.Since(start),
			}
			if b.Object.VersionID != "" {
				args = append(args, "versionId", b.Object.VersionID)
			}
			if err == nil {
				l.InfoContext(ctx, "event handled", args...)
				return nil
			}
			args = append(args, "error", err)
			var p *PanicError
			if errors.As(err, &p) {
				args = append(args, "stack", string(p.Stack))
			}
			l.ErrorContext(ctx, "event failed", args...)
			return err
		}
	}
}

// ErrTimeout is the cause of a context that [Timeout] ended; errors.Is(err, context.DeadlineExceeded) holds for it too.
var ErrTimeout error = timeoutError{}

type timeoutError struct{}

func (timeoutError) Error() string        { return "event: a handler took too long" }
func (timeoutError) Timeout() bool        { return true }
func (timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// Timeout gives a handler at most d for one event: its context ends then, with the cause [ErrTimeout]. A handler that does not
// look at its context is not stopped; for an error it returns after that errors.Is(err, ErrTimeout) holds. Timeout panics if d is
// not positive.
func Timeout(d time.Duration) Middleware {
	if d <= 0 {
		panic("event: Timeout was given " + d.String() + ", want a positive duration")
	}
	return func(next Handler) Handler {
		return func(ctx context.Context, e Event) error {
			ctx, cancel := context.WithTimeoutCause(ctx, d, ErrTimeout)
			defer cancel()
			err := next(ctx, e)
			if err != nil && context.Cause(ctx) == ErrTimeout && !errors.Is(err, ErrTimeout) {
				return fmt.Errorf("%w: %w", ErrTimeout, err)
			}
			return err
		}
	}
}

// Limit lets at most n events be handled at a time, counted over all calls of Invoke. An event that waits for its turn
// when its context ends fails with the context's cause. Limit panics if n is less than 1.
func Limit(n int) Middleware {
	if n < 1 {
		panic("event: Limit was given " + strconv.Itoa(n) + ", want at least 1")
	}
	turns := make(chan struct{}, n)
	return func(next Handler) Handler {
		return func(ctx context.Context, e Event) error {
			select {
			case turns <- struct{}{}:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			defer func() { <-turns }()
			return next(ctx, e)
		}
	}
}

// SkipFolders drops the events of objects that stand for a folder (see [Object.IsFolder]): they are done, and no handler is called.
// Opened they are empty objects, which a handler for files can do nothing with.
func SkipFolders() Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, e Event) error {
			if e.Common().Object.IsFolder() {
				return nil
			}
			return next(ctx, e)
		}
	}
}
