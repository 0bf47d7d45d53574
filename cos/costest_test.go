package cos_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/leak"
)

var photos = event.Bucket{Name: "photos", AppID: costest.DefaultAppID, Region: "ap-guangzhou"}

// cloud is a fake COS whose events the test takes from the channel, as a function would get them.
func cloud(t *testing.T, opts ...costest.BucketOption) (*costest.Server, *cos.Objects, <-chan event.Event) {
	t.Helper()
	leak.Check(t)
	s := costest.NewServer(t)
	require.NoError(t, s.CreateBucket(photos, opts...))
	events := make(chan event.Event, 100)
	s.OnChange(func(c costest.Change) {
		payload, err := event.Encode(event.Notification{Records: []event.Record{c.Record()}})
		if !assert.NoError(t, err) {
			return
		}
		es, err := event.Decode(payload)
		assert.NoError(t, err)
		for _, e := range es {
			events <- e
		}
	})
	id, key := s.Credentials()
	return s, cos.NewObjects(cos.StaticCredentials(id, key, ""), cos.WithEndpoint(s.URL()), cos.WithTransport(s.Transport())), events
}

func read(t *testing.T, o *cos.Objects, e event.Event, opts ...cos.OpenOption) (string, error) {
	t.Helper()
	r, err := o.Open(t.Context(), e, opts...)
	if err != nil {
		return "", err
	}
	defer func() { require.NoError(t, r.Close()) }()
	b, err := io.ReadAll(r)
	return string(b), err
}

func TestFromTheEventToTheObject(t *testing.T) {
	_, o, events := cloud(t)
	for _, key := range []string{"a.txt", "x//y", "x/", "a+b c", "100%.txt", "a?b#c", "../x", "中文/图 片.png", "%2F", "a/../b"} {
		require.NoError(t, o.Put(t.Context(), photos, key, strings.NewReader("body of "+key), cos.ContentType("text/plain"),
			cos.Metadata(map[string]string{"owner": "li"})))
		e := <-events
		assert.Equal(t, key, e.Common().Object.Key)
		got, err := read(t, o, e, cos.IfUnchanged())
		require.NoError(t, err, "%q", key)
		assert.Equal(t, "body of "+key, got)
		info, err := o.Head(t.Context(), e)
		require.NoError(t, err)
		assert.Equal(t, e.Common().Object.ETag, info.ETag)
		assert.Equal(t, "text/plain", info.ContentType)
		assert.Equal(t, map[string]string{"owner": "li"}, info.Metadata)
		assert.True(t, info.HasCRC64)
	}
}

func TestOverwrittenAndDeletedSince(t *testing.T) {
	s, o, events := cloud(t)
	require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("one")))
	first := <-events
	require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("two")))
	second := <-events
	_, err := read(t, o, first, cos.IfUnchanged())
	require.ErrorIs(t, err, cos.ErrChanged)
	got, err := read(t, o, first)
	require.NoError(t, err)
	assert.Equal(t, "two", got, "without the option: what is there now")

	_, err = s.Client(photos).Object.Delete(t.Context(), "k")
	require.NoError(t, err)
	removed := <-events
	for _, e := range []event.Event{first, second, removed} {
		_, err = read(t, o, e)
		require.ErrorIs(t, err, cos.ErrNotFound)
		_, err = o.Head(t.Context(), e)
		require.ErrorIs(t, err, cos.ErrNotFound)
		require.NotErrorIs(t, err, cos.ErrBucketNotFound)
	}
	gone := &event.ObjectCreatedPut{Base: *first.Common()}
	gone.Bucket.Name = "missing"
	_, err = read(t, o, gone)
	require.ErrorIs(t, err, cos.ErrBucketNotFound)
	_, err = o.Head(t.Context(), gone)
	require.ErrorIs(t, err, cos.ErrBucketNotFound)
	require.ErrorIs(t, o.Put(t.Context(), gone.Bucket, "k", strings.NewReader("x")), cos.ErrBucketNotFound)
}

func TestTheEventsVersion(t *testing.T) {
	s, o, events := cloud(t, costest.Versioned())
	for _, body := range []string{"one", "two"} {
		require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader(body)))
	}
	first, second := <-events, <-events
	_, err := s.Client(photos).Object.Delete(t.Context(), "k")
	require.NoError(t, err)
	marker := <-events
	for want, e := range map[string]event.Event{"one": first, "two": second} {
		got, err := read(t, o, e, cos.IfUnchanged())
		require.NoError(t, err)
		assert.Equal(t, want, got)
		info, err := o.Head(t.Context(), e)
		require.NoError(t, err)
		assert.Equal(t, e.Common().Object.VersionID, info.VersionID)
	}
	_, err = read(t, o, first, cos.Latest())
	require.ErrorIs(t, err, cos.ErrNotFound)
	_, err = read(t, o, marker)
	require.ErrorIs(t, err, cos.ErrNotFound, "a delete marker has no content")
	_, err = o.Head(t.Context(), marker)
	require.ErrorIs(t, err, cos.ErrNotFound)
}

func TestForbidOverwrite(t *testing.T) {
	_, o, _ := cloud(t)
	require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("one"), cos.ForbidOverwrite()))
	require.ErrorIs(t, o.Put(t.Context(), photos, "k", strings.NewReader("two"), cos.ForbidOverwrite()), cos.ErrExists)
	require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("three")))
}

func TestArchivedAndDenied(t *testing.T) {
	s, o, events := cloud(t)
	require.NoError(t, o.Put(t.Context(), photos, "cold", strings.NewReader("x"), cos.StorageClass("ARCHIVE")))
	e := <-events
	_, err := read(t, o, e)
	require.ErrorIs(t, err, cos.ErrArchived)
	at := []cos.Option{cos.WithEndpoint(s.URL()), cos.WithTransport(s.Transport())}
	id, key := s.Credentials()
	for name, cred := range map[string]cos.Credentials{
		"wrong key": cos.StaticCredentials(id, "x", ""), "nobody": cos.StaticCredentials("AKIDnobody", key, ""), "anonymous": cos.Anonymous(),
	} {
		_, err = read(t, cos.NewObjects(cred, at...), e)
		require.ErrorIs(t, err, cos.ErrDenied, name)
		assert.NotContains(t, err.Error(), key)
	}
	s.AddCredentials("AKIDtmp", "tmpkey", "tok", s.Now().Add(time.Hour))
	require.NoError(t, cos.NewObjects(cos.StaticCredentials("AKIDtmp", "tmpkey", "tok"), at...).Put(t.Context(), photos, "t", strings.NewReader("x")))
	err = cos.NewObjects(cos.StaticCredentials("AKIDtmp", "tmpkey", "old"), at...).Put(t.Context(), photos, "t", strings.NewReader("x"))
	require.ErrorIs(t, err, cos.ErrDenied)
}

func TestFaultsOfTheNetwork(t *testing.T) {
	s, o, events := cloud(t)
	body := bytes.Repeat([]byte("0123456789"), 100_000)
	require.NoError(t, o.Put(t.Context(), photos, "big", bytes.NewReader(body)))
	e := <-events
	for name, fault := range map[string]costest.Fault{
		"cut":       {CutAfter: 300_000},
		"cut early": {CutAfter: 1},
		"dropped":   {Drop: costest.DropBefore},
		"no answer": {Drop: costest.DropAfter},
		"500":       {Status: 500, Code: "InternalError"},
		"503":       {Status: 503, Code: "SlowDown"},
	} {
		t.Run(name, func(t *testing.T) {
			s.Faults().Fail("GetObject", 2, fault)
			got, err := read(t, o, e)
			require.NoError(t, err)
			assert.True(t, string(body) == got)
			assert.Zero(t, s.Faults().Pending())
		})
	}
	for name, fault := range map[string]costest.Fault{"dropped": {Drop: costest.DropBefore}, "no answer": {Drop: costest.DropAfter}, "503": {Status: 503, Code: "SlowDown"}} {
		t.Run("put "+name, func(t *testing.T) {
			s.Faults().Fail("PutObject", 1, fault)
			require.NoError(t, o.Put(t.Context(), photos, "put", bytes.NewReader(body)))
			stored, err := s.Get(photos, "put")
			require.NoError(t, err)
			assert.True(t, bytes.Equal(body, stored.Body))
		})
	}
}

// A repeat after a lost answer stores the same content again, and says so in a second event.
func TestALostAnswerOfPutMakesTwoEvents(t *testing.T) {
	s, o, events := cloud(t)
	s.Faults().Fail("PutObject", 1, costest.Fault{Drop: costest.DropAfter})
	require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("x")))
	a, b := <-events, <-events
	assert.NotEqual(t, a.Common().ID(), b.Common().ID())
	s.Faults().Fail("PutObject", 1, costest.Fault{Drop: costest.DropAfter})
	require.Error(t, o.Put(t.Context(), photos, "once", strings.NewReader("x"), cos.ForbidOverwrite()))
	<-events
	assert.Empty(t, events)
}

func TestObjectsWorkAfterTheClockWasMoved(t *testing.T) {
	s, o, _ := cloud(t)
	s.Advance(5 * time.Hour) // signatures begin before this moment: they let hosts' clocks run ahead
	require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("v")))
	_, err := o.Client(photos).Object.Head(t.Context(), "k", nil)
	require.NoError(t, err)
}

func TestByKey(t *testing.T) {
	for name, opts := range map[string][]costest.BucketOption{"plain": nil, "versioned": {costest.Versioned()}} {
		t.Run(name, func(t *testing.T) {
			s, o, events := cloud(t, opts...)
			const key = "a b+c/中文?#%.png"
			_, err := o.Stat(t.Context(), photos, key)
			require.ErrorIs(t, err, cos.ErrNotFound)
			require.NoError(t, o.Put(t.Context(), photos, key, strings.NewReader("v1")))
			require.NoError(t, o.Put(t.Context(), photos, key, strings.NewReader("second")))
			info, err := o.Stat(t.Context(), photos, key)
			require.NoError(t, err)
			assert.Equal(t, int64(6), info.Size, "the current object, whatever version an event spoke of")
			require.NoError(t, o.Delete(t.Context(), photos, key))
			_, err = o.Stat(t.Context(), photos, key)
			require.ErrorIs(t, err, cos.ErrNotFound)
			require.NoError(t, o.Delete(t.Context(), photos, "never there"))

			removed := event.TypeObjectRemoveDelete
			if opts != nil {
				removed = event.TypeObjectRemoveDeleteMarkerCreated
			}
			assert.Equal(t, event.TypeObjectCreatedPut, (<-events).EventType())
			assert.Equal(t, event.TypeObjectCreatedPut, (<-events).EventType())
			assert.Equal(t, removed, (<-events).EventType())

			missing := photos
			missing.Name = "missing"
			for _, err := range []error{o.Delete(t.Context(), missing, key), func() error { _, err := o.Stat(t.Context(), missing, key); return err }()} {
				assert.ErrorIs(t, err, cos.ErrBucketNotFound)
				assert.NotErrorIs(t, err, cos.ErrNotFound)
			}
			assert.Error(t, o.Delete(t.Context(), photos, ""))
			s.Faults().Fail("DeleteObject", 1, costest.Fault{Status: 403, Code: "AccessDenied"})
			assert.ErrorIs(t, o.Delete(t.Context(), photos, key), cos.ErrDenied)
		})
	}
}
