package gobrpc

import (
	"io"
	"slices"
)

const (
	bufferSize = 4 << 10
	// Memory for a message is given out as data comes in, so that a length which is only claimed costs nothing.
	firstGrant = 8 << 20
)

// A Reader reads the stream of one peer. It is for one goroutine.
type Reader struct {
	r       io.Reader
	limit   int
	buf     []byte // what was read from r and not used yet is buf[start:end]
	start   int
	end     int
	types   map[int64]*wireType
	defined int    // bytes of the definitions in types
	keep    Invoke // the strings of the call before
	last    string // the method called before
}

// NewReader reads from r. A message over limit bytes is ErrTooLarge.
func NewReader(r io.Reader, limit int) *Reader {
	return &Reader{r: r, limit: limit, buf: make([]byte, bufferSize), types: map[int64]*wireType{}}
}

// message returns the bytes of the next message. own tells that they are not in the reader's buffer, and so the caller's;
// otherwise they are good until the next call. io.EOF means that the stream ended between messages.
func (r *Reader) message() (b []byte, own bool, err error) {
	n, err := r.length()
	if err != nil {
		return nil, false, err
	}
	if n <= r.end-r.start {
		b = r.buf[r.start : r.start+n]
		r.start += n
		return b, false, nil
	}
	if n <= len(r.buf) {
		r.end = copy(r.buf, r.buf[r.start:r.end])
		r.start = 0
		m, err := io.ReadAtLeast(r.r, r.buf[r.end:], n-r.end)
		r.end += m
		if err != nil {
			return nil, false, cut(err)
		}
		r.start = n
		return r.buf[:n], false, nil
	}
	b = append(make([]byte, 0, min(n, firstGrant)), r.buf[r.start:r.end]...)
	r.start, r.end = 0, 0
	for len(b) < n {
		b = slices.Grow(b, min(n-len(b), firstGrant))
		m, err := io.ReadFull(r.r, b[len(b):min(n, cap(b))])
		b = b[:len(b)+m]
		if err != nil {
			return nil, false, cut(err)
		}
	}
	return b, true, nil
}

// length reads the count in front of a message.
func (r *Reader) length() (int, error) {
	for {
		c := cursor{b: r.buf[r.start:r.end]}
		n := c.uint()
		if c.err == nil {
			r.start = r.end - len(c.b)
			if n > uint64(r.limit) {
				return 0, ErrTooLarge
			}
			return int(n), nil
		}
		if r.end-r.start > 8 || r.end > r.start && r.buf[r.start] < 256-8 && r.buf[r.start] > 127 {
			return 0, ErrMalformed
		}
		if r.start > 0 {
			r.end = copy(r.buf, r.buf[r.start:r.end])
			r.start = 0
		}
		m, err := r.r.Read(r.buf[r.end:])
		r.end += m
		if m == 0 && err != nil {
			if r.end > 0 {
				err = cut(err)
			}
			return 0, err
		}
	}
}

func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// value reads messages up to the next one that is a value, and takes note of the types that are defined before it. It
// returns the number of the value's type.
func (r *Reader) value() (id int64, c cursor, own bool, err error) {
	for first := true; ; first = false {
		b, own, err := r.message()
		if err != nil {
			if !first {
				err = cut(err)
			}
			return 0, cursor{}, false, err
		}
		c := cursor{b: b}
		id := c.int()
		if c.err == nil && id < 0 {
			r.define(&c, id)
			if len(c.b) > 0 {
				c.fail()
			}
		}
		if c.err != nil {
			return 0, c, false, c.err
		}
		if id >= 0 {
			return id, c, own, nil
		}
	}
}

// define reads the definition of the type that has the negated number id.
func (r *Reader) define(c *cursor, id int64) {
	id = -id
	if id < firstUserID || r.types[id] != nil || len(r.types) >= maxTypes {
		c.fail()
		return
	}
	// A definition takes many times its bytes in memory, so they are limited before they are read.
	limit := min(len(c.b), maxDefined-r.defined)
	d := cursor{b: c.b[:limit]}
	t := d.define()
	if d.err != nil && limit < len(c.b) {
		d.err = ErrTooLarge
	}
	if d.err != nil {
		c.b, c.err = nil, d.err
		return
	}
	used := limit - len(d.b)
	c.b = c.b[used:]
	r.defined += used
	r.types[id] = t
}

// Discard reads a value and forgets it.
func (r *Reader) Discard() error {
	id, c, _, err := r.value()
	if err != nil {
		return err
	}
	if t := r.types[id]; t == nil || t.kind != kindStruct {
		if c.uint() != 0 { // in front of what is no struct
			c.fail()
		}
	}
	r.skip(&c, id, 0)
	return c.err
}
