package gobrpc

// wireType is a type as the peer defined it.
type wireType struct {
	kind   kind
	fields []wireField // kindStruct
	elem   int64       // kindArray, kindSlice, kindMap
	key    int64       // kindMap
	length int64       // kindArray

	// plans say, for each use that was made of a struct type, what to do with its fields.
	plans [plans]plan
}

type kind uint8

const (
	kindArray kind = iota + 1
	kindSlice
	kindStruct
	kindMap
	kindOpaque // its Go type encodes itself, the value is a string of bytes
)

type wireField struct {
	name string
	id   int64
}

// define reads a definition, the value of the encoding's own struct wireType, in which one field is set: the kind of the
// type. The layout of that struct is fixed.
func (c *cursor) define() *wireType {
	t := &wireType{}
	for f, more := c.field(-1, 7); more; f, more = c.field(f, 7) {
		if t.kind != 0 {
			c.b, c.err = nil, errTwoKinds
			return nil
		}
		switch f {
		case 0:
			t.kind = kindArray
		case 1:
			t.kind = kindSlice
		case 2:
			t.kind = kindStruct
		case 3:
			t.kind = kindMap
		default:
			t.kind = kindOpaque
		}
		c.defineKind(t)
	}
	if t.kind == 0 {
		c.fail()
	}
	return t
}

// defineKind reads the description of one kind. Its first field is always the type's name and number, of no interest here.
func (c *cursor) defineKind(t *wireType) {
	count := [...]int{kindArray: 3, kindSlice: 2, kindStruct: 2, kindMap: 3, kindOpaque: 1}[t.kind]
	for f, more := c.field(-1, count); more; f, more = c.field(f, count) {
		switch {
		case f == 0:
			c.skipCommon()
		case t.kind == kindStruct:
			c.defineFields(t)
		case t.kind == kindMap && f == 1:
			t.key = c.int()
		case t.kind == kindArray && f == 2:
			t.length = c.int()
		default:
			t.elem = c.int()
		}
	}
}

func (c *cursor) skipCommon() {
	for f, more := c.field(-1, 2); more; f, more = c.field(f, 2) {
		if f == 0 {
			c.bytes()
		} else {
			c.int()
		}
	}
}

func (c *cursor) defineFields(t *wireType) {
	n := c.uint()
	if n > uint64(len(c.b)) {
		c.fail()
		return
	}
	t.fields = make([]wireField, 0, min(n, 64))
	for range n {
		var w wireField
		for f, more := c.field(-1, 2); more; f, more = c.field(f, 2) {
			if f == 0 {
				w.name = string(c.bytes())
			} else {
				w.id = c.int()
			}
		}
		if c.err != nil {
			return
		}
		t.fields = append(t.fields, w)
	}
}
