package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

// TestStore holds Redis and the in-memory store to the same behaviour.
func TestStore(t *testing.T) {
	client, _ := startRedis(t)
	for name, s := range map[string]event.Store{"redis": New(client, "t:"), "memory": event.NewMemoryStore(0)} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			claim := func(id, holder string) event.ClaimState {
				state, err := s.Claim(ctx, id, holder, time.Minute)
				require.NoError(t, err)
				return state
			}
			assert.Equal(t, event.Claimed, claim("a", "1"))
			assert.Equal(t, event.Busy, claim("a", "2"))
			assert.Equal(t, event.Claimed, claim("a", "1"), "renewed")
			require.NoError(t, s.Release(ctx, "a", "2"))
			assert.Equal(t, event.Busy, claim("a", "2"), "only the holder can release")
			require.NoError(t, s.Release(ctx, "a", "1"))
			assert.Equal(t, event.Claimed, claim("a", "2"))
			require.NoError(t, s.Confirm(ctx, "a", "2", time.Hour))
			assert.Equal(t, event.Done, claim("a", "2"))
			require.NoError(t, s.Release(ctx, "a", "2"))
			assert.Equal(t, event.Done, claim("a", "3"), "confirmed is confirmed")
			assert.Equal(t, event.Claimed, claim(strings.Repeat("long", 1000)+"\n", "1"))
			require.NoError(t, s.Release(ctx, "never claimed", "1"))

			var won atomic.Int32
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					state, err := s.Claim(ctx, "raced", fmt.Sprint(i), time.Minute)
					assert.NoError(t, err)
					if state == event.Claimed {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			assert.Equal(t, int32(1), won.Load())
		})
	}
	ttl, err := client.PTTL(t.Context(), New(client, "t:").key("a")[0]).Result()
	require.NoError(t, err)
	assert.Greater(t, ttl, 59*time.Minute, "every key expires")
	assert.Equal(t, int64(1), millis(0))
	assert.Equal(t, int64(2), millis(1500*time.Microsecond))
}

// TestClaimRunsOut: after a crash the claim expires in Redis and the retry gets through.
func TestClaimRunsOut(t *testing.T) {
	client, _ := startRedis(t)
	s := New(client, "t:")
	state, err := s.Claim(t.Context(), "a", "crashed", 50*time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, event.Claimed, state)
	require.Eventually(t, func() bool {
		state, err := s.Claim(t.Context(), "a", "retry", time.Minute)
		return err == nil && state == event.Claimed
	}, 10*time.Second, 10*time.Millisecond)
}

// TestDedupOverTwoInstances: what one instance handled, another one skips.
func TestDedupOverTwoInstances(t *testing.T) {
	client, stop := startRedis(t)
	var calls atomic.Int32
	instance := func() *event.Mux {
		m := event.NewMux()
		m.Use(event.Dedup(New(client, "thumb:")))
		event.On(m, func(context.Context, event.Event) error {
			if calls.Add(1) == 2 {
				return errors.New("disk full")
			}
			return nil
		})
		return m
	}
	payload := eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2")))
	first, second := instance(), instance()
	_, err := first.Invoke(t.Context(), payload)
	require.Error(t, err)
	_, err = second.Invoke(t.Context(), payload)
	require.NoError(t, err)
	assert.Equal(t, int32(3), calls.Load(), "the first event once, the second twice")

	stop()
	_, err = first.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.Key("3"))))
	assert.ErrorIs(t, err, event.ErrStore, "without Redis nothing is handled, and nothing lost")
	assert.Equal(t, int32(3), calls.Load())
}
