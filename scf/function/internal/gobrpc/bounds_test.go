package gobrpc_test

import (
	"bytes"
	"encoding/gob"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function/internal/gobrpc"
)

// hugeOfNothing is a stream in which a list or map claims 2^62 elements of a struct type without fields, whose values take no
// bytes at the end of a message.
func hugeOfNothing(kind byte) []byte {
	frame := func(b ...byte) []byte { return append([]byte{byte(len(b))}, b...) }
	out := frame(0xff, 0x81, 3, 1, 2, 0xff, 0x82, 0, 0, 0) // type 65 is a struct
	switch kind {
	case 'm':
		out = append(out, frame(0xff, 0x83, 4, 1, 2, 0xff, 0x84, 0, 1, 0xff, 0x82, 1, 0xff, 0x82, 0, 0)...) // type 66: a map of those
	case 's':
		out = append(out, frame(0xff, 0x83, 2, 1, 2, 0xff, 0x84, 0, 1, 0xff, 0x82, 0, 0)...) // a slice
	case 'a':
		out = append(out, frame(0xff, 0x83, 1, 1, 2, 0xff, 0x84, 0, 1, 0xff, 0x82, 1, 0xf8, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0)...) // an array
	}
	return append(out, frame(0xff, 0x84, 0, 0xf8, 0x40, 0, 0, 0, 0, 0, 0, 0)...)
}

func TestElementsAreBoundedByTheMessage(t *testing.T) {
	for _, kind := range "msa" {
		b := hugeOfNothing(byte(kind))
		assert.LessOrEqual(t, len(b), 52)
		require.ErrorIs(t, gobrpc.NewReader(bytes.NewReader(b), limit).Discard(), gobrpc.ErrMalformed, "%c", kind)
	}
}

// wide is the definition of a struct type with n fields that have neither name nor type.
func wide(id, n int) []byte {
	var b bytes.Buffer
	enc := func(v int) []byte {
		b.Reset()
		_ = gob.NewEncoder(&b).Encode(v) // length, type int, marker, value
		return bytes.Clone(b.Bytes()[3:])
	}
	count := enc(n) // twice the number, as all signed numbers are
	m := append(enc(-id), 3, 1, 2)
	m = append(append(m, enc(id)...), 0, 1)
	m = append(m, count...)
	m = append(m, make([]byte, 2*n)...)
	m = append(m, 0, 0)
	return append(enc(len(m)/2), m...)
}

func TestDefinitionsAreBounded(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		b := wide(65, 4<<20)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := gobrpc.NewReader(bytes.NewReader(b), limit).Discard()
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, gobrpc.ErrTooLarge)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(5*len(b)), "reading it takes its size, no multiple")
	})
	t.Run("many", func(t *testing.T) {
		var b []byte
		for id := 65; id < 65+64; id++ {
			b = append(b, wide(id, 2<<10)...)
		}
		require.ErrorIs(t, gobrpc.NewReader(bytes.NewReader(b), limit).Discard(), gobrpc.ErrTooLarge)
	})
}
