package event

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecodeBody(t *testing.T) {
	p := golden(t)["put-2022.json"]
	events, err := DecodeBody(strings.NewReader(string(p)))
	require.NoError(t, err)
	assert.Equal(t, must(Decode(p)), events)
	_, err = DecodeBody(io.LimitReader(zeros{}, 1<<40), MaxBytes(1000))
	assert.ErrorIs(t, err, ErrLimit)
	_, err = DecodeBody(iotest.ErrReader(io.ErrUnexpectedEOF))
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = DecodeBody(strings.NewReader(""))
	assert.ErrorIs(t, err, ErrNotNotification)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestDecodeDeadLetter(t *testing.T) {
	l, err := DecodeDeadLetter([]byte(deadLetter))
	require.NoError(t, err)
	require.Len(t, l.Events, 1)
	assert.Equal(t, "x", l.Events[0].Common().Object.Key)
	payload := l.Payload()
	l.Events, l.payload = nil, nil
	assert.Equal(t, DeadLetter{
		RequestID: "5a2b0a54-0000-4000-8000-000000000000", ErrorCode: -1, ErrorMessage: "the handler failed", RetryNum: 2, Source: "TRIGGER_COS",
		Function: Target{Namespace: "default", Name: "thumb", Qualifier: "$DEFAULT", AppID: "1250000000"},
	}, l)
	assert.Equal(t, 1, len(must(Decode(payload))))

	l, err = DecodeDeadLetter([]byte(`{"RequestId":"r","Body":{"ClientContext":"not an event","RetryNum":"1"}}`))
	assert.ErrorIs(t, err, ErrNotNotification)
	assert.Equal(t, "r", l.RequestID, "the letter is there even if what is in it is no event")
	assert.Equal(t, "not an event", string(l.Payload()))
	l, err = DecodeDeadLetter([]byte(`{"Body":{"ClientContext":{"Records":[{"cos":{"cosObject":{"key":"k"}}}]}}}`))
	require.NoError(t, err)
	assert.Len(t, l.Events, 1)
	for _, bad := range []string{`{}`, `{"Body":null}`, `{"Body":{}}`, `5`, ``, `{"Body":{"RetryNum":"x","ClientContext":"{}"}}`, `{"Body":{"ClientContext":"x"}`} {
		_, err = DecodeDeadLetter([]byte(bad))
		assert.Error(t, err, bad)
	}
}

func TestDecodeEventBridge(t *testing.T) {
	events, err := DecodeEventBridge([]byte(eventBridge))
	require.NoError(t, err)
	require.Len(t, events, 1)
	e, ok := events[0].(*ObjectCreatedPost)
	require.True(t, ok, "the record in data says more than the type")
	assert.Equal(t, "a b.png", e.Object.Key)
	assert.Equal(t, "cg==", e.RequestID)
	assert.Equal(t, int64(1670937266), e.Time.Unix())

	events, err = DecodeEventBridge([]byte(eventBridgeBatch))
	require.NoError(t, err)
	require.Len(t, events, 2)
	removed, ok := events[1].(*ObjectRemove)
	require.True(t, ok, "without a name in the record the type tells")
	assert.Equal(t, "gone.png", removed.Object.Key)
	assert.Equal(t, Bucket{"photos", "1250000000", "ap-guangzhou"}, removed.Bucket)
	assert.Equal(t, time.UnixMilli(1670937267000).UTC(), removed.Time, "milliseconds")
	assert.Equal(t, "4d6a0000-2", removed.RequestID)

	for _, tt := range []struct{ data, typ, key string }{
		{`"{\"cos\":{\"cosObject\":{\"key\":\"/x\"}}}"`, "cos:created:object", "x"},
		{`{"Records":[` + innerRecord + `]}`, "cos:created:object", "a b.png"},
		{`{"cos":{"cosObject":{"key":"/x"}}}`, "cos:later:object", "x"},
	} {
		events, err = DecodeEventBridge([]byte(`{"type":"` + tt.typ + `","source":"cos.cloud.tencent","subject":"qcs::cos:gz:uid/1250000000:photos","time":"1670937266123","data":` + tt.data + `}`))
		require.NoError(t, err, tt.data)
		require.Len(t, events, 1)
		b := events[0].Common()
		assert.Equal(t, tt.key, b.Object.Key)
		assert.Equal(t, Bucket{"photos", "1250000000", "ap-guangzhou"}, b.Bucket)
		if tt.typ == "cos:later:object" {
			assert.IsType(t, &Unknown{}, events[0])
			assert.Equal(t, time.UnixMilli(1670937266123).UTC(), b.Time)
		}
	}

	events, err = DecodeEventBridge([]byte(`{"EventList":[5,` + eventBridge + `,{"type":"x","data":{"cos":5}},{"type":"x","data":"{\"cos\""}]}`))
	assert.Len(t, events, 1)
	var bad RecordErrors
	require.ErrorAs(t, err, &bad)
	require.Len(t, bad, 3)
	assert.Equal(t, []int{0, 2, 3}, []int{bad[0].Index, bad[1].Index, bad[2].Index})
	assert.Equal(t, "data.cos", bad[1].Path)

	_, err = DecodeEventBridge([]byte(`{"EventList":[{},{},{}]}`), MaxRecords(2))
	assert.ErrorIs(t, err, ErrLimit)
	for _, s := range []string{`{}`, `[]`, ``, `null`, `{"EventList":[`, `{"Records":[]}`} {
		_, err = DecodeEventBridge([]byte(s))
		assert.ErrorIs(t, err, ErrNotNotification, s)
	}
}

func TestDecodeWorkflow(t *testing.T) {
	e, err := DecodeWorkflow([]byte(workflow))
	require.NoError(t, err)
	require.IsType(t, &Unknown{}, e)
	b := e.Common()
	assert.Equal(t, TypeWorkflow, b.Type)
	assert.Equal(t, Bucket{"photos", "1250000000", "ap-guangzhou"}, b.Bucket)
	assert.Equal(t, "in/film 1.mp4", b.Object.Key)
	for _, key := range hardKeys {
		if strings.HasPrefix(key, "/") {
			continue // one leading slash is taken off
		}
		e, err = DecodeWorkflow([]byte(`{"ObjectInfo":{"BucketId":"photos-1250000000","Region":"ap-guangzhou","Object":` + string(appendText(nil, key)) + `}}`))
		require.NoError(t, err)
		assert.Equal(t, key, e.Common().Object.Key)
	}
	for _, s := range []string{`{}`, `5`, ``, `{"ObjectInfo":{}}`, `{"ObjectInfo":5}`, `{"ObjectInfo":{"Object":{}}}`, `{"ObjectInfo":{"BucketId":"photos-1250000000"}}`} {
		_, err = DecodeWorkflow([]byte(s))
		assert.Error(t, err, s)
	}
}

// TestFormsWithoutAppID: where the form does not tell the APPID, the key is right all the same.
func TestFormsWithoutAppID(t *testing.T) {
	for _, key := range hardKeys {
		if strings.HasPrefix(key, "/") {
			continue // one leading slash is taken off
		}
		for _, id := range []string{"photos", "", "photos-1250000000"} {
			e, err := DecodeWorkflow([]byte(`{"ObjectInfo":{"BucketId":"` + id + `","Region":"ap-guangzhou","Object":` + string(appendText(nil, key)) + `}}`))
			require.NoError(t, err)
			assert.Equal(t, key, e.Common().Object.Key, id)
			assert.Equal(t, id, e.Common().Bucket.ID())
		}
	}
	events, err := DecodeEventBridge([]byte(`{"type":"cos:created:object","source":"cos.cloud.tencent","subject":"qcs::cos:gz::photos","data":{"cos":{"cosObject":{"key":"a.txt"}}}}`))
	require.NoError(t, err)
	assert.Equal(t, "a.txt", events[0].Common().Object.Key)
	assert.Equal(t, Bucket{Name: "photos", Region: "ap-guangzhou"}, events[0].Common().Bucket)
	back := FromRecord(plainRecord(TypeObjectCreatedPut, Bucket{Name: "photos"}, "a.txt"))
	assert.Equal(t, "a.txt", back.Common().Object.Key)
}

// TestEventBridgeWithoutRecord: a CloudEvent that names no object is an error, and the others are read.
func TestEventBridgeWithoutRecord(t *testing.T) {
	good := `{"type":"x","data":{"Records":[` + innerRecord + `,{"cos":5},` + innerRecord + `]}}`
	events, err := DecodeEventBridge([]byte(`{"EventList":[{"type":"cos:created:object","data":{}},` + good + `,{"type":"cos:created:object"}]}`))
	assert.Len(t, events, 2, "one bad record of a list does not cost the others")
	var bad RecordErrors
	require.ErrorAs(t, err, &bad)
	require.Len(t, bad, 3)
	assert.Equal(t, []int{0, 1, 2}, []int{bad[0].Index, bad[1].Index, bad[2].Index})
	assert.ErrorIs(t, bad[0], ErrNotNotification)
	assert.Equal(t, "data", bad[0].Path)
	assert.Equal(t, "data.Records.cos", bad[1].Path)
}

func TestDecodeAny(t *testing.T) {
	for form, n := range map[string]int{deadLetter: 1, eventBridge: 1, eventBridgeBatch: 2, workflow: 1, string(golden(t)["several.json"]): 3, `{"Records":[]}`: 0} {
		events, err := DecodeAny([]byte(form))
		assert.NoError(t, err)
		assert.Len(t, events, n)
	}
	for _, s := range []string{``, `{}`, `5`, `{"a":1}`, `{"Body":1`} {
		_, err := DecodeAny([]byte(s))
		assert.ErrorIs(t, err, ErrNotNotification, s)
	}
	_, err := DecodeAny([]byte(workflow), MaxBytes(5))
	var limit *LimitError
	assert.True(t, errors.As(err, &limit))
}
