package event_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

// TestDedupConsoleTest: each press of the console's Test button runs the handler.
func TestDedupConsoleTest(t *testing.T) {
	calls := 0
	m := event.NewMux()
	m.Use(event.Dedup(nil))
	m.OnCreated(func(context.Context, event.Event) error { calls++; return nil })
	for range 3 {
		_, err := m.Invoke(t.Context(), eventtest.Template(event.TypeObjectCreatedPut))
		require.NoError(t, err)
	}
	assert.Equal(t, 3, calls)
}

// TestDedupSharedStore: two functions that are told of one change both handle it, each once.
func TestDedupSharedStore(t *testing.T) {
	store := event.NewMemoryStore(0)
	calls := map[string]int{}
	h := event.Dedup(store)(func(_ context.Context, e event.Event) error { calls[e.Common().Function.Name]++; return nil })
	for range 2 {
		for _, name := range []string{"thumb", "index"} {
			require.NoError(t, h(t.Context(), eventtest.Put(eventtest.Function(event.Target{Namespace: "default", Name: name}))))
		}
	}
	assert.Equal(t, map[string]int{"thumb": 1, "index": 1}, calls)

	// Without an eventQueue the platform's variables name the function.
	anonymous := eventtest.Put(eventtest.Edit(func(r *event.Record) { r.Event.Queue = "" }))
	for range 2 {
		for _, name := range []string{"thumb", "index", "other"} {
			t.Setenv("SCF_NAMESPACE", "default")
			t.Setenv("SCF_FUNCTIONNAME", name)
			require.NoError(t, h(t.Context(), anonymous))
		}
	}
	assert.Equal(t, 1, calls[""], "thumb and index had the same event with its queue, other had not")
}

// lostStore gives every claim to somebody else once it is to be renewed.
type lostStore struct {
	event.Store
	mu     sync.Mutex
	claims int
}

func (s *lostStore) Claim(ctx context.Context, id, holder string, ttl time.Duration) (event.ClaimState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claims++; s.claims > 1 {
		return event.Busy, nil
	}
	return s.Store.Claim(ctx, id, holder, ttl)
}

// TestDedupClaimLost: the handler whose claim another holder took is told by its context, and DedupOnError is told as well.
func TestDedupClaimLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []error
		h := event.Dedup(&lostStore{Store: event.NewMemoryStore(0)}, event.DedupOnError(func(_ context.Context, _ event.Event, err error) { told = append(told, err) }))(
			func(ctx context.Context, _ event.Event) error {
				select {
				case <-ctx.Done():
					return context.Cause(ctx)
				case <-time.After(time.Hour):
					return errors.New("it was not told")
				}
			})
		assert.ErrorIs(t, h(context.Background(), eventtest.Put()), event.ErrClaimLost)
		require.Len(t, told, 1)
		assert.ErrorIs(t, told[0], event.ErrClaimLost)
	})
}

// TestDedupShortLease: the shortest lease works.
func TestDedupShortLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := event.Dedup(nil, event.DedupLease(1))(func(context.Context, event.Event) error { <-time.After(time.Second); return nil })
		assert.NoError(t, h(context.Background(), eventtest.Put()))
	})
}
