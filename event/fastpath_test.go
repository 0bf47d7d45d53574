package event

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFastPath: what the fast path takes it reads as decoder.record does, and what differs in form it leaves to it.
func TestFastPath(t *testing.T) {
	text := string(must(Encode(Notification{Records: []Record{sampleRecord(TypeObjectCreatedPut)}})))
	text = text[len(`{"Records":[`) : len(text)-len("]}")]
	both := func(text string) (taken bool) {
		t.Helper()
		var fast, slow Record
		d := decoder{scanner: reader(text)}
		taken = d.readFastPath(&fast)
		s := decoder{scanner: reader(text)}
		err := s.record(&slow)
		if taken {
			require.NoError(t, err, text)
			assert.Equal(t, slow, fast, text)
			assert.Equal(t, s.pos, d.pos, text)
			assert.Equal(t, s.depth, d.depth, text)
			assert.Equal(t, s.nanos, d.nanos, text)
		}
		return taken
	}
	assert.True(t, both(text))
	assert.True(t, both(strings.Replace(text, "1650016156", "0", 1)))
	assert.True(t, both(strings.ReplaceAll(strings.ReplaceAll(text, "unkown", `a\u0062\\`), `"1.0"`, `"2\""`)))
	for _, change := range [][2]string{{"1650016156", "01"}, {"1650016156", "1234567890123456789"}, {"1650016156", "-1"}, {"1650016156", "1e3"}, {"1650016156", `"1"`},
		{`{"cos"`, `{ "cos"`}, {`"}}`, `"} }`}, {`"1.0"`, `"1.0`}, {`"1.0"`, "\"1\n0\""}, {`"reqid"`, `"ReqID"`}} {
		changed := strings.Replace(text, change[0], change[1], 1)
		require.NotEqual(t, text, changed)
		assert.False(t, both(changed), changed)
	}
	for i := range text {
		both(text[:i])
		both(text[:i] + text[i+1:])
		both(text[:i] + `"` + text[i:])
		both(text[:i] + `\` + text[i:])
	}

	d := decoder{scanner: reader(text)}
	d.depth = 3
	assert.False(t, d.readFastPath(new(Record)), "it goes deeper")
}
