// Package redisstore keeps the claims of event.Dedup in Redis, so that all instances of a function share them.
//
// It is an example in a module of its own: copy it, or import it, into a function that has a Redis in its VPC. Each step is
// one script that Redis runs atomically, and every key expires by itself:
//
//	client := redis.NewClient(&redis.Options{Addr: os.Getenv("REDIS_ADDR")})
//	m.Use(event.Dedup(redisstore.New(client, "dedup:")))
package redisstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cosevent/cosevent-go/event"
)

// Store is an event.Store in Redis. It is safe for concurrent use.
type Store struct {
	client redis.Scripter
	prefix string
}

var _ event.Store = (*Store)(nil)

// New returns a store whose keys begin with prefix. Use one prefix for each function: two functions that get the same event
// both have to handle it.
func New(client redis.Scripter, prefix string) *Store { return &Store{client: client, prefix: prefix} }

// A value is "h:<holder>" while claimed and "done" once confirmed.
var (
	claim = redis.NewScript(`
local v = redis.call('GET', KEYS[1])
if v == 'done' then return 2 end
if v and v ~= 'h:' .. ARGV[1] then return 1 end
redis.call('SET', KEYS[1], 'h:' .. ARGV[1], 'PX', ARGV[2])
return 0`)
	confirm = redis.NewScript(`
redis.call('SET', KEYS[1], 'done', 'PX', ARGV[1])
return 0`)
	release = redis.NewScript(`
if redis.call('GET', KEYS[1]) == 'h:' .. ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0`)
)

// Claim is event.Store's.
func (s *Store) Claim(ctx context.Context, id, holder string, ttl time.Duration) (event.ClaimState, error) {
	n, err := claim.Run(ctx, s.client, s.key(id), holder, millis(ttl)).Int()
	switch {
	case err != nil:
		return event.Busy, fmt.Errorf("redisstore: claim: %w", err)
	case n == 0:
		return event.Claimed, nil
	case n == 1:
		return event.Busy, nil
	case n == 2:
		return event.Done, nil
	}
	return event.Busy, errors.New("redisstore: claim: unexpected answer")
}

// Confirm is event.Store's.
func (s *Store) Confirm(ctx context.Context, id, _ string, ttl time.Duration) error {
	if err := confirm.Run(ctx, s.client, s.key(id), millis(ttl)).Err(); err != nil {
		return fmt.Errorf("redisstore: confirm: %w", err)
	}
	return nil
}

// Release is event.Store's.
func (s *Store) Release(ctx context.Context, id, holder string) error {
	if err := release.Run(ctx, s.client, s.key(id), holder).Err(); err != nil {
		return fmt.Errorf("redisstore: release: %w", err)
	}
	return nil
}

// key is short and of one length, whatever the object's key is.
func (s *Store) key(id string) []string {
	sum := sha256.Sum256([]byte(id))
	return []string{s.prefix + hex.EncodeToString(sum[:])}
}

// millis rounds up, as Redis takes no expiry of 0.
func millis(d time.Duration) int64 { return max(1, (d + time.Millisecond - 1).Milliseconds()) }
