package gobrpc

// A cursor reads the primitives of the encoding from a message. After the first error, which err keeps, everything reads as
// zero.
type cursor struct {
	b   []byte
	err error
}

func (c *cursor) fail() {
	if c.err == nil {
		c.err = ErrMalformed
	}
	c.b = nil
}

// uint reads an unsigned number. A byte below 128 is the number itself; any other is the negated count of the big-endian bytes
// that follow.
func (c *cursor) uint() uint64 {
	if len(c.b) == 0 {
		c.fail()
		return 0
	}
	if v := c.b[0]; v < 128 {
		c.b = c.b[1:]
		return uint64(v)
	}
	n := int(-int8(c.b[0]))
	if n < 1 || n > 8 || n >= len(c.b) {
		c.fail()
		return 0
	}
	var v uint64
	for _, x := range c.b[1 : 1+n] {
		v = v<<8 | uint64(x)
	}
	c.b = c.b[1+n:]
	return v
}

// int reads a signed number, whose lowest bit says whether the others are complemented.
func (c *cursor) int() int64 {
	u := c.uint()
	if u&1 != 0 {
		return ^int64(u >> 1)
	}
	return int64(u >> 1)
}

// bytes reads a count and as many bytes. The result shares the memory of the message.
func (c *cursor) bytes() []byte {
	n := c.uint()
	if n > uint64(len(c.b)) {
		c.fail()
		return nil
	}
	v := c.b[:n:n]
	c.b = c.b[n:]
	return v
}

// text reads a string. If it equals previous, it returns previous and allocates nothing: most of what a platform sends does not
// change from call to call.
func (c *cursor) text(previous string) string {
	if b := c.bytes(); string(b) != previous {
		return string(b)
	}
	return previous
}

// nextField reads which field of a struct comes after field last (-1 at first), and whether any does. The stream has the
// distance between the two; 0 ends the struct, and so does the end of the message, as in encoding/gob.
func (c *cursor) nextField(last, count int) (next int, more bool) {
	if len(c.b) == 0 {
		return 0, false
	}
	delta := c.uint()
	if delta == 0 {
		return 0, false
	}
	if delta > uint64(count-1-last) {
		c.fail()
		return 0, false
	}
	return last + int(delta), true
}
