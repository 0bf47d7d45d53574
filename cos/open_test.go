package cos

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
)

func TestKindsOfErrors(t *testing.T) {
	marker := status(405, map[string]string{"X-Cos-Delete-Marker": "true"}, "")
	all := []error{ErrNotFound, ErrBucketNotFound, ErrChanged, ErrArchived, ErrDenied, ErrExists, ErrCorrupt, ErrUnverifiable}
	for name, c := range map[string]struct {
		answer roundTrip
		want   error
	}{
		"object":        {xmlError(404, "NoSuchKey"), ErrNotFound},
		"version":       {xmlError(404, "NoSuchVersion"), ErrNotFound},
		"delete marker": {marker, ErrNotFound},
		"other 405":     {xmlError(405, "MethodNotAllowed"), nil},
		"bucket":        {xmlError(404, "NoSuchBucket"), ErrBucketNotFound},
		"archived":      {xmlError(403, "InvalidObjectState"), ErrArchived},
		"denied":        {xmlError(403, "AccessDenied"), ErrDenied},
		"wrong key":     {xmlError(403, "SignatureDoesNotMatch"), ErrDenied},
		"changed":       {xmlError(412, "PreconditionFailed"), ErrChanged},
		"range":         {xmlError(416, "InvalidRange"), nil},
		"not XML":       {status(404, nil, "<html>not here"), ErrNotFound},
		"empty":         {status(400, nil, ""), nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewObjects(testKeys, WithTransport(&script{t: t, answers: []roundTrip{c.answer}})).Open(t.Context(), created("a/b"))
			require.Error(t, err)
			for _, kind := range all {
				assert.Equal(t, kind == c.want, errors.Is(err, kind), "%v", kind)
			}
			var vendor *cossdk.ErrorResponse
			require.ErrorAs(t, err, &vendor)
			assert.NotEmpty(t, vendor.Error())
			assert.Contains(t, err.Error(), `photos-1250000000/"a/b"`)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestZeroErrorFormats(t *testing.T) {
	assert.NotEmpty(t, (&Error{}).Error())
	assert.Empty(t, (&Error{}).Unwrap())
	assert.ErrorIs(t, &permanentError{err: ErrNoCredentials}, ErrNoCredentials)
}

func TestHeadTellsMissingBucketFromMissingObject(t *testing.T) {
	for name, c := range map[string]struct {
		bucket roundTrip
		want   error
	}{
		"object":      {status(200, nil, ""), ErrNotFound},
		"bucket":      {status(404, nil, ""), ErrBucketNotFound},
		"may not ask": {status(403, nil, ""), ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, answers: []roundTrip{status(404, nil, ""), c.bucket}}
			_, err := NewObjects(testKeys, WithTransport(s)).Head(t.Context(), created("k"))
			require.ErrorIs(t, err, c.want)
			reqs := s.requests()
			assert.Equal(t, "/", reqs[1].URL.RequestURI())
			assert.Equal(t, http.MethodHead, reqs[1].Method)
		})
	}
}

func TestInfo(t *testing.T) {
	s := &script{t: t, answers: []roundTrip{status(200, map[string]string{
		"Content-Type": "image/png", "Etag": `"abc"`, "X-Cos-Version-Id": "v1", "X-Cos-Storage-Class": "STANDARD_IA",
		"Last-Modified": "Fri, 15 Apr 2022 09:49:16 GMT", "X-Cos-Meta-Owner": "li", "X-Cos-Meta-Two-Words": "x",
		"X-Cos-Hash-Crc64ecma": "18446744073709551615", "X-Cos-Request-Id": "req",
	}, "12345"), status(200, nil, "")}}
	o := NewObjects(testKeys, WithTransport(s))
	info, err := o.Head(t.Context(), created("k"))
	require.NoError(t, err)
	assert.Equal(t, &Info{
		Bucket: photos, Key: "k", VersionID: "v1", Size: 5, ETag: `"abc"`, ContentType: "image/png", StorageClass: "STANDARD_IA",
		LastModified: time.Date(2022, 4, 15, 9, 49, 16, 0, time.UTC), Metadata: map[string]string{"owner": "li", "two-words": "x"},
		CRC64: 1<<64 - 1, HasCRC64: true, RequestID: "req",
	}, info)
	info, err = o.Head(t.Context(), created("k"))
	require.NoError(t, err)
	assert.Equal(t, "STANDARD", info.StorageClass)
	assert.False(t, info.HasCRC64)
}

func TestOpenTakesTheEventsVersion(t *testing.T) {
	s := &script{t: t, answers: []roundTrip{status(200, nil, ""), status(200, nil, ""), status(200, nil, "")}}
	o := NewObjects(testKeys, WithTransport(s))
	e := created("k")
	e.Object.VersionID = "v1"
	for _, opts := range [][]OpenOption{nil, {Latest()}, {IfUnchanged()}} {
		r, err := o.Open(t.Context(), e, opts...)
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}
	reqs := s.requests()
	assert.Equal(t, "versionId=v1", reqs[0].URL.RawQuery)
	assert.Empty(t, reqs[1].URL.RawQuery)
	assert.Equal(t, "versionId=v1", reqs[2].URL.RawQuery)
	assert.Empty(t, reqs[2].Header.Get("If-Match"), "a version does not change")
}

func TestIfUnchanged(t *testing.T) {
	at := created("").Time
	stamp := func(d time.Duration) string { return at.Add(d).Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		object event.Object
		noTime bool
		answer map[string]string
		want   error
	}{
		"same ETag":              {event.Object{ETag: `"abc"`}, false, map[string]string{"Etag": `"abc"`, "Last-Modified": stamp(time.Hour)}, nil},
		"ETag without quotes":    {event.Object{ETag: `abc`}, false, map[string]string{"Etag": `"abc"`}, nil},
		"If-Match was ignored":   {event.Object{ETag: `"abc"`}, false, map[string]string{"Etag": `"abd"`}, ErrChanged},
		"no ETag, same":          {event.Object{Size: 4}, false, map[string]string{"Last-Modified": stamp(0)}, nil},
		"no ETag, same second":   {event.Object{Size: 4}, false, map[string]string{"Last-Modified": stamp(500 * time.Millisecond)}, nil},
		"no ETag, later":         {event.Object{Size: 4}, false, map[string]string{"Last-Modified": stamp(time.Second)}, ErrChanged},
		"no ETag, size differs":  {event.Object{Size: 5}, false, map[string]string{"Last-Modified": stamp(0)}, ErrChanged},
		"no ETag, size not told": {event.Object{}, false, map[string]string{"Last-Modified": stamp(-time.Hour)}, nil},
		"nothing to compare":     {event.Object{Size: 4}, true, nil, ErrUnverifiable},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t}
			if c.want != ErrUnverifiable {
				s.answers = []roundTrip{status(200, c.answer, "body")}
			}
			e := created("k")
			c.object.Key = "k"
			e.Object = c.object
			if c.noTime {
				e.Time = time.Time{}
			}
			r, err := NewObjects(testKeys, WithTransport(s)).Open(t.Context(), e, IfUnchanged())
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				return
			}
			require.NoError(t, err)
			require.NoError(t, r.Close())
			if c.object.ETag != "" {
				assert.Equal(t, `"abc"`, s.requests()[0].Header.Get("If-Match"))
			}
		})
	}
}

func TestOpenRange(t *testing.T) {
	part := status(206, map[string]string{"Content-Range": "bytes 2-4/10", "X-Cos-Hash-Crc64ecma": "1"}, "cde")
	s := &script{t: t, answers: []roundTrip{part, status(206, map[string]string{"Content-Range": "bytes 2-9/10"}, "cdefghij"), status(200, nil, "all of it"),
		status(206, map[string]string{"Content-Range": "bytes 0-2/10"}, "abc")}}
	o := NewObjects(testKeys, WithTransport(s))
	r, err := o.Open(t.Context(), created("k"), Range(2, 3))
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err, "the checksum of the whole is not that of a part")
	assert.Equal(t, "cde", string(b))
	assert.EqualValues(t, 10, r.Info().Size)
	require.NoError(t, r.Close())
	r, err = o.Open(t.Context(), created("k"), Range(2, -1))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Equal(t, "bytes=2-4", s.requests()[0].Header.Get("Range"))
	assert.Equal(t, "bytes=2-", s.requests()[1].Header.Get("Range"))
	for range 2 {
		_, err = o.Open(t.Context(), created("k"), Range(2, 3))
		require.ErrorContains(t, err, "asked for a range")
	}
	for _, opt := range []OpenOption{Range(-1, 2), Range(0, 0)} {
		_, err = o.Open(t.Context(), created("k"), opt)
		require.Error(t, err)
	}
}

func TestOpenWithoutAnEvent(t *testing.T) {
	o := NewObjects(testKeys, WithTransport(&script{t: t}))
	_, err := o.Open(t.Context(), nil)
	require.Error(t, err)
	_, err = o.Head(t.Context(), nil)
	require.Error(t, err)
	_, err = o.Open(t.Context(), &event.ObjectCreatedPut{})
	require.Error(t, err)
}

func TestStoredGzipIsNotUnpacked(t *testing.T) {
	s, srv := newStore(t)
	o := NewObjects(testKeys, WithEndpoint(srv.URL))
	require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("x"), Header("Content-Encoding", "gzip")))
	r, err := o.Open(t.Context(), created("k"))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Equal(t, "identity", s.last().Header.Get("Accept-Encoding"))
}

func FuzzContentRange(f *testing.F) {
	for _, s := range []string{"bytes 0-4/5", "bytes 5-9/*", "bytes */5", "bytes 9-1/2", "", "bytes -1-2/3", "bytes 99999999999999999999-2/3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		start, size, ok := contentRange(s)
		if ok {
			assert.GreaterOrEqual(t, start, int64(0))
			assert.True(t, size == -1 || size > start)
		}
	})
}
