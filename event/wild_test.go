package event_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

// The tests of this file are the ways in which handlers in the wild get events wrong, one each.

func decode(t *testing.T, payload []byte) *event.Base {
	t.Helper()
	events, err := event.Decode(payload)
	require.NoError(t, err)
	require.Len(t, events, 1)
	return events[0].Common()
}

func keyThrough(t *testing.T, key string, opts ...eventtest.Option) string {
	t.Helper()
	return decode(t, eventtest.Payload(eventtest.Put(append(opts, eventtest.Key(key))...))).Object.Key
}

func TestWildReplacingAllOccurrencesOfThePrefix(t *testing.T) {
	assert.Equal(t, "x/1250000000/photos/y", keyThrough(t, "x/1250000000/photos/y"))
	assert.Equal(t, "1250000000/photos/1250000000/photos/", keyThrough(t, "1250000000/photos/1250000000/photos/"))
}

func TestWildHardCodedAppID(t *testing.T) {
	other := event.Bucket{Name: "photos", AppID: "1259999999", Region: "ap-guangzhou"}
	b := decode(t, eventtest.Payload(eventtest.Put(eventtest.Bucket(other), eventtest.Key("a"))))
	assert.Equal(t, "a", b.Object.Key)
	assert.Equal(t, other, b.Bucket)
}

func TestWildUnquotePlusOnTheKey(t *testing.T) {
	assert.Equal(t, "c++/a+b c.txt", keyThrough(t, "c++/a+b c.txt"))
}

func TestWildDecodingWithoutStripping(t *testing.T) {
	assert.Equal(t, "中文/图 片.png", keyThrough(t, "中文/图 片.png"))
}

func TestWildLastPathSegmentOnly(t *testing.T) {
	assert.Equal(t, "a/b/c.png", keyThrough(t, "a/b/c.png"))
}

func TestWildSplittingOnSlash(t *testing.T) {
	assert.Equal(t, "a//b///c/", keyThrough(t, "a//b///c/"))
	assert.Equal(t, "//x", keyThrough(t, "//x"))
}

func TestWildShortRegionInHosts(t *testing.T) {
	b := decode(t, eventtest.Payload(eventtest.Put(eventtest.Before2022())))
	assert.Equal(t, "gz", b.Record.COS.Bucket.Region)
	assert.Equal(t, "photos-1250000000.cos.ap-guangzhou.myqcloud.com", b.Bucket.Host())
}

func TestWildRegexOnTheURLHost(t *testing.T) {
	legacy := func(r *event.Record) { r.COS.Object.URL = "http://photos-1250000000.cosgz.myqcloud.com/a%20b" }
	b := decode(t, eventtest.Payload(eventtest.Put(eventtest.Key("a b"), eventtest.Before2022(), eventtest.Edit(legacy))))
	assert.Equal(t, "a b", b.Object.Key)
	assert.Equal(t, "ap-guangzhou", b.Bucket.Region)
}

func TestWildCuttingTheKeyAtTheQuestionMark(t *testing.T) {
	assert.Equal(t, "what?.txt", keyThrough(t, "what?.txt"))
	assert.Equal(t, "a?b=c#d", keyThrough(t, "a?b=c#d"))
}

func TestWildFirstRecordOnly(t *testing.T) {
	payload := eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2")), eventtest.Delete(eventtest.Key("3")))
	events, err := event.Decode(payload)
	require.NoError(t, err)
	require.Len(t, events, 3)
	assert.Equal(t, "3", events[2].Common().Object.Key)
}

func TestWildReturnInsideTheLoop(t *testing.T) {
	var keys []string
	m := event.NewMux()
	event.On(m, func(_ context.Context, e *event.ObjectCreatedPut) error {
		keys = append(keys, e.Object.Key)
		if e.Object.Key == "1" {
			return errors.New("no")
		}
		return nil
	})
	_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2"))))
	require.Error(t, err)
	assert.Equal(t, []string{"1", "2"}, keys)
}

func TestWildRequiringCosRegionOrRequestID(t *testing.T) {
	without := func(r *event.Record) { r.COS.Object.Meta.Del("x-cos-request-id") }
	b := decode(t, eventtest.Payload(eventtest.Put(eventtest.Before2022(), eventtest.Edit(without))))
	assert.Equal(t, "ap-guangzhou", b.Bucket.Region)
	assert.Empty(t, b.RequestID)
	assert.NotEmpty(t, b.ID(), "there still is an identity")
}

func TestWildOnlyPutHandled(t *testing.T) {
	var got []event.Type
	m := event.NewMux()
	m.OnCreated(func(_ context.Context, e event.Event) error {
		got = append(got, e.EventType())
		return nil
	})
	_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(), eventtest.CompleteMultipartUpload(), eventtest.Created()))
	require.NoError(t, err)
	assert.Equal(t, []event.Type{event.TypeObjectCreatedPut, event.TypeObjectCreatedCompleteMultipartUpload, event.AnyObjectCreated}, got)

	only := event.NewMux()
	event.On(only, func(context.Context, *event.ObjectCreatedPut) error { return nil })
	_, err = only.Invoke(t.Context(), eventtest.Payload(eventtest.CompleteMultipartUpload()))
	assert.ErrorIs(t, err, event.ErrUnhandled, "what no handler takes is not lost silently")
}

func TestWildTimeAsRFC3339(t *testing.T) {
	at := time.Date(2022, 4, 15, 9, 49, 16, 0, time.UTC)
	assert.Equal(t, at, decode(t, eventtest.Payload(eventtest.Put(eventtest.Time(at)))).Time)
	assert.Equal(t, at, decode(t, []byte(`{"Records":[{"cos":{"cosObject":{"key":"k"}},"event":{"eventTime":"2022-04-15T09:49:16Z"}}]}`)).Time)
}

func TestWildIntegersThatAreStrings(t *testing.T) {
	b := decode(t, []byte(`{"Records":[{"cos":{"cosObject":{"key":"k","size":"1024"}},"event":{"eventTime":"1650016156","reqid":"5"}}]}`))
	assert.Equal(t, int64(1024), b.Object.Size)
	assert.Equal(t, int64(1650016156), b.Time.Unix())
	assert.Equal(t, int64(5), b.Record.Event.ReqID)
}

func TestWildDeleteMatchesDeleteMarker(t *testing.T) {
	m := event.NewMux()
	event.On(m, func(context.Context, *event.ObjectRemoveDelete) error { return nil })
	_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.DeleteMarkerCreated()))
	assert.ErrorIs(t, err, event.ErrUnhandled)
}
