package gobrpc

// skip passes over a value of the type id.
func (r *Reader) skip(c *cursor, id int64, depth int) {
	if depth > maxDepth {
		c.fail()
	}
	if c.err != nil {
		return
	}
	switch id {
	case idBool, idInt, idUint, idFloat:
		c.uint()
		return
	case idBytes, idString:
		c.bytes()
		return
	case idComplex:
		c.uint()
		c.uint()
		return
	case idInterface:
		r.skipInterface(c)
		return
	}
	t := r.types[id]
	if t == nil {
		c.b, c.err = nil, unknownType(id)
		return
	}
	switch t.kind {
	case kindStruct:
		count := len(t.fields)
		for f, more := c.nextField(-1, count); more; f, more = c.nextField(f, count) {
			r.skip(c, t.fields[f].id, depth+1)
		}
	case kindOpaque:
		c.bytes()
	default:
		n := c.uint()
		if t.kind == kindArray && n != uint64(t.length) {
			c.fail()
		}
		for ; n > 0 && c.err == nil; n-- {
			// A struct at the end of a message takes no byte, so a claimed number of them could keep this loop busy for ever.
			if n > uint64(len(c.b)) {
				c.b, c.err = nil, errElements
				return
			}
			if t.kind == kindMap {
				r.skip(c, t.key, depth+1)
			}
			r.skip(c, t.elem, depth+1)
		}
	}
}

// skipInterface passes over the value of an interface: the name of a concrete type, definitions of types that were not sent
// before, and a value with its length in front.
func (r *Reader) skipInterface(c *cursor) {
	if len(c.bytes()) == 0 {
		return // nil
	}
	for c.err == nil {
		id := c.int()
		if id >= 0 {
			c.bytes()
			return
		}
		r.define(c, id)
		c.uint() // the length of what follows the definition
	}
}

func unknownType(id int64) error {
	if id < firstUserID {
		return errInternalType
	}
	return ErrMalformed
}
