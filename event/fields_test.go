package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	n = must(DecodeNotification([]byte(`{"Records":[{"cos":{"cosObject":{"meta":{"a":"1"},"meta":{"b":"2"}},"cosObject":{"size":1}}}]}`)))
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
			assert.Equal(t, Fields{{"Authorization", secret}}, r.Event.RequestParameters.Headers)
		}
	}
}

func TestFieldsJSON(t *testing.T) {
	f := Fields{{"b", "1"}, {"authorization", "AKIDSECRETSECRET"}, {"a", "\"2\""}}
	text, err := json.Marshal(f)
	require.NoError(t, err)
	assert.Equal(t, `{"b":"1","authorization":"","a":"\"2\""}`, string(text))
	var back Fields
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, Fields{{"b", "1"}, {"authorization", ""}, {"a", "\"2\""}}, back)
	require.NoError(t, json.Unmarshal([]byte(`null`), &back))
	assert.Len(t, back, 3)
	require.ErrorIs(t, json.Unmarshal([]byte(`[]`), &back), ErrWrongType)
	assert.Len(t, back, 3)
}

// TestNoSecretsInFields prints lists, and all that hold them, in every way.
func TestNoSecretsInFields(t *testing.T) {
	r := must(DecodeNotification(must(Encode(Notification{Records: []Record{sampleRecord(TypeObjectCreatedPut)}})))).Records[0]
	h := r.Event.RequestParameters.Headers
	require.Equal(t, secret, h.Get("Authorization"))
	things := []any{h, &h, h[0], &h[0], []Field(h), r, &r, []Record{r}, Notification{Records: []Record{r}}, r.Event, r.Event.RequestParameters,
		FromRecord(r), *FromRecord(r).Common(), map[string]any{"h": h}}
	for _, thing := range things {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(format, thing)
			assert.NotContains(t, text, "AKIDSECRETSECRET", "%s of %T", format, thing)
			assert.NotContains(t, text, fmt.Sprintf("%x", "AKIDSECRETSECRET"), "%s of %T", format, thing)
		}
		var out bytes.Buffer
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "thing", thing)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "thing", thing)
		assert.NotContains(t, out.String(), "AKIDSECRETSECRET", "%T", thing)
		assert.NotContains(t, out.String(), "!ERROR", "%T", thing)
	}
	assert.Equal(t, "[Authorization ETag]", Fields{{"Authorization", "x"}, {"ETag", "y"}}.String())
}

// TestUsualRecord: what is read in one go is read as the members one by one are, and what is not quite so is left to them.
func TestUsualRecord(t *testing.T) {
	text := string(must(Encode(Notification{Records: []Record{sampleRecord(TypeObjectCreatedPut)}})))
	text = text[len(`{"Records":[`) : len(text)-len("]}")]
	both := func(text string) (usual bool) {
		t.Helper()
		var fast, slow Record
		d := decoder{scanner: reader(text)}
		usual = d.usual(&fast)
		s := decoder{scanner: reader(text)}
		err := s.record(&slow)
		if usual {
			require.NoError(t, err, text)
			assert.Equal(t, slow, fast, text)
			assert.Equal(t, s.pos, d.pos, text)
			assert.Equal(t, s.depth, d.depth, text)
			assert.Equal(t, s.nanos, d.nanos, text)
		}
		return usual
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
	assert.False(t, d.usual(new(Record)), "it goes deeper")
}
