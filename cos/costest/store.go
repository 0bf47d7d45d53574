package costest

// store is where bytes go, and what remembers changes. The memory store remembers nothing: the trees are all there is.
// Methods that take a bucket are called with the bucket locked.
type store interface {
	// sink returns where a body of length bytes (negative if unknown) is received.
	sink(length int64) sink
	putBucket(b *bucket) error
	dropBucket(b *bucket) error
	push(b *bucket, key string, o *object) error
	drop(b *bucket, key string, version uint64) error
	swap(b *bucket, key string, o *object) error
	putUpload(b *bucket, u *pending) error
	putPart(b *bucket, u *pending, number int, p *part) error
	dropUpload(b *bucket, u *pending) error
	// discard frees what a version that is no longer in any bucket held, but for what kept holds too; nil is allowed for both.
	discard(o, kept *object)
	discardContent(c content)
	// duplicate returns c for another object.
	duplicate(c content) (content, error)
	discardParts(u *pending)
	// replaceAll is called after a snapshot was put in place of everything.
	replaceAll(buckets map[string]*bucket) error
	// keep is called when a snapshot begins to share contents: nothing of them may be freed from then on.
	keep()
	close() error
}

// memory is the store that keeps all in memory.
type memory struct{}

func (memory) sink(length int64) sink {
	return &memSink{known: length >= 0}
}

func (memory) putBucket(*bucket) error                     { return nil }
func (memory) dropBucket(*bucket) error                    { return nil }
func (memory) push(*bucket, string, *object) error         { return nil }
func (memory) drop(*bucket, string, uint64) error          { return nil }
func (memory) swap(*bucket, string, *object) error         { return nil }
func (memory) putUpload(*bucket, *pending) error           { return nil }
func (memory) putPart(*bucket, *pending, int, *part) error { return nil }
func (memory) dropUpload(*bucket, *pending) error          { return nil }
func (memory) discard(_, _ *object)                        {}
func (memory) duplicate(c content) (content, error)        { return c, nil }
func (memory) discardContent(content)                      {}
func (memory) discardParts(*pending)                       {}
func (memory) replaceAll(map[string]*bucket) error         { return nil }
func (memory) keep()                                       {}
func (memory) close() error                                { return nil }
