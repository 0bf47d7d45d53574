package event

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFields(t *testing.T) {
	var f Fields
	assert.Nil(t, f.Map())
	f.Set("b", "1")
	f.Set("a", "2")
	f.Set("b", "3")
	assert.Equal(t, Fields{{"b", "3"}, {"a", "2"}}, f, "order is kept")
	v, ok := f.Lookup("a")
	assert.True(t, ok)
	assert.Equal(t, "2", v)
	_, ok = f.Lookup("A")
	assert.False(t, ok, "case counts")
	assert.Empty(t, f.Get("A"))

	twice := append(f, Field{"b", "4"})
	assert.Equal(t, "4", twice.Get("b"), "the last counts")
	assert.Equal(t, map[string]string{"a": "2", "b": "4"}, twice.Map())
	before := twice
	twice.Set("b", "5")
	assert.Equal(t, Fields{{"b", "5"}, {"a", "2"}}, twice, "one is left")
	twice = before
	twice.Del("b")
	twice.Del("no such")
	assert.Equal(t, Fields{{"a", "2"}}, twice, "all of a name go")
	assert.Equal(t, Fields{{"b", "3"}, {"a", "2"}, {"b", "4"}}, before, "a copy does not change")
}

// TestFieldsOfTheWire: the order, entries that come twice and values that are no text, there and back.
func TestFieldsOfTheWire(t *testing.T) {
	meta := `{"z":"1","a":"\u0031","n":1.50,"o":{"x":1},"z":"2","null":null}`
	payload := `{"Records":[{"cos":{"cosObject":{"key":"k","meta":` + meta + `}}}]}`
	n := must(DecodeNotification([]byte(payload)))
	r := &n.Records[0]
	assert.Equal(t, Fields{{"z", "1"}, {"a", "1"}, {"n", "1.50"}, {"z", "2"}, {"null", ""}}, r.COS.Object.Meta)
	assert.Equal(t, payload, string(must(Encode(n))))

	r.COS.Object.Meta.Set("n", "2")
	assert.Contains(t, string(must(Encode(n))), `{"z":"1","a":"\u0031","n":"2","z":"2","null":null,"o":{"x":1}}`)
	r.COS.Object.Meta = nil
	assert.Contains(t, string(must(Encode(n))), `"meta":{"o":{"x":1}}`)
	r.COS.Object.Meta = Fields{{"o", "x"}, {"a", "1"}}
	assert.Contains(t, string(must(Encode(n))), `"meta":{"o":"x","a":"\u0031"}`)

	// Of an object that comes twice the last counts, and a change is written to both.
	n = must(DecodeNotification([]byte(`{"Records":[{"cos":{"cosObject":{"key":"k","meta":{"a":"1"},"meta":{"b":"2"}},"cosObject":{"size":1}}}]}`)))
	assert.Equal(t, Fields{{"b", "2"}}, n.Records[0].COS.Object.Meta)
	n.Records[0].COS.Object.Meta.Set("c", "3")
	assert.Equal(t, Fields{{"b", "2"}, {"c", "3"}}, must(DecodeNotification(must(Encode(n)))).Records[0].COS.Object.Meta)
}

// TestFieldsApart: the lists of a payload lie side by side in memory, and appending to one leaves the others alone.
func TestFieldsApart(t *testing.T) {
	for _, records := range []int{1, 2, 50} {
		list := make([]Record, records)
		for i := range list {
			list[i] = sampleRecord(TypeObjectCreatedPut)
			for j := range i {
				list[i].COS.Object.Meta.Set(fmt.Sprint("x-cos-meta-", j), "v")
			}
		}
		n := must(DecodeNotification(must(Encode(Notification{Records: list}))))
		for i := range n.Records {
			o := &n.Records[i].COS.Object
			o.Meta = append(o.Meta, Field{"new", "1"})
			o.Meta.Del("ETag")
		}
		for i, r := range n.Records {
			want := append(Fields{}, list[i].COS.Object.Meta...)
			want.Del("ETag")
			assert.Equal(t, append(want, Field{"new", "1"}), r.COS.Object.Meta)
			assert.Equal(t, Fields{{"Authorization", secret}}, r.Event.RequestParameters.Headers.Fields())
		}
	}
}
