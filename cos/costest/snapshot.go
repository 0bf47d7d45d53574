package costest

import (
	"maps"
	"slices"
)

// Snapshot is the state of a server's buckets at one time: objects, versions, uploads and settings. It shares contents with
// the server, so it costs little.
type Snapshot struct {
	owner   *Server
	buckets map[string]*bucket
}

// Snapshot returns the state of all buckets. Each bucket's state is of one instant.
func (s *Server) Snapshot() *Snapshot {
	s.store.keep()
	snap := &Snapshot{owner: s, buckets: map[string]*bucket{}}
	s.mu.RLock()
	all := maps.Clone(s.buckets)
	s.mu.RUnlock()
	for id, b := range all {
		snap.buckets[id] = b.copy()
	}
	return snap
}

// copy returns a bucket of its own with the same objects.
func (b *bucket) copy() *bucket {
	b.mu.RLock()
	out := newBucket(b.Bucket, b.conf)
	b.tree.ascend("", func(key string, head *object) bool {
		out.tree.set(key, head)
		return true
	})
	uploads := maps.Clone(b.uploads)
	b.mu.RUnlock()
	for id, u := range uploads {
		u.mu.Lock()
		if !u.finished {
			out.uploads[id] = &pending{id: u.id, key: u.key, attrs: u.attrs, more: u.more, started: u.started, forbid: u.forbid, parts: maps.Clone(u.parts)}
		}
		u.mu.Unlock()
	}
	return out
}

// Restore puts back the state of a snapshot of this server, which may be used again. No events are told. Requests under way on
// the buckets as they were fail with NoSuchBucket or find nothing.
func (s *Server) Restore(snap *Snapshot) error {
	if snap == nil || snap.owner != s {
		return errInvalidArgument.with("The snapshot is of another server.")
	}
	buckets := make(map[string]*bucket, len(snap.buckets))
	for id, b := range snap.buckets {
		buckets[id] = b.copy()
	}
	return s.replaceBuckets(buckets)
}

// Reset removes every bucket and forgets requests, planned faults and labels. Credentials, clock and OnChange stay.
func (s *Server) Reset() error {
	s.ClearRequests()
	s.faults.Reset()
	s.labels.mu.Lock()
	s.labels.m = nil
	s.labels.mu.Unlock()
	return s.replaceBuckets(map[string]*bucket{})
}

// replaceBuckets puts other buckets in place of all. What the old ones hold is freed, unless a snapshot has it.
func (s *Server) replaceBuckets(buckets map[string]*bucket) error {
	old, err := s.exchange(buckets)
	for _, b := range old {
		b.mu.RLock()
		b.tree.ascend("", func(_ string, o *object) bool {
			for ; o != nil; o = o.prev {
				s.store.discard(o, nil)
			}
			return true
		})
		uploads := b.uploads
		b.mu.RUnlock()
		s.abandon(slices.Collect(maps.Values(uploads)))
	}
	return err
}

func (s *Server) exchange(buckets map[string]*bucket) (map[string]*bucket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.buckets
	for _, b := range old {
		b.mu.Lock()
		defer b.mu.Unlock()
	}
	if err := s.store.replaceAll(buckets); err != nil {
		return nil, err
	}
	for _, b := range old {
		b.dead = true
	}
	s.buckets = buckets
	s.restores.mu.Lock()
	s.restores.stop()
	s.restores.mu.Unlock()
	for _, b := range buckets {
		s.resumeRestores(b)
	}
	return old, nil
}
