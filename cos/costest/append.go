package costest

import (
	"crypto/md5"
	"encoding"
	"encoding/hex"
	"hash"
	"net/http"
	"strconv"

	"github.com/cosevent/cosevent-go/event"
)

// appendObject serves AppendObject. The digest of the whole goes on from a saved state, so nothing is read again.
func (c *call) appendObject() error {
	position, err := strconv.ParseInt(c.q.get("position"), 10, 64)
	if err != nil || position < 0 {
		return errInvalidArgument.with("position must be a number.")
	}
	if c.b.settings().Versioning != "" {
		return errInvalidBucketState.with("A bucket with versioning does not take appendable objects.")
	}
	head := c.b.head(c.key)
	if err := appendable(head, position); err != nil {
		return err
	}
	a, err := readAttrs(c.r.Header)
	if err != nil {
		return err
	}
	if archived(a.Class) && head == nil {
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
		_, err = c.s.write(c.b, c.key, o, func(now *object) error {
			if now != head {
				return errAppendPosition // another append, or something else, was faster
			}
			return nil
		})
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
	c.reply(http.StatusOK)
	return nil
}

func appendable(head *object, position int64) error {
	switch {
	case head == nil && position != 0:
		return errAppendPosition
	case head == nil:
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
	if head == nil {
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
