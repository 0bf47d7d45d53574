package costest

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// bucket is a bucket and its objects.
type bucket struct {
	event.Bucket
	id string // Bucket.ID(), kept because every request compares it

	mu      sync.RWMutex
	dead    bool // deleted while a request still held it
	tree    tree
	uploads map[string]*pending
	conf    config
}

// config is what the operations on a bucket's settings store. It is replaced, never changed.
type config struct {
	Created    time.Time
	Versioning string            `json:",omitempty"` // "", "Enabled", "Suspended"
	ACL        *acl              `json:",omitempty"`
	Docs       map[string]string `json:",omitempty"` // settings kept as they came, by subresource
	AZ         string            `json:",omitempty"`

	cors        []corsRule
	replication []replicationRule
	origin      []originRule
}

// clone returns a copy that may be changed.
func (c *config) clone() config {
	out := *c
	out.Docs = make(map[string]string, len(c.Docs)+1)
	for k, v := range c.Docs {
		out.Docs[k] = v
	}
	return out
}

// settings returns the bucket's settings; what they point to does not change.
func (b *bucket) settings() config {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.conf
}

// head returns the newest version of key, delete markers included, or nil.
func (b *bucket) head(key string) *object {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.tree.get(key)
}

// lookup returns the version of key that a request means: the newest if version is "".
func (b *bucket) lookup(key, version string) (*object, error) {
	o := b.head(key)
	if version == "" {
		if o == nil || o.marker {
			return o, errNoSuchKey
		}
		return o, nil
	}
	v, ok := parseVersion(version)
	if !ok {
		return nil, errInvalidArgument.with("The version id is not valid.")
	}
	if o = o.find(v); o == nil {
		return nil, errNoSuchVersion
	}
	if o.marker {
		return o, errMethodNotAllowed
	}
	return o, nil
}

// nextVersion returns the number of a new version: the nanoseconds of now, or more if that number or a later one is taken.
func (s *Server) nextVersion(now time.Time) uint64 {
	for {
		last := s.lastVersion.Load()
		v := max(uint64(max(now.UnixNano(), 1)), last+1)
		if s.lastVersion.CompareAndSwap(last, v) {
			return v
		}
	}
}

// write makes o the newest version of key, if allow, which sees the newest one so far, lets it. It returns the version that
// was the newest before.
func (s *Server) write(b *bucket, key string, o *object, allow func(head *object) error) (*object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.alive(); err != nil {
		return nil, err
	}
	head := b.tree.get(key)
	if allow != nil {
		if err := allow(head); err != nil {
			return head, err
		}
	}
	o.version = 0
	if b.conf.Versioning == versioningEnabled {
		o.version = s.nextVersion(o.time())
	}
	return head, s.push(b, key, o)
}

// alive returns an error if the bucket was deleted while a request still held it. The bucket is locked.
func (b *bucket) alive() error {
	if b.dead {
		return errNoSuchBucket
	}
	return nil
}

// The three changes that the objects of a bucket know; everything else is made of them, and a directory store keeps exactly
// these in its journal. The bucket is locked. A bucket that was deleted meanwhile takes none: its journal ended with it.

func (s *Server) push(b *bucket, key string, o *object) error {
	if err := b.alive(); err != nil {
		return err
	}
	if err := s.store.push(b, key, o); err != nil {
		return err
	}
	head := b.tree.get(key)
	b.tree.set(key, head.pushed(o))
	if o.version == 0 {
		s.store.discard(head.find(0), o)
	}
	return nil
}

func (s *Server) drop(b *bucket, key string, version uint64) error {
	if err := b.alive(); err != nil {
		return err
	}
	if err := s.store.drop(b, key, version); err != nil {
		return err
	}
	head := b.tree.get(key)
	b.tree.set(key, head.without(version))
	s.store.discard(head.find(version), nil)
	return nil
}

func (s *Server) swap(b *bucket, key string, o *object) error {
	if err := b.alive(); err != nil {
		return err
	}
	if err := s.store.swap(b, key, o); err != nil {
		return err
	}
	b.tree.set(key, b.tree.get(key).replaced(o))
	return nil
}

// update replaces the version of key that a request means by what f makes of it.
func (s *Server) update(b *bucket, key, version string, f func(o *object) error) (*object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.tree.get(key)
	if version == "" {
		if o == nil || o.marker {
			return nil, errNoSuchKey
		}
	} else {
		v, ok := parseVersion(version)
		if !ok {
			return nil, errInvalidArgument.with("The version id is not valid.")
		}
		if o = o.find(v); o == nil {
			return nil, errNoSuchVersion
		}
		if o.marker {
			return nil, errMethodNotAllowed
		}
	}
	c := o.changed()
	if err := f(c); err != nil {
		return nil, err
	}
	return c, s.swap(b, key, c.tidy())
}

const (
	versioningEnabled   = "Enabled"
	versioningSuspended = "Suspended"
)

// BucketOption configures [Server.CreateBucket].
type BucketOption func(*config)

// Versioned makes a bucket that keeps every version.
func Versioned() BucketOption { return func(c *config) { c.Versioning = versioningEnabled } }

// Suspended makes a bucket whose versioning was enabled and then suspended.
func Suspended() BucketOption { return func(c *config) { c.Versioning = versioningSuspended } }

// PublicRead lets anyone read the bucket's objects and list them.
func PublicRead() BucketOption { return func(c *config) { c.ACL = &acl{Canned: aclPublicRead} } }

// PublicReadWrite lets anyone read, list, write and delete.
func PublicReadWrite() BucketOption {
	return func(c *config) { c.ACL = &acl{Canned: aclPublicReadWrite} }
}

// CreateBucket makes a bucket, of whatever account. Errors are of type [*Error]: InvalidBucketName, InvalidRegionName,
// BucketAlreadyOwnedByYou; a name is taken in all regions at once (BucketAlreadyExists).
func (s *Server) CreateBucket(b event.Bucket, opts ...BucketOption) error {
	conf := config{Created: s.clock.Now()}
	for _, o := range opts {
		o(&conf)
	}
	return s.createBucket(b, conf)
}

func (s *Server) createBucket(b event.Bucket, conf config) error {
	if err := checkBucket(b); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.buckets[b.ID()]; old != nil {
		if old.Region == b.Region {
			return errBucketOwned
		}
		return errBucketExists
	}
	nb := newBucket(b, conf)
	if err := s.store.putBucket(nb); err != nil {
		return err
	}
	s.buckets[nb.id] = nb
	return nil
}

func newBucket(b event.Bucket, conf config) *bucket {
	return &bucket{Bucket: b, id: b.ID(), uploads: map[string]*pending{}, conf: conf}
}

// HasBucket reports whether the bucket exists, in the region it names.
func (s *Server) HasBucket(b event.Bucket) bool {
	_, err := s.bucket(b.ID(), b.Region)
	return err == nil
}

// DeleteBucket removes a bucket with all it holds; no events are told. It is an error if the bucket does not exist.
func (s *Server) DeleteBucket(b event.Bucket) error { return s.deleteBucket(b.ID(), b.Region, true) }

func (s *Server) deleteBucket(id, region string, full bool) error {
	uploads, err := s.detach(id, region, full)
	s.abandon(uploads)
	return err
}

// abandon frees the uploads of a bucket that is gone. No other lock is held: who completes an upload holds its lock and wants
// the bucket's.
func (s *Server) abandon(uploads []*pending) {
	for _, u := range uploads {
		u.mu.Lock()
		if !u.finished {
			u.finished = true
			s.store.discardParts(u)
		}
		u.mu.Unlock()
	}
}

// detach takes a bucket away and returns the uploads it held.
func (s *Server) detach(id, region string, full bool) ([]*pending, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[id]
	if b == nil || region != "" && b.Region != region {
		return nil, errNoSuchBucket
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !full && (b.tree.n > 0 || len(b.uploads) > 0) {
		return nil, errBucketNotEmpty
	}
	if err := s.store.dropBucket(b); err != nil {
		return nil, err
	}
	b.dead = true
	b.tree.ascend("", func(_ string, o *object) bool {
		for ; o != nil; o = o.prev {
			s.store.discard(o, nil)
		}
		return true
	})
	delete(s.buckets, id)
	return slices.Collect(maps.Values(b.uploads)), nil
}

// Buckets returns every bucket, in order of their names.
func (s *Server) Buckets() []event.Bucket {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]event.Bucket, 0, len(s.buckets))
	for _, b := range s.buckets {
		out = append(out, b.Bucket)
	}
	slices.SortFunc(out, func(a, b event.Bucket) int {
		switch {
		case a.ID() < b.ID():
			return -1
		case a.ID() > b.ID():
			return 1
		}
		return 0
	})
	return out
}

// bucket returns the bucket id; region "" means whatever region.
func (s *Server) bucket(id, region string) (*bucket, error) {
	s.mu.RLock()
	b := s.buckets[id]
	s.mu.RUnlock()
	if b == nil || region != "" && b.Region != region {
		return nil, errNoSuchBucket
	}
	return b, nil
}

// configure changes the bucket's settings.
func (s *Server) configure(b *bucket, f func(c *config) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.alive(); err != nil {
		return err
	}
	c := b.conf.clone()
	if err := f(&c); err != nil {
		return err
	}
	old := b.conf
	b.conf = c
	if err := s.store.putBucket(b); err != nil {
		b.conf = old
		return err
	}
	return nil
}
