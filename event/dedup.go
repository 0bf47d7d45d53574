package event

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

// ErrBusy is what Dedup returns for an event that is being handled elsewhere at this moment. It makes SCF try again later,
// when the event is done, and then skipped, or its claim has run out.
var ErrBusy = errors.New("event: being handled elsewhere")

// ErrStore is what Dedup returns, wrapping the store's error, if it cannot claim an event. The handler was not called.
var ErrStore = errors.New("event: the store for deduplication failed")

// ClaimState is what a Store says about an event.
type ClaimState int

// The states.
const (
	Claimed ClaimState = iota // the caller has it now
	Busy                      // another holder has it
	Done                      // it was confirmed before
)

// Store remembers which events were handled. Each method is one atomic step, is safe for concurrent use, and counts
// only if it returned no error. The holder is a random text that Dedup makes for each attempt.
type Store interface {
	// Claim takes the event for the holder until ttl has passed, unless it is confirmed or held by another. The holder that has
	// it may claim it again, to keep it longer.
	Claim(ctx context.Context, id, holder string, ttl time.Duration) (ClaimState, error)
	// Confirm says that the event was handled, to be remembered for ttl, whoever holds it.
	Confirm(ctx context.Context, id, holder string, ttl time.Duration) error
	// Release gives the claim up if the holder has it, and is no error if not.
	Release(ctx context.Context, id, holder string) error
}

// DedupOption changes Dedup.
type DedupOption func(*dedup)

type dedup struct {
	store   Store
	lease   time.Duration
	keep    time.Duration
	id      func(Event) string
	onError func(context.Context, Event, error)
}

// DedupLease sets how long a claim outlives a crash. It must be well below the minute that SCF waits before a retry, or the
// retry finds the event busy. The default is 30 seconds. While the handler runs the claim is renewed, however long that takes.
func DedupLease(d time.Duration) DedupOption {
	if d <= 0 {
		panic("event: DedupLease was given " + d.String() + ", want a positive duration")
	}
	return func(c *dedup) { c.lease = d }
}

// DedupKeep sets how long a handled event is remembered. The default is 8 hours: SCF retries an event for 6 at most.
func DedupKeep(d time.Duration) DedupOption {
	if d <= 0 {
		panic("event: DedupKeep was given " + d.String() + ", want a positive duration")
	}
	return func(c *dedup) { c.keep = d }
}

// DedupID sets what makes two events the same. The default is the function and [Base.ID]; an id that is to tell functions apart has
// to have the function in it. An event with the id "" is always handled.
func DedupID(id func(Event) string) DedupOption {
	if id == nil {
		panic("event: DedupID was given nil")
	}
	return func(c *dedup) { c.id = id }
}

// DedupOnError sets what to call when the store fails after the handler was called, when confirming, renewing or releasing
// ([ErrStore]), and when the claim is lost ([ErrClaimLost]). Neither fails the event; the worst to follow is that it is handled
// twice. f may be called while the handler runs.
func DedupOnError(f func(ctx context.Context, e Event, err error)) DedupOption {
	if f == nil {
		panic("event: DedupOnError was given nil")
	}
	return func(c *dedup) { c.onError = f }
}

// ErrClaimLost is the cause of a handler's context whose claim another holder took, which can be after the store could not be
// reached for the length of a lease. The function set by [DedupOnError] is told of it too.
var ErrClaimLost = errors.New("event: the claim was lost to another holder")

// Dedup skips events that were handled before. SCF retries whole payloads, so that without it the events of a payload that
// succeeded are handled again whenever one fails.
//
// Before the handler is called the event is claimed in the store, for a short time that is renewed while the handler runs.
// Success confirms the claim; an error or a panic releases it at once; a crash does neither, so that the claim runs out and
// the retry gets through. An event confirmed before is skipped with no error; one that is claimed elsewhere fails with [ErrBusy].
// A store that cannot be asked fails the event with [ErrStore]: handled later is better than handled twice. A claim lost to
// another holder ends the handler's context with [ErrClaimLost].
//
// The id in the store is that of the function, "region/namespace/name", and of the event, see [Base.ID]: functions may share a
// store. Where the event does not name the function, as with EventBridge, the variables SCF_NAMESPACE and SCF_FUNCTIONNAME that
// the platform sets do. The console's tests (see [Base.IsConsoleTest]) are always handled, because each press of the button sends
// the same event.
//
// A nil store is NewMemoryStore(0), which knows only of this process.
func Dedup(store Store, opts ...DedupOption) Middleware {
	if store == nil {
		store = NewMemoryStore(0)
	}
	c := &dedup{
		store: store, lease: 30 * time.Second, keep: 8 * time.Hour, id: storeID,
		onError: func(context.Context, Event, error) {},
	}
	for _, o := range opts {
		o(c)
	}
	return func(next Handler) Handler {
		return func(ctx context.Context, e Event) error {
			if e.Common().IsConsoleTest() {
				return next(ctx, e)
			}
			id := c.id(e)
			if id == "" {
				return next(ctx, e)
			}
			return c.handle(ctx, e, id, next)
		}
	}
}

// storeID is what tells an event and the function that handles it from others.
func storeID(e Event) string {
	b := e.Common()
	f := b.Function
	if f.Name == "" {
		f.Namespace, f.Name = os.Getenv("SCF_NAMESPACE"), os.Getenv("SCF_FUNCTIONNAME")
	}
	if f.Region == "" {
		f.Region = b.Bucket.Region
	}
	return functionMark(f) + "|" + b.ID()
}

func (c *dedup) handle(ctx context.Context, e Event, id string, next Handler) (err error) {
	holder := strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36)
	state, err := c.store.Claim(ctx, id, holder, c.lease)
	switch {
	case err != nil:
		return &storeError{err}
	case state == Done:
		return nil
	case state != Claimed:
		return ErrBusy
	}
	// What ends the claim must happen even if the event's context is over.
	after := context.WithoutCancel(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	stop := c.renew(after, e, id, holder, cancel)
	success := false
	defer func() {
		stop()
		cancel(nil)
		ctx, cancel := context.WithTimeout(after, 10*time.Second)
		defer cancel()
		var failed error
		if success {
			failed = c.store.Confirm(ctx, id, holder, c.keep)
		} else { // failed, panicked, or runtime.Goexit
			failed = c.store.Release(ctx, id, holder)
		}
		if failed != nil {
			c.onError(ctx, e, &storeError{failed})
		}
	}()
	err = next(ctx, e)
	success = err == nil
	return err
}

// renew keeps a claim until stop is called, which waits for the end of it, or until another holder has it, for which lost is
// called.
func (c *dedup) renew(ctx context.Context, e Event, id, holder string, lost context.CancelCauseFunc) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(max(c.lease/3, time.Millisecond))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			state, err := c.store.Claim(ctx, id, holder, c.lease)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				c.onError(ctx, e, &storeError{err})
			case state != Claimed:
				lost(ErrClaimLost)
				c.onError(ctx, e, ErrClaimLost)
				return
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// storeError is an error of the store, for which errors.Is(err, ErrStore) holds.
type storeError struct{ err error }

func (e *storeError) Error() string        { return fmt.Sprint(ErrStore, ": ", e.err) }
func (e *storeError) Is(target error) bool { return target == ErrStore }
func (e *storeError) Unwrap() error        { return e.err }
