package eventtest

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
)

func decode(t *testing.T, payload []byte, opts ...event.DecodeOption) *event.Base {
	t.Helper()
	events, err := event.Decode(payload, opts...)
	require.NoError(t, err)
	require.Len(t, events, 1)
	return events[0].Common()
}

func TestDefaults(t *testing.T) {
	b := decode(t, Sample(event.TypeObjectCreatedPut), event.Strict())
	assert.Equal(t, DefaultBucket, b.Bucket)
	assert.Equal(t, DefaultTime, b.Time)
	assert.Equal(t, "in/cat.png", b.Object.Key)
	assert.Equal(t, int64(1024), b.Object.Size)
	assert.Equal(t, "image/png", b.Object.ContentType)
	assert.Equal(t, "Standard", b.Object.StorageClass)
	assert.Regexp(t, `^"[0-9a-f]{32}"$`, b.Object.ETag)
	assert.Equal(t, "Archive", RestorePost().Object.StorageClass)
	assert.Equal(t, event.Target{Namespace: "default", Name: "thumb", Qualifier: "$DEFAULT", Region: "ap-guangzhou", AppID: "1250000000"}, b.Function)
	id, err := base64.StdEncoding.DecodeString(b.RequestID)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(id), strconv.FormatInt(DefaultTime.Unix(), 16)+"_"), "%s", id)
}

func TestOptions(t *testing.T) {
	at := time.Date(2023, 1, 2, 3, 4, 5, 0, time.UTC)
	other := event.Bucket{Name: "logs", AppID: "1259999999", Region: "ap-beijing-1"}
	e := Copy(Bucket(other), Key("a b"), Size(5), ETag("abc"), ContentType("text/plain"), StorageClass("ARCHIVE"), Version("v1"), Meta("owner", "li"),
		Time(at), RequestID("r1"), SourceIP("198.51.100.1"), Authorization("secret"), Function(event.Target{Namespace: "ns", Name: "f", Qualifier: "2"}),
		Edit(func(r *event.Record) { r.Event.ReservedInfo = "edited" }))
	b := decode(t, Payload(e), event.Strict())
	assert.Equal(t, event.Object{
		Key: "a b", Size: 5, ETag: `"abc"`, ContentType: "text/plain", StorageClass: "ARCHIVE", VersionID: "v1", Metadata: map[string]string{"owner": "li"},
		URL: "http://logs-1259999999.cos.ap-beijing-1.myqcloud.com/a%20b",
	}, b.Object)
	assert.Equal(t, other, b.Bucket)
	assert.Equal(t, at, b.Time)
	assert.Equal(t, []string{"r1", "198.51.100.1", "secret", "edited", "tj"},
		[]string{b.RequestID, b.SourceIP, b.Record.Event.RequestParameters.Headers.Fields().Get("Authorization"), b.Record.Event.ReservedInfo, b.Record.COS.Bucket.Region})
	assert.Equal(t, event.Target{Namespace: "ns", Name: "f", Qualifier: "2", Region: "ap-beijing-1", AppID: "1259999999"}, b.Function)
	assert.Equal(t, Put().ID(), Put().ID(), "the same sample is the same event")
	ids := map[string]bool{}
	for _, e := range []event.Event{Put(), Post(), Put(Key("x")), Put(Size(1)), Put(Time(at)), Put(Version("v")), Put(Bucket(other))} {
		ids[e.Common().ID()] = true
	}
	assert.Len(t, ids, 7, "different samples are different events")
}

func TestBefore2022(t *testing.T) {
	b := decode(t, Payload(Created(Before2022())), event.Strict())
	assert.Equal(t, DefaultBucket, b.Bucket)
	assert.NotZero(t, b.Record.Event.ReqID)
	assert.Equal(t, "qcs:0:lambda:gz:appid/1250000000:default.thumb.$LATEST", b.Record.Event.Queue)
	assert.Empty(t, b.Record.COS.Bucket.CosRegion)
	assert.Empty(t, b.Object.ETag)
}

func TestTemplates(t *testing.T) {
	for typ, name := range map[event.Type]string{
		event.TypeObjectCreatedPut: "cos: ObjectCreated:Put", event.TypeObjectCreatedPost: "cos: ObjectCreated:Post", event.TypeObjectRemoveDelete: "cos: ObjectRemove:Delete",
	} {
		b := decode(t, Template(typ))
		assert.Equal(t, typ, b.Type)
		assert.Equal(t, name, b.Record.Event.Name, "with the space")
		assert.True(t, b.IsConsoleTest())
		assert.Equal(t, "testfile", b.Object.Key)
		assert.Equal(t, "ap-chengdu", b.Bucket.Region)
		_, err := event.Decode(Template(typ), event.Strict())
		assert.ErrorContains(t, err, "event.eventName: is not a name of the form cos:Family:Action")
	}
	assert.Panics(t, func() { Template(event.TypeObjectCreatedCopy) })
	assert.False(t, Put().IsConsoleTest())
}

// TestRandom: random events are valid, come back as they were, and hold every type.
func TestRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[event.Type]bool{}
	for range 2000 {
		e := Random(r)
		payload := Payload(e)
		require.True(t, json.Valid(payload))
		back, err := event.Decode(payload, event.Strict())
		require.NoError(t, err, "%s", payload)
		require.IsType(t, e, back[0])
		have, want := *back[0].Common(), *e.Common()
		require.NotEmpty(t, have.Bucket.Region)
		require.Equal(t, want.ID(), have.ID())
		have.Record, want.Record = nil, nil
		require.Equal(t, want, have, "%s", payload)
		seen[e.EventType()] = true
	}
	for _, typ := range event.Types() {
		assert.True(t, seen[typ], typ)
	}
	a, b := rand.New(rand.NewPCG(3, 4)), rand.New(rand.NewPCG(3, 4))
	assert.Equal(t, Random(a), Random(b))
}

func TestMisusePanics(t *testing.T) {
	for _, f := range []func(){
		func() { Payload(nil) }, func() { Payload(&event.Unknown{}) },
		func() { Put(Edit(func(r *event.Record) { r.Event.Name = "cos:ObjectCreated:Copy" })) },
		func() { Unknown(event.TypeObjectCreatedPut) },
	} {
		assert.Panics(t, f)
	}
	assert.Equal(t, `{"Records":[]}`, string(Payload()))
}

func TestURLEscapes(t *testing.T) {
	for _, key := range Keys() {
		b := decode(t, Payload(Put(Key(key))), event.Strict())
		assert.Equal(t, key, b.Object.Key)
	}
}
