package event_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

// Log takes a *slog.Logger, as a function value too.
var _ func(*slog.Logger) event.Middleware = event.Log

func TestRecover(t *testing.T) {
	run := func(v any) error {
		return event.Recover()(func(context.Context, event.Event) error { panic(v) })(t.Context(), eventtest.Put())
	}
	var p *event.PanicError
	require.ErrorAs(t, run("oh no"), &p)
	assert.Equal(t, "oh no", p.Value)
	assert.Contains(t, string(p.Stack), "TestRecover")
	assert.NotContains(t, p.Error(), "goroutine")
	assert.ErrorIs(t, run(io.EOF), io.EOF)
	assert.Error(t, run(nil))
	assert.NoError(t, event.Recover()(func(context.Context, event.Event) error { return nil })(t.Context(), eventtest.Put()))
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context, _ event.Event) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Hour):
				return nil
			}
		}
		start := time.Now()
		err := event.Timeout(time.Minute)(slow)(context.Background(), eventtest.Put())
		assert.ErrorIs(t, err, event.ErrTimeout)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(start))
		assert.NoError(t, event.Timeout(2*time.Hour)(slow)(context.Background(), eventtest.Put()))
		deaf := func(ctx context.Context, _ event.Event) error { <-ctx.Done(); return io.EOF } // loses the cause, as some clients do
		err = event.Timeout(time.Minute)(deaf)(context.Background(), eventtest.Put())
		assert.ErrorIs(t, err, io.EOF)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		failing := func(context.Context, event.Event) error { return io.EOF }
		assert.Equal(t, io.EOF, event.Timeout(time.Hour)(failing)(context.Background(), eventtest.Put()))
	})
	assert.Panics(t, func() { event.Timeout(0) })
}

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		running := 0
		h := event.Limit(1)(func(context.Context, event.Event) error { running++; <-release; return nil })
		first := make(chan error, 1)
		go func() { first <- h(context.Background(), eventtest.Put()) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(context.Background())
		second := make(chan error, 1)
		go func() { second <- h(ctx, eventtest.Put()) }()
		synctest.Wait()
		assert.Equal(t, 1, running)
		cancel()
		assert.ErrorIs(t, <-second, context.Canceled)
		close(release)
		assert.NoError(t, <-first)
		assert.NoError(t, h(context.Background(), eventtest.Put()), "the turn was given back")
	})
	assert.Panics(t, func() { event.Limit(0) })
}

func TestDedupSkipsWhatSucceeded(t *testing.T) {
	calls := map[string]int{}
	m := event.NewMux()
	m.Use(event.Recover(), event.Dedup(nil))
	event.On(m, func(_ context.Context, e event.Event) error {
		key := e.Common().Object.Key
		calls[key]++
		switch {
		case key == "fails once" && calls[key] == 1:
			return errors.New("no")
		case key == "panics once" && calls[key] == 1:
			panic("no")
		}
		return nil
	})
	payload := eventtest.Payload(eventtest.Put(eventtest.Key("good")), eventtest.Put(eventtest.Key("fails once")), eventtest.Put(eventtest.Key("panics once")))
	_, err := m.Invoke(t.Context(), payload)
	require.Error(t, err)
	for range 2 {
		_, err = m.Invoke(t.Context(), payload)
		require.NoError(t, err)
	}
	assert.Equal(t, map[string]int{"good": 1, "fails once": 2, "panics once": 2}, calls)
}

// TestDedupCrash: a claim that nobody confirms or releases runs out before SCF's retry, a minute later.
func TestDedupCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := event.NewMemoryStore(10)
		e := eventtest.Put()
		state, err := store.Claim(context.Background(), "ap-guangzhou/default/thumb|"+e.ID(), "crashed", 30*time.Second)
		require.NoError(t, err)
		require.Equal(t, event.Claimed, state)
		calls := 0
		h := event.Dedup(store)(func(context.Context, event.Event) error { calls++; return nil })
		assert.ErrorIs(t, h(context.Background(), e), event.ErrBusy)
		<-time.After(time.Minute) // the bubble's clock, at once
		assert.NoError(t, h(context.Background(), e))
		assert.NoError(t, h(context.Background(), e))
		assert.Equal(t, 1, calls)
	})
}

// TestDedupLongHandler: the claim is renewed while the handler runs, even if its context is over.
func TestDedupLongHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := event.Dedup(event.NewMemoryStore(10), event.DedupLease(30*time.Second))(func(context.Context, event.Event) error {
			<-time.After(15 * time.Minute)
			return nil
		})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- h(ctx, eventtest.Put()) }()
		<-time.After(10 * time.Minute)
		cancel()
		<-time.After(4 * time.Minute)
		assert.ErrorIs(t, h(context.Background(), eventtest.Put()), event.ErrBusy)
		assert.NoError(t, <-done)
		start := time.Now()
		assert.NoError(t, h(context.Background(), eventtest.Put()), "skipped")
		assert.Zero(t, time.Since(start))
		<-time.After(9 * time.Hour)
		assert.NoError(t, h(context.Background(), eventtest.Put()))
		assert.Equal(t, 9*time.Hour+15*time.Minute, time.Since(start), "forgotten after its time, so handled again")
	})
}

// failingStore fails where told.
type failingStore struct {
	event.Store
	claim, confirm, release error
}

func (s *failingStore) Claim(ctx context.Context, id, holder string, ttl time.Duration) (event.ClaimState, error) {
	if s.claim != nil {
		return event.Claimed, s.claim
	}
	return s.Store.Claim(ctx, id, holder, ttl)
}

func (s *failingStore) Confirm(ctx context.Context, id, holder string, ttl time.Duration) error {
	return errors.Join(s.confirm, s.Store.Confirm(ctx, id, holder, ttl))
}

func (s *failingStore) Release(ctx context.Context, id, holder string) error {
	return errors.Join(s.release, s.Store.Release(ctx, id, holder))
}

func TestDedupStoreFails(t *testing.T) {
	sentinel := errors.New("no connection")
	store := &failingStore{Store: event.NewMemoryStore(0), claim: sentinel}
	calls := 0
	var told []error
	h := event.Dedup(store, event.DedupOnError(func(_ context.Context, _ event.Event, err error) { told = append(told, err) }))(
		func(_ context.Context, e event.Event) error {
			calls++
			if e.Common().Object.Key == "bad" {
				return io.EOF
			}
			return nil
		})
	err := h(t.Context(), eventtest.Put())
	assert.ErrorIs(t, err, event.ErrStore)
	assert.ErrorIs(t, err, sentinel)
	assert.Zero(t, calls, "not handled, to be handled later")

	store.claim, store.confirm, store.release = nil, sentinel, sentinel
	assert.NoError(t, h(t.Context(), eventtest.Put()), "handled is handled")
	assert.Equal(t, io.EOF, h(t.Context(), eventtest.Put(eventtest.Key("bad"))))
	require.Len(t, told, 2)
	for _, err := range told {
		assert.ErrorIs(t, err, sentinel)
	}
}

func TestDedupOptions(t *testing.T) {
	calls := 0
	h := event.Dedup(nil, event.DedupID(func(e event.Event) string { return e.Common().Object.ETag }), event.DedupKeep(time.Hour))(
		func(context.Context, event.Event) error { calls++; return nil })
	for _, e := range []event.Event{
		eventtest.Put(eventtest.Key("1"), eventtest.ETag("same")), eventtest.Put(eventtest.Key("2"), eventtest.ETag("same")),
		eventtest.Put(eventtest.Edit(func(r *event.Record) { r.COS.Object.Meta.Del("ETag") })),
		eventtest.Put(eventtest.Edit(func(r *event.Record) { r.COS.Object.Meta.Del("ETag") })),
	} {
		require.NoError(t, h(t.Context(), e))
	}
	assert.Equal(t, 3, calls, "one for the two of one id, and each without an id")
	for _, f := range []func(){func() { event.DedupLease(0) }, func() { event.DedupKeep(0) }, func() { event.DedupID(nil) }, func() { event.DedupOnError(nil) }, func() { event.NewMemoryStore(-1) }} {
		assert.Panics(t, f)
	}
}

func TestMemoryStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		s := event.NewMemoryStore(2)
		claim := func(id, holder string) event.ClaimState {
			state, err := s.Claim(ctx, id, holder, time.Minute)
			require.NoError(t, err)
			return state
		}
		assert.Equal(t, event.Claimed, claim("a", "1"))
		assert.Equal(t, event.Busy, claim("a", "2"))
		assert.Equal(t, event.Claimed, claim("a", "1"), "the holder may renew")
		require.NoError(t, s.Release(ctx, "a", "2"))
		assert.Equal(t, event.Busy, claim("a", "2"), "only the holder can release")
		require.NoError(t, s.Release(ctx, "a", "1"))
		assert.Equal(t, event.Claimed, claim("a", "2"))
		require.NoError(t, s.Confirm(ctx, "a", "2", time.Hour))
		assert.Equal(t, event.Done, claim("a", "3"))
		require.NoError(t, s.Release(ctx, "a", ""))
		assert.Equal(t, event.Done, claim("a", "3"), "a confirmed event cannot be released")

		assert.Equal(t, event.Claimed, claim("b", "1"))
		assert.Equal(t, event.Claimed, claim("c", "1"), "the oldest confirmed one makes room")
		assert.Equal(t, 2, s.Len())
		_, err := s.Claim(ctx, "d", "1", time.Minute)
		assert.Error(t, err, "claims make no room")
		<-time.After(2 * time.Minute) // the bubble's clock
		assert.Equal(t, event.Claimed, claim("d", "1"), "those that ran out do")
		assert.Equal(t, 2, s.Len())

		over, cancel := context.WithCancel(ctx)
		cancel()
		_, err = s.Claim(over, "e", "1", time.Minute)
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestLoopGuard(t *testing.T) {
	pass := func(context.Context, event.Event) error { return nil }
	own := ""
	h := event.LoopGuard(event.LoopCredentials(func() string { return own }))(pass)

	mine := eventtest.Put()
	mark := event.MarkLoop(mine)
	assert.Equal(t, "ap-guangzhou/default/thumb", mark)
	written := eventtest.Put(eventtest.Key("out/cat.png"), eventtest.Meta(event.LoopMark, mark))
	assert.ErrorIs(t, h(t.Context(), written), event.ErrLoop, "this function wrote it")
	elsewhere := event.Target{Namespace: "default", Name: "other", Region: "ap-guangzhou"}
	passed := eventtest.Put(eventtest.Key("out/cat.png"), eventtest.Meta(event.LoopMark, mark), eventtest.Function(elsewhere))
	assert.NoError(t, h(t.Context(), passed), "another function's turn is none")
	assert.Equal(t, mark+",ap-guangzhou/default/other", event.MarkLoop(passed))
	back := eventtest.Put(eventtest.Key("in/cat.png"), eventtest.Meta(event.LoopMark, event.MarkLoop(passed)))
	assert.ErrorIs(t, h(t.Context(), back), event.ErrLoop, "a loop over two functions")
	assert.NoError(t, h(t.Context(), eventtest.Delete(eventtest.Meta(event.LoopMark, mark))), "deletes write nothing")

	signed := func(id string) event.Event {
		return eventtest.Put(eventtest.Authorization("q-sign-algorithm=sha1&q-ak=" + id + "&q-signature=00"))
	}
	assert.NoError(t, h(t.Context(), signed("AKID1")))
	own = "AKID1"
	assert.ErrorIs(t, h(t.Context(), signed("AKID1")), event.ErrLoop)
	own = "AKID2"
	assert.ErrorIs(t, h(t.Context(), signed("AKID1")), event.ErrLoop, "keys rotate")
	assert.NoError(t, h(t.Context(), signed("AKID3")))
	t.Setenv("TENCENTCLOUD_SECRETID", "AKID9")
	assert.ErrorIs(t, event.LoopGuard()(pass)(t.Context(), signed("AKID9")), event.ErrLoop)
	assert.NoError(t, event.LoopGuard(event.LoopCredentials(nil))(pass)(t.Context(), signed("AKID9")))

	dropped := ""
	quiet := event.LoopGuard(event.OnLoop(func(_ context.Context, e event.Event, why error) error {
		dropped = e.Common().Object.Key + ": " + why.Error()
		return nil
	}))(pass)
	assert.NoError(t, quiet(t.Context(), written))
	assert.True(t, strings.HasPrefix(dropped, "out/cat.png: event: the function fires itself"))
	assert.Panics(t, func() { event.OnLoop(nil) })
	assert.Panics(t, func() { event.LoopRepeats(1, 0) })
}

func TestLoopGuardRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := event.LoopGuard(event.LoopRepeats(3, time.Minute))(func(context.Context, event.Event) error { return nil })
		turn := func(i int) error { return h(context.Background(), eventtest.Put(eventtest.Size(int64(i)))) }
		for i := range 3 {
			assert.NoError(t, turn(i))
			assert.NoError(t, turn(i), "a retry is no turn")
		}
		assert.ErrorIs(t, turn(3), event.ErrLoop)
		assert.NoError(t, h(context.Background(), eventtest.Put(eventtest.Key("another"))))
		<-time.After(time.Minute) // the bubble's clock
		assert.NoError(t, turn(4))
		any := event.LoopGuard(event.LoopRepeats(-1, time.Minute))(func(context.Context, event.Event) error { return nil })
		for i := range 50 {
			assert.NoError(t, any(context.Background(), eventtest.Put(eventtest.Size(int64(i)))))
		}
	})
}
