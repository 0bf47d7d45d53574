package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOneBadRecord: the good events come back together with an error for each bad record.
func TestOneBadRecord(t *testing.T) {
	good := string(must(Encode(Notification{Records: []Record{sampleRecord(TypeObjectCreatedPut)}})))
	good = good[len(`{"Records":[`) : len(good)-2]
	for _, tt := range []struct{ bad, path, at, problem string }{
		{`5`, "", `5`, "is a number, want a record"},
		{`null`, "", `null`, "is null, want a record"},
		{`"x"`, "", `"x"`, "is a string, want a record"},
		{`[]`, "", `[]`, "is a list, want a record"},
		{`{"cos":[]}`, "cos", `[]`, "is a list, want an object"},
		{`{"cos":{"cosBucket":"photos"}}`, "cos.cosBucket", `"photos"`, "is a string, want an object"},
		{`{"cos":{"cosObject":{"key":{"a":1}}}}`, "cos.cosObject.key", `{"a"`, "is an object, want a string"},
		{`{"cos":{"cosObject":{"size":99999999999999999999}}}`, "cos.cosObject.size", `99999999999999999999`, problemInteger},
		{`{"cos":{"cosObject":{"size":"many"}}}`, "cos.cosObject.size", `"many"`, problemInteger},
		{`{"cos":{"cosObject":{"size":"12e"}}}`, "cos.cosObject.size", `"12e"`, problemInteger},
		{`{"cos":{"cosObject":{"size":"5."}}}`, "cos.cosObject.size", `"5."`, problemInteger},
		{`{"cos":{"cosObject":{"meta":"x"}}}`, "cos.cosObject.meta", `"x"`, "is a string, want an object"},
		{`{"event":true}`, "event", `true`, "is true or false, want an object"},
		{`{"event":{"eventTime":1e400}}`, "event.eventTime", `1e400`, "is not a Unix time in seconds"},
		{`{"event":{"eventTime":{}}}`, "event.eventTime", `{}}`, "is an object, want a time"},
		{`{"event":{"reqid":1.5}}`, "event.reqid", `1.5`, problemInteger},
		{`{"event":{"requestParameters":{"requestHeaders":[]}}}`, "event.requestParameters.requestHeaders", `[]`, "is a list, want an object"},
		{`{"event":{"requestParameters":{"requestSourceIP":[]}}}`, "event.requestParameters.requestSourceIP", `[]`, "is a list, want a string"},
		{`{"event":{}}`, "cos.cosObject.key", `{"event"`, "is missing or empty: the record names no object"},
		{`{"cos":{"cosObject":{"key":"/"}}}`, "cos.cosObject.key", `{"cos"`, "is missing or empty: the record names no object"},
		{`{}`, "", `{}`, `is not a COS record: it has neither "cos" nor "event"`},
		{`{"eventSource":"aws:s3","s3":{"object":{"key":"a"}}}`, "", `{"eventSource"`, "is a record of S3, not of COS"},
		{`{"CMQ":{"type":"topic"}}`, "", `{"CMQ"`, "is a record of CMQ, not of COS"},
		{`{"Ckafka":{"topic":"t"}}`, "", `{"Ckafka"`, "is a record of CKafka, not of COS"},
		{`{"COS":{},"Event":{}}`, "", `{"COS"`, `has "Event" where "event" belongs: names are told apart by case`},
	} {
		t.Run(tt.bad, func(t *testing.T) {
			payload := `{"Records":[` + good + `,` + tt.bad + `,` + good + `]}`
			events, err := Decode([]byte(payload))
			require.Len(t, events, 2)
			var e *RecordError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, 1, e.Index)
			assert.Equal(t, tt.path, e.Path)
			assert.Equal(t, tt.problem, e.Problem)
			assert.Equal(t, strings.Contains(tt.problem, "COS") || strings.Contains(tt.problem, "no object") || strings.Contains(tt.problem, "belongs"), errors.Is(err, ErrNotNotification))
			assert.Equal(t, strings.Index(payload, ","+tt.bad+",")+1+strings.Index(tt.bad, tt.at), int(e.Offset), "where the value begins")
			assert.Contains(t, e.Error(), "record 1")

			n, err := DecodeNotification([]byte(payload))
			require.Error(t, err)
			require.Len(t, n.Records, 3, "a bad record keeps its place")
			out, err := Encode(n)
			require.NoError(t, err)
			assert.Equal(t, exact(t, []byte(payload)), exact(t, out), "and its text")
			n.Records[1].COS.Object.Key = "changed"
			_, err = Encode(n)
			assert.Error(t, err, "but it cannot be changed")
		})
	}
	payload := `{"Records":[1,` + good + `,2,` + good + `]}`
	events, indexes, err := decodeIndexed([]byte(payload), nil)
	require.Len(t, events, 2)
	assert.Equal(t, []int{1, 3}, indexes)
	var all RecordErrors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 2)
	assert.Equal(t, []int{0, 2}, []int{all[0].Index, all[1].Index})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestStrict lists what Strict refuses, and that it accepts every golden payload of the live wire.
func TestStrict(t *testing.T) {
	refuse := func(path, problem string, f func(cos, event map[string]any)) {
		t.Helper()
		payload := edit(t, f)
		_, err := Decode(payload)
		assert.NoError(t, err, "lenient takes it")
		events, err := Decode(payload, Strict())
		assert.Empty(t, events)
		var e *RecordError
		if assert.ErrorAs(t, err, &e) {
			assert.Equal(t, path, e.Path)
			assert.Equal(t, problem, e.Problem)
		}
	}
	refuse("cos.later", problemUnknown, func(cos, _ map[string]any) { cos["later"] = 1 })
	refuse("cos.cosObject.crc", problemUnknown, func(cos, _ map[string]any) { obj(cos, "cosObject")["crc"] = "1" })
	refuse("cos.cosObject.size", "is a string, want a number", func(cos, _ map[string]any) { obj(cos, "cosObject")["size"] = "1024" })
	refuse("cos.cosObject.size", problemInteger, func(cos, _ map[string]any) { obj(cos, "cosObject")["size"] = json.Number("1e3") })
	refuse("cos.cosObject.vid", "is null, want a string", func(cos, _ map[string]any) { obj(cos, "cosObject")["vid"] = nil })
	refuse("cos.cosObject.meta", "is null, want an object", func(cos, _ map[string]any) { obj(cos, "cosObject")["meta"] = nil })
	refuse("cos.cosObject.meta.n", "is a number, want a string", func(cos, _ map[string]any) { obj(obj(cos, "cosObject"), "meta")["n"] = 1 })
	refuse("cos.cosBucket.appid", "is a number, want a string", func(cos, _ map[string]any) { obj(cos, "cosBucket")["appid"] = 1250000000 })
	refuse("cos.cosBucket", "is null, want an object", func(cos, _ map[string]any) { cos["cosBucket"] = nil })
	refuse("event.eventTime", "is a string, want a number", func(_, event map[string]any) { event["eventTime"] = "2022-04-15T09:49:16Z" })
	refuse("event.eventTime", problemInteger, func(_, event map[string]any) { event["eventTime"] = 1.5 })
	for _, name := range []string{"cos: ObjectCreated:Put", "ObjectCreated:Put", "", "prose", "cos:ObjectCreated:", "cos:Object Created:Put"} {
		refuse("event.eventName", "is not a name of the form cos:Family:Action", func(_, event map[string]any) { event["eventName"] = name })
	}
	for payload, want := range map[string]string{
		`{"Records":[{"cos":{"cosObject":{"key":"k"}},"cos":{}}]}`:                           problemTwice,
		`{"Records":[{"cos":{"cosObject":{"key":"k","size":1,"size":1}}}]}`:                  problemTwice,
		`{"Records":[{"cos":{"cosObject":{"key":"k","meta":{"a":"","a":""}}}}]}`:             problemTwice,
		`{"Records":[],"Records":[]}`:                                                        problemTwice,
		`{"page":1,"Records":[]}`:                                                            problemUnknown,
		`{"Records":[],"page":1}`:                                                            problemUnknown,
		`{"Records":null}`:                                                                   "is null, want a list",
		`{"Records":[{"cos":{"cosObject":{"key":"\udc00"}}}]}`:                               "is not valid Unicode",
		"{\"Records\":[{\"cos\":{\"cosObject\":{\"key\":\"\xff\"}}}]}":                       "is not valid Unicode",
		"{\"Records\":[{\"cos\":{\"cosObject\":{\"key\":\"k\",\"meta\":{\"\xff\":\"\"}}}}]}": "has a member whose name is not valid Unicode",
		`{"Records":[{"cos":{"cosObject":{"key":"k"}},"event":{"requestParameters":{"requestHeaders":{"Authorization":["x"]}}}}]}`: "is a list, want a string",
	} {
		_, err := Decode([]byte(payload))
		assert.NoError(t, err, payload)
		_, err = Decode([]byte(payload), Strict())
		var e *RecordError
		if assert.ErrorAs(t, err, &e, payload) {
			assert.Equal(t, want, e.Problem, payload)
		}
	}
	for _, name := range []string{"put-2022.json", "copy-2020.json", "wildcard-2019.json", "delete-version.json", "several.json"} {
		_, err := Decode(golden(t)[name], Strict())
		assert.NoError(t, err, name)
	}
	b := one(t, edit(t, func(_, event map[string]any) { event["eventName"] = "cos:ObjectMoved:There" }), Strict())
	assert.Equal(t, Type("cos:ObjectMoved:There"), b.Type, "a well-formed name that is not known is no error")
}

func TestLimits(t *testing.T) {
	limit := func(what string, payload []byte, opts ...DecodeOption) {
		t.Helper()
		events, err := Decode(payload, opts...)
		assert.Empty(t, events)
		var e *LimitError
		require.ErrorAs(t, err, &e)
		assert.ErrorIs(t, err, ErrLimit)
		assert.Contains(t, e.What, what)
	}
	const small = `{"cos":{"cosObject":{"key":"k"}}}`
	records := func(n int) []byte {
		return []byte(`{"Records":[` + strings.TrimSuffix(strings.Repeat(small+",", n), ",") + `]}`)
	}
	nested := func(n int) []byte {
		return []byte(`{"Records":[{"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}]}`)
	}
	limit("records", records(DefaultMaxRecords+1))
	limit("records", records(3), MaxRecords(2))
	limit("nesting", nested(DefaultMaxDepth-2))
	limit("nesting", nested(3), MaxDepth(5))
	limit("bytes", bytes.Repeat([]byte(" "), DefaultMaxBytes+1))
	limit("bytes", records(1), MaxBytes(10))
	for _, ok := range []struct {
		payload []byte
		opts    []DecodeOption
	}{
		{records(DefaultMaxRecords), nil}, {records(DefaultMaxRecords + 1), []DecodeOption{MaxRecords(-1)}}, {nested(DefaultMaxDepth - 3), nil},
		{nested(3), []DecodeOption{MaxDepth(6)}}, {nested(9000), []DecodeOption{MaxDepth(math.MaxInt)}}, {records(1), []DecodeOption{MaxBytes(len(records(1)))}},
		{[]byte(`{"Records":[`), []DecodeOption{MaxBytes(-1)}},
	} {
		_, err := Decode(ok.payload, ok.opts...)
		assert.NotErrorIs(t, err, ErrLimit)
	}
	// The largest event the platform delivers, in one record and in as many as fit.
	big := edit(t, func(cos, _ map[string]any) {
		obj(obj(cos, "cosObject"), "meta")["x-cos-meta-big"] = strings.Repeat("x", 126<<10)
	})
	require.Greater(t, len(big), 126<<10)
	assert.Len(t, one(t, big).Object.Metadata["big"], 126<<10)
	events, err := Decode(records(128 << 10 / len(small)))
	require.NoError(t, err)
	assert.Len(t, events, 128<<10/len(small))
}

// TestHostile: nothing panics, and the time grows with the size of the payload only. A megabyte takes a fraction of a second;
// in quadratic time all of them would take many minutes.
func TestHostile(t *testing.T) {
	const size, deep = 1 << 20, 10 << 20
	open := []DecodeOption{MaxBytes(-1), MaxRecords(-1), MaxDepth(math.MaxInt)}
	for name, payload := range map[string]string{
		"nested lists":         strings.Repeat("[", deep),
		"nested objects":       strings.Repeat(`{"a":`, deep/5),
		"nested in a record":   `{"Records":[{"cos":` + strings.Repeat(`{"cos":`, deep/7),
		"one long key":         `{"Records":[{"cos":{"cosObject":{"key":"` + strings.Repeat(`/1250000000/photos`, size/18) + `"}}}]}`,
		"percent signs":        `{"Records":[{"cos":{"cosObject":{"key":"` + strings.Repeat("%25", size/6) + `","url":"http://h/` + strings.Repeat("%25", size/6) + `"}}}]}`,
		"question marks":       `{"Records":[{"cos":{"cosObject":{"key":"` + strings.Repeat("?", size/2) + `","url":"http://h/` + strings.Repeat("?", size/2) + `x"}}}]}`,
		"escapes":              `{"Records":[{"cos":{"cosObject":{"key":"` + strings.Repeat(`\n`, size/2) + `"}}}]}`,
		"many escaped texts":   `{"Records":[{"cos":{"cosObject":{"meta":{` + strings.Repeat(`"\n":"\n",`, size/10) + `"a":"b"}}}}]}`,
		"bad records":          `{"Records":[` + strings.Repeat("5,", size/2) + `5]}`,
		"bad at the end":       `{"Records":[{"x":"` + strings.Repeat("y", size) + `","cos":5}]}`,
		"duplicate lists":      `{` + strings.Repeat(`"Records":[{}],`, size/15) + `"Records":[]}`,
		"duplicate members":    `{"Records":[{"cos":{` + strings.Repeat(`"cosBucket":{},`, size/15) + `"x":1}}]}`,
		"digits":               `{"Records":[{"cos":{"cosObject":{"size":1` + strings.Repeat("0", size) + `}}}]}`,
		"digits in text":       `{"Records":[{"event":{"eventTime":"1` + strings.Repeat("0", size) + `"}}]}`,
		"zeros of a fraction":  `{"Records":[{"event":{"reqid":0.` + strings.Repeat("0", size) + `}}]}`,
		"white space":          strings.Repeat(" ", size) + `{"Records":[]}`,
		"white space in names": `{"Records":[{"event":{"eventName":"` + strings.Repeat(" ", size) + `"}}]}`,
		"colons in the queue":  `{"Records":[{"event":{"eventQueue":"` + strings.Repeat(":", size) + `"}}]}`,
		"invalid UTF-8":        `{"Records":[{"cos":{"cosObject":{"key":"` + strings.Repeat("\xff", size) + `"}}}]}`,
		"dashes in a bucket":   `{"Records":[{"cos":{"cosBucket":{"name":"` + strings.Repeat("-", size) + `"}}}]}`,
	} {
		events, err := Decode([]byte(payload), open...)
		if err == nil {
			for _, e := range events {
				assert.NotNil(t, e, name)
			}
		}
		_, err = Decode([]byte(payload), append(open, Strict())...)
		if err != nil {
			assert.Less(t, len(err.Error()), 10_000, "%s: the error is short", name)
		}
		if len(payload) >= deep {
			_, err = Decode([]byte(payload))
			assert.ErrorIs(t, err, ErrLimit, name)
		}
	}
}

// TestUnusualText lists the documented readings.
func TestUnusualText(t *testing.T) {
	for in, want := range map[string]string{
		`\u0000`: "\x00", `\ud83d\ude00`: "😀", `\ud83d`: "\ufffd", `\ude00\ud83d`: "\ufffd\ufffd", `\ud83dx`: "\ufffdx", `\ud83d\u0041`: "\ufffdA",
		`\"\\\/\b\f\n\r\t`: "\"\\/\b\f\n\r\t", "\xff\xfe": "\ufffd\ufffd", "a\xe4\xb8": "a\ufffd\ufffd", "\u2028": "\u2028", `\u4E2D\u6587`: "中文",
	} {
		b := one(t, []byte(`{"Records":[{"cos":{"cosObject":{"key":"/`+in+`"}}}]}`))
		assert.Equal(t, want, b.Object.Key, "%q", in)
	}
	for _, in := range []string{"\x00", "\n", "\x1f", `\x`, `\u12`, `\u12g4`, `\`, `\u`} {
		_, err := Decode([]byte(`{"Records":[{"cos":{"cosObject":{"key":"` + in + `"}}}]}`))
		var e *SyntaxError
		assert.ErrorAs(t, err, &e, "%q", in)
		assert.ErrorIs(t, err, ErrNotNotification)
	}
	b := one(t, []byte(`{"Records":[{"cos":{"cosObject":{"size":1,"size":2,"key":"a"}},"cos":{"cosObject":{"key":"b"}}}],"x":1}`))
	assert.Equal(t, []any{int64(2), "b"}, []any{b.Object.Size, b.Object.Key}, "the last of two counts, objects are merged")
	b = one(t, []byte(`{"Records":[{},{}],"Records":[{"cos":{"cosObject":{"key":"k"}},"event":{"eventName":"cos:ObjectCreated:Put"}}]}`))
	assert.Equal(t, TypeObjectCreatedPut, b.Type)
	b = one(t, []byte(`{"Records":[{"c\u006fs":{"cosObject":{"\u006bey":"escaped names"}}}]}`))
	assert.Equal(t, "escaped names", b.Object.Key)
}

// TestBroken mutates every golden payload: cut anywhere, it is an error and never a panic; with a byte gone anywhere it is an
// error or something that encodes again.
func TestBroken(t *testing.T) {
	for name, p := range golden(t) {
		p = bytes.TrimSpace(p)
		for i := range p {
			events, err := Decode(p[:i])
			require.ErrorIs(t, err, ErrNotNotification, "%s cut at %d", name, i)
			require.Empty(t, events)
			without := append(append([]byte{}, p[:i]...), p[i+1:]...)
			_, err = Decode(without)
			require.Equal(t, json.Valid(without), !errors.As(err, new(*SyntaxError)), "%s without byte %d", name, i)
		}
	}
}

// TestPayloadIsNotKept: what was decoded stays as it was when the payload's memory is used again.
func TestPayloadIsNotKept(t *testing.T) {
	p := golden(t)["put-2022.json"]
	b := one(t, p)
	before := b.String()
	clear(p)
	assert.Equal(t, before, b.String())
	assert.Equal(t, "wang", b.Object.Metadata["owner"])
	again := one(t, []byte(`{"Records":[{"cos":{"cosObject":{"key":"k"}}}]}`))
	assert.Equal(t, Base{Record: again.Record, Object: Object{Key: "k"}}, *again, "nothing of one event is left in the next")
}

func TestID(t *testing.T) {
	base := func(f func(b *Base)) string {
		b := *FromRecord(sampleRecord(TypeObjectCreatedPut)).Common()
		f(&b)
		return b.ID()
	}
	same := base(func(*Base) {})
	assert.Equal(t, same, base(func(b *Base) { b.Function.Qualifier = "2"; b.SourceIP = "" }), "what differs between deliveries is no part of it")
	ids := map[string]bool{same: true}
	for _, f := range []func(b *Base){
		func(b *Base) { b.Type = TypeObjectCreatedPost }, func(b *Base) { b.Bucket.Name = "x" }, func(b *Base) { b.Bucket.AppID = "1" },
		func(b *Base) { b.Object.Key = "x" }, func(b *Base) { b.RequestID = "x" }, func(b *Base) { b.Object.VersionID = "v" },
		func(b *Base) { b.RequestID = "" }, func(b *Base) { b.RequestID = ""; b.Object.ETag = "x" }, func(b *Base) { b.RequestID = ""; b.Time = time.Unix(1, 0) },
		func(b *Base) { b.RequestID = ""; b.Object.Size = 1 }, func(b *Base) { b.RequestID = "a|b"; b.Object.VersionID = "c" },
		func(b *Base) { b.RequestID = "a"; b.Object.VersionID = "b|c" }, func(b *Base) { b.RequestID = "a%7Cb"; b.Object.VersionID = "c" },
	} {
		id := base(f)
		assert.False(t, ids[id], id)
		ids[id] = true
	}
	assert.NotEmpty(t, (&Base{}).ID())
}
