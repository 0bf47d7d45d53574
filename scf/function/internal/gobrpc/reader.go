package gobrpc

import (
	"io"
	"slices"
)

const (
	bufferSize = 4 << 10
	// maxGrow is how much memory is allocated at a time for a message. It is allocated as data arrives, so that a length which
	// is only claimed costs nothing.
	maxGrow = 8 << 20
)

// A Reader reads the stream of one peer. It must not be used by several goroutines at once.
//
// A gob stream is like a set of spreadsheets whose rows arrive mixed: before the first row of a sheet comes its header, which
// gives the sheet a number and names the columns, and each row starts with the number of its sheet. Headers are sent once per
// connection, and each peer picks its own numbers and its own order of columns. The Reader keeps the headers (wireType). When
// it meets the first row of a sheet it makes a plan, which says for each column where its value goes, if anywhere; from then on
// a row is read from left to right without looking at a name again. That takes a few comparisons a field, where encoding/gob
// compiles a decoder for each type by reflection.
type Reader struct {
	r       io.Reader
	limit   int
	buf     []byte // what was read from r and not used yet is buf[start:end]
	start   int
	end     int
	types   map[int64]*wireType // by the peer\'s number
	defined int                 // bytes of the definitions in types

	// Strings of the call before, used again where they are the same.
	previous       Invoke
	previousMethod string
}

// NewReader returns a Reader of r that returns [ErrTooLarge] for a message over limit bytes.
func NewReader(r io.Reader, limit int) *Reader {
	return &Reader{r: r, limit: limit, buf: make([]byte, bufferSize), types: map[int64]*wireType{}}
}

// nextMessage returns the bytes of the next message. If owned, they belong to the caller; otherwise they are part of the
// reader's buffer and valid until the next call. io.EOF means that the stream ended between messages.
func (r *Reader) nextMessage() (b []byte, owned bool, err error) {
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
			return nil, false, unexpectedEOF(err)
		}
		r.start = n
		return r.buf[:n], false, nil
	}
	b = append(make([]byte, 0, min(n, maxGrow)), r.buf[r.start:r.end]...)
	r.start, r.end = 0, 0
	for len(b) < n {
		b = slices.Grow(b, min(n-len(b), maxGrow))
		m, err := io.ReadFull(r.r, b[len(b):min(n, cap(b))])
		b = b[:len(b)+m]
		if err != nil {
			return nil, false, unexpectedEOF(err)
		}
	}
	return b, true, nil
}

// length reads the length in front of a message.
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
				err = unexpectedEOF(err)
			}
			return 0, err
		}
	}
}

// unexpectedEOF returns err, or io.ErrUnexpectedEOF for an io.EOF inside a message.
func unexpectedEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// nextValue reads the next value, and before it the definitions of types. It returns the number of the value's type and a cursor
// at the value's start. Owned is as in nextMessage.
func (r *Reader) nextValue() (id int64, c cursor, owned bool, err error) {
	for first := true; ; first = false {
		b, owned, err := r.nextMessage()
		if err != nil {
			if !first {
				err = unexpectedEOF(err)
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
			return id, c, owned, nil
		}
	}
}

// define reads the definition of a type. The stream marks it by negating the type's number, id.
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

// Discard reads a value of any type and drops it.
func (r *Reader) Discard() error {
	id, c, _, err := r.nextValue()
	if err != nil {
		return err
	}
	if t := r.types[id]; t == nil || t.kind != kindStruct {
		if c.uint() != 0 { // a zero precedes every value that is not a struct
			c.fail()
		}
	}
	r.skip(&c, id, 0)
	return c.err
}
