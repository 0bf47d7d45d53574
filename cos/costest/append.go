package costest

import (
	"crypto/md5"
	"encoding"
	"encoding/hex"
	"hash"
	"net/http"
	"strconv"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// appendObject serves AppendObject. The digest of the whole goes on from a saved state, so nothing is read again.
func (c *call) appendObject() error {
	position, err := strconv.ParseInt(c.q.get("position"), 10, 64)
	if err != nil || position < 0 {
		return errInvalidArgument.with("position must be a number.")
	}
	head := c.b.head(c.key)
	if err := appendable(head, position); err != nil {
		return err
	}
	a, err := readAttrs(c.r.Header, c.key)
	if err != nil {
		return err
	}
	if created(head) && (archived(a.Class) || strings.HasSuffix(a.Class, "INTELLIGENT_TIERING")) {
		return errStorageClass.with("An object of the class %s cannot be appended to.", a.Class)
	}
	more, err := c.newExtra()
	if err != nil {
		return err
	}
	u, err := c.receive()
	if err != nil {
		return err
	}
	o, err := c.appended(head, u, a, more)
	if err == nil {
		err = c.s.extend(c.b, c.key, head, o)
	}
	if err != nil {
		c.s.store.discardContent(u.content)
		return err
	}
	c.s.created(c.b, event.TypeObjectCreatedAppend, c.key, o, c.cause())
	h := c.w.Header()
	h["Etag"] = []string{o.etag()}
	h["X-Cos-Next-Append-Position"] = []string{strconv.FormatInt(o.size, 10)}
	h["X-Cos-Hash-Crc64ecma"] = []string{strconv.FormatUint(o.crc, 10)}
	// The official client compares this header with the MD5 of what it appended, whatever the header's name says.
	h["X-Cos-Content-Sha1"] = []string{hex.EncodeToString(u.md5[:])}
	c.sseHeaders(o.attrs)
	c.versionHeader(o)
	c.reply(http.StatusOK)
	return nil
}

// created reports whether an append makes a new object, because no newest version is there or it is a delete marker.
func created(head *object) bool { return head == nil || head.marker }

// extend makes o, which is head with more at its end, the newest version of key. Versioning does not count appends: the version
// that the first one made grows, and keeps its number.
func (s *Server) extend(b *bucket, key string, head, o *object) error {
	if created(head) {
		_, err := s.write(b, key, o, func(now *object) error {
			if now != head {
				return errAppendPosition // another append, or something else, was faster
			}
			return nil
		})
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.dead:
		return errNoSuchBucket
	case b.tree.get(key) != head:
		return errAppendPosition
	}
	return s.swap(b, key, o)
}

func appendable(head *object, position int64) error {
	switch {
	case created(head) && position != 0:
		return errAppendPosition
	case created(head):
		return nil
	case !head.x().Appendable:
		return errNotAppendable
	case head.size != position:
		return errAppendPosition
	}
	return nil
}

// appended returns the object that head becomes with u at its end. The attributes are those of the first append.
func (c *call) appended(head *object, u upload, a attrs, more *extra) (*object, error) {
	var o *object
	sum := md5.New()
	if created(head) {
		o = c.newObject(u, a)
		if more == nil {
			more = &extra{}
		}
		more.Appendable = true
		o.more = more
	} else {
		if head.size+u.n > maxObject {
			return nil, errEntityTooLarge
		}
		o = head.changed()
		o.content = joined(head.content, u.content)
		o.size, o.crc = head.size+u.n, crcCombine(head.crc, u.crc, u.n)
		o.modified = c.start.UnixNano()
		if err := sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(head.more.MD5State); err != nil {
			return nil, err
		}
	}
	if err := hashContent(sum, u); err != nil {
		return nil, err
	}
	sum.Sum(o.sum[:0])
	state, err := sum.(encoding.BinaryMarshaler).MarshalBinary()
	o.more.MD5State = state
	return o, err
}

func hashContent(h hash.Hash, u upload) error {
	r, err := u.open(0, u.n)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	_, err = r.WriteTo(h)
	return err
}
