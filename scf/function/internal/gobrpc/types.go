package gobrpc

// A wireType is a type as the peer defined it.
type wireType struct {
	kind   kind
	fields []wireField // kindStruct
	elem   int64       // kindArray, kindSlice, kindMap
	key    int64       // kindMap
	length int64       // kindArray

	// plans are those made so far for reading our structs from values of this type.
	plans [structs]plan
}

type kind uint8

const (
	kindArray kind = iota + 1
	kindSlice
	kindStruct
	kindMap
	kindOpaque // encoded by a method of its Go type: a value is bytes
)

type wireField struct {
	name string
	id   int64
}

// The fields of the struct in which the encoding sends a definition. One of them is set. The last three are types that encode
// themselves, in three ways.
const (
	definesArray = iota
	definesSlice
	definesStruct
	definesMap
	definesFields = 7 // their number
)

// define reads a definition.
func (c *cursor) define() *wireType {
	t := &wireType{}
	for f, more := c.nextField(-1, definesFields); more; f, more = c.nextField(f, definesFields) {
		if t.kind != 0 {
			c.b, c.err = nil, errTwoKinds
			return nil
		}
		switch f {
		case definesArray:
			t.kind = kindArray
		case definesSlice:
			t.kind = kindSlice
		case definesStruct:
			t.kind = kindStruct
		case definesMap:
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

// defineKind reads the part of a definition that depends on the kind. Its first field is always the type's name and number,
// which are not needed. The others are, for an array, the type of the elements and the length; for a slice, the type of the
// elements; for a map, the types of keys and elements; for a struct, the fields.
func (c *cursor) defineKind(t *wireType) {
	count := [...]int{kindArray: 3, kindSlice: 2, kindStruct: 2, kindMap: 3, kindOpaque: 1}[t.kind]
	for f, more := c.nextField(-1, count); more; f, more = c.nextField(f, count) {
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

// skipCommon passes over a type's name and number.
func (c *cursor) skipCommon() {
	for f, more := c.nextField(-1, 2); more; f, more = c.nextField(f, 2) {
		if f == 0 {
			c.bytes()
		} else {
			c.int()
		}
	}
}

// defineFields reads the names and types of a struct's fields.
func (c *cursor) defineFields(t *wireType) {
	n := c.uint()
	if n > uint64(len(c.b)) {
		c.fail()
		return
	}
	t.fields = make([]wireField, 0, min(n, 64))
	for range n {
		var w wireField
		for f, more := c.nextField(-1, 2); more; f, more = c.nextField(f, 2) {
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
