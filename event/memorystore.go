package event

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// DefaultMemoryStoreSize is how many events NewMemoryStore(0) remembers; at about 300 bytes each that is some 3 MB.
const DefaultMemoryStoreSize = 10_000

// MemoryStore is a Store in the memory of this process. SCF starts several instances of a busy function and ends idle ones, so it
// catches the retries that meet the same instance; for the others a store that all instances share is needed.
type MemoryStore struct {
	mu      sync.Mutex
	size    int
	byID    map[string]*list.Element
	claims  *list.List // of *memoryEntry, the oldest first
	handled *list.List // as claims, the confirmed ones
}

type memoryEntry struct {
	id     string
	holder string // "" once confirmed
	until  time.Time
}

// errFull: more claims at a time than the store has room for.
var errFull = errors.New("event: MemoryStore is full of claims")

// NewMemoryStore returns a store that remembers at most size events; 0 means DefaultMemoryStoreSize. When it is full, it forgets
// the event that was confirmed first. Claims are never forgotten before their time; more than size of them at once are refused.
func NewMemoryStore(size int) *MemoryStore {
	if size < 0 {
		panic("event: NewMemoryStore: negative size")
	}
	if size == 0 {
		size = DefaultMemoryStoreSize
	}
	return &MemoryStore{size: size, byID: map[string]*list.Element{}, claims: list.New(), handled: list.New()}
}

// Claim is Store's.
func (s *MemoryStore) Claim(ctx context.Context, id, holder string, ttl time.Duration) (ClaimState, error) {
	if err := ctx.Err(); err != nil {
		return Busy, err
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if el, ok := s.byID[id]; ok {
		e := el.Value.(*memoryEntry)
		if now.Before(e.until) {
			switch e.holder {
			case "":
				return Done, nil
			case holder:
				e.until = now.Add(ttl)
				return Claimed, nil
			}
			return Busy, nil
		}
		s.drop(el)
	}
	if !s.makeRoom(now) {
		return Busy, errFull
	}
	s.byID[id] = s.claims.PushBack(&memoryEntry{id: id, holder: holder, until: now.Add(ttl)})
	return Claimed, nil
}

// Confirm is Store's.
func (s *MemoryStore) Confirm(_ context.Context, id, _ string, ttl time.Duration) error {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if el, ok := s.byID[id]; ok {
		s.drop(el)
	}
	if !s.makeRoom(now) {
		return errFull
	}
	s.byID[id] = s.handled.PushBack(&memoryEntry{id: id, until: now.Add(ttl)})
	return nil
}

// Release is Store's.
func (s *MemoryStore) Release(_ context.Context, id, holder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if el, ok := s.byID[id]; ok && el.Value.(*memoryEntry).holder == holder && holder != "" {
		s.drop(el)
	}
	return nil
}

// Len tells how many events are claimed or remembered, those whose time is over included until their room is needed.
func (s *MemoryStore) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byID)
}

// drop forgets an entry. The caller has the lock.
func (s *MemoryStore) drop(el *list.Element) {
	e := el.Value.(*memoryEntry)
	delete(s.byID, e.id)
	if e.holder == "" {
		s.handled.Remove(el)
	} else {
		s.claims.Remove(el)
	}
}

// makeRoom makes room for one more entry. The caller has the lock.
func (s *MemoryStore) makeRoom(now time.Time) bool {
	if len(s.byID) < s.size {
		return true
	}
	if el := s.handled.Front(); el != nil {
		s.drop(el)
		return true
	}
	for el := s.claims.Front(); el != nil; el = el.Next() { // only claims: look for one that has run out
		if !now.Before(el.Value.(*memoryEntry).until) {
			s.drop(el)
			return true
		}
	}
	return false
}
