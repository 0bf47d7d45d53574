package event

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
)

// TestEncodings: a byte-order mark is skipped, UTF-16 and GBK are named.
func TestEncodings(t *testing.T) {
	payload := `{"Records":[{"cos":{"cosObject":{"key":"/in/a.png"}}}]}`
	assert.Equal(t, "in/a.png", one(t, []byte("\ufeff"+payload)).Object.Key)
	n := must(DecodeNotification([]byte("\ufeff " + payload)))
	assert.Equal(t, payload, string(must(Encode(n))))
	events, err := DecodeAny([]byte("\ufeff" + workflow))
	assert.NoError(t, err)
	assert.Len(t, events, 1)

	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		for _, mark := range []string{"", "\ufeff"} {
			var text []byte
			for _, u := range utf16.Encode([]rune(mark + payload)) {
				text = order.AppendUint16(text, u)
			}
			_, err := Decode(text)
			assert.ErrorIs(t, err, ErrNotNotification, name)
			assert.ErrorContains(t, err, "encoded in UTF-16", name)
		}
	}
	for _, key := range []string{"\xd6\xd0\xce\xc4", "\xb2\xe2\xca\xd4.png", "\xd6\xd0", "a\xb2\xe2\xca\xd4/\x81\x40"} { // 中文, 测试.png, 中, a测试/丂
		_, err := Decode([]byte(`{"Records":[{"cos":{"cosObject":{"key":"/in/` + key + `"}}}]}`))
		assert.ErrorIs(t, err, ErrNotNotification, "%q", key)
		assert.ErrorContains(t, err, "encoded in GBK", "%q", key)
	}
	for _, key := range []string{"\xff", "\xe9t\xe9", "\xe4\xb8", "中\xff文", "中文\xd6\xd0"} {
		assert.Contains(t, one(t, []byte(`{"Records":[{"cos":{"cosObject":{"key":"/in/`+key+`"}}}]}`)).Object.Key, "\ufffd", "%q is repaired", key)
	}
}
