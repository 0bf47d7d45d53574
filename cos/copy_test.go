package cos_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

var backup = event.Bucket{Name: "backup", AppID: costest.DefaultAppID, Region: "ap-guangzhou"}

// between lets a test act, or answer in the service's place, when a request is about to be sent.
type between struct {
	http.RoundTripper
	before func(*http.Request) (*http.Response, error)
}

func (b between) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.before(req)
	if resp != nil {
		resp.Request = req
	}
	if resp != nil || err != nil {
		return resp, err
	}
	return b.RoundTripper.RoundTrip(req)
}

func intercepted(s *costest.Server, before func(*http.Request) (*http.Response, error)) *cos.Objects {
	id, key := s.Credentials()
	return cos.NewObjects(cos.StaticCredentials(id, key, ""), cos.WithEndpoint(s.URL()), cos.WithTransport(between{s.Transport(), before}))
}

func xmlAnswer(status int, document string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"X-Cos-Request-Id": {"req"}}, Body: io.NopCloser(strings.NewReader(document)), ContentLength: int64(len(document))}
}

// loopEvent is one of a function that writes.
func loopEvent() event.Event {
	return &event.ObjectCreatedPut{Base: event.Base{
		Bucket: photos, Object: event.Object{Key: "x"}, Function: event.Target{Region: "ap-guangzhou", Namespace: "default", Name: "thumb"},
	}}
}

// TestCopy copies by one request and in parts: what the copy has is the same.
func TestCopy(t *testing.T) {
	own := map[string]string{"owner": "li"}
	content := strings.Repeat("0123456789abcdef", 2<<16) + "a third part"
	const mark = "ap-guangzhou/default/thumb"
	for name, c := range map[string]struct {
		opts     []cos.PutOption
		typ      string
		metadata map[string]string
		tags     map[string]string
		class    string
		cache    string
	}{
		"all kept":         {nil, "image/png", own, map[string]string{"team": "a b"}, "STANDARD", "no-store"},
		"metadata":         {[]cos.PutOption{cos.Metadata(map[string]string{"by": "wu"})}, "image/png", map[string]string{"by": "wu"}, map[string]string{"team": "a b"}, "STANDARD", "no-store"},
		"no metadata":      {[]cos.PutOption{cos.Metadata(nil)}, "image/png", map[string]string{}, map[string]string{"team": "a b"}, "STANDARD", "no-store"},
		"type":             {[]cos.PutOption{cos.ContentType("text/x")}, "text/x", own, map[string]string{"team": "a b"}, "STANDARD", "no-store"},
		"class":            {[]cos.PutOption{cos.StorageClass("STANDARD_IA")}, "image/png", own, map[string]string{"team": "a b"}, "STANDARD_IA", "no-store"},
		"header":           {[]cos.PutOption{cos.Header("Cache-Control", "max-age=1")}, "image/png", own, map[string]string{"team": "a b"}, "STANDARD", "max-age=1"},
		"tags":             {[]cos.PutOption{cos.Tags(map[string]string{"x": "1+1 &="})}, "image/png", own, map[string]string{"x": "1+1 &="}, "STANDARD", "no-store"},
		"mark":             {[]cos.PutOption{cos.Mark(loopEvent())}, "image/png", map[string]string{"owner": "li", event.LoopMark: mark}, map[string]string{"team": "a b"}, "STANDARD", "no-store"},
		"mark and replace": {[]cos.PutOption{cos.Mark(loopEvent()), cos.Metadata(map[string]string{"by": "wu"})}, "image/png", map[string]string{"by": "wu", event.LoopMark: mark}, map[string]string{"team": "a b"}, "STANDARD", "no-store"},
	} {
		for how, single := range map[string]int64{"at once": 4 << 20, "in parts": 2 << 20} {
			for _, to := range []event.Bucket{photos, backup} {
				t.Run(name+", "+how+", to "+to.Name, func(t *testing.T) {
					s, o, events := cloud(t)
					require.NoError(t, s.CreateBucket(backup))
					cos.SetCopyLimits(o, single, 1<<20)
					require.NoError(t, o.Put(t.Context(), photos, "in/a?b+c d.png", strings.NewReader(content), cos.ContentType("image/png"),
						cos.Metadata(own), cos.Tags(map[string]string{"team": "a b"}), cos.Header("Cache-Control", "no-store")))
					<-events
					require.NoError(t, o.Copy(t.Context(), photos, "in/a?b+c d.png", to, "out/ü &?.png", c.opts...))
					got, err := s.Get(to, "out/ü &?.png")
					require.NoError(t, err)
					assert.True(t, content == string(got.Body), "the content")
					assert.Equal(t, c.typ, got.ContentType)
					assert.True(t, maps.Equal(c.metadata, got.Metadata), "%v", got.Metadata)
					assert.Equal(t, c.class, got.StorageClass)
					tags, err := o.Tags(t.Context(), to, "out/ü &?.png")
					require.NoError(t, err)
					assert.Equal(t, c.tags, tags)
					head, err := o.Client(to).Object.Head(t.Context(), "out/ü &?.png", nil)
					require.NoError(t, err)
					assert.Equal(t, c.cache, head.Header.Get("Cache-Control"))
					want := event.TypeObjectCreatedCopy
					if how == "in parts" {
						want = event.TypeObjectCreatedCompleteMultipartUpload
					}
					assert.Equal(t, want, (<-events).EventType())
				})
			}
		}
	}
}

func TestAMarkSurvivesACopy(t *testing.T) {
	for name, opts := range map[string][]cos.PutOption{"kept": nil, "metadata replaced": {cos.Metadata(map[string]string{"by": "wu"})}} {
		t.Run(name, func(t *testing.T) {
			s, o, _ := cloud(t)
			require.NoError(t, o.Put(t.Context(), photos, "a", strings.NewReader("x"), cos.Mark(loopEvent())))
			require.NoError(t, o.Copy(t.Context(), photos, "a", photos, "b", opts...))
			got, err := s.Get(photos, "b")
			require.NoError(t, err)
			assert.Equal(t, "ap-guangzhou/default/thumb", got.Metadata[event.LoopMark])
		})
	}
}

func TestCopyOfAVersion(t *testing.T) {
	s, o, events := cloud(t, costest.Versioned())
	require.NoError(t, o.Put(t.Context(), photos, "a", strings.NewReader("one")))
	first := <-events
	require.NoError(t, o.Put(t.Context(), photos, "a", strings.NewReader("two")))
	require.NoError(t, o.Copy(t.Context(), photos, "a", photos, "b", cos.FromVersion(first.Common().Object.VersionID), cos.FromETag(first.Common().Object.ETag)))
	got, err := s.Get(photos, "b")
	require.NoError(t, err)
	assert.Equal(t, "one", string(got.Body))
	err = o.Copy(t.Context(), photos, "a", photos, "b", cos.FromETag(first.Common().Object.ETag))
	require.ErrorIs(t, err, cos.ErrChanged)
}

func TestWhatCannotBeCopied(t *testing.T) {
	s, o, _ := cloud(t)
	require.NoError(t, s.CreateBucket(backup))
	require.NoError(t, s.Put(photos, "a", []byte("content")))
	require.NoError(t, s.Put(photos, "there", []byte("content")))
	_, err := o.Client(photos).Object.Put(t.Context(), "cold", strings.NewReader("x"), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{XCosStorageClass: "ARCHIVE"},
	})
	require.NoError(t, err)
	none := event.Bucket{Name: "none", AppID: costest.DefaultAppID, Region: "ap-guangzhou"}
	for name, c := range map[string]struct {
		from  event.Bucket
		key   string
		to    event.Bucket
		toKey string
		opts  []cos.PutOption
		kind  error
		text  string
	}{
		"no source":             {photos, "gone", photos, "b", nil, cos.ErrNotFound, `photos-1250000000/"gone"`},
		"no source bucket":      {none, "a", photos, "b", nil, cos.ErrBucketNotFound, "none-1250000000"},
		"no destination bucket": {photos, "a", none, "b", nil, cos.ErrBucketNotFound, "none-1250000000"},
		"archived":              {photos, "cold", photos, "b", nil, cos.ErrArchived, `"cold"`},
		"exists":                {photos, "a", backup, "a", []cos.PutOption{cos.ForbidOverwrite()}, cos.ErrExists, `backup-1250000000/"a"`},
		"other ETag":            {photos, "a", photos, "b", []cos.PutOption{cos.FromETag("abc")}, cos.ErrChanged, `"a"`},
		"onto itself":           {photos, "a", photos, "a", nil, nil, "itself"},
		"no key":                {photos, "", photos, "b", nil, nil, "key is empty"},
		"no destination key":    {photos, "a", photos, "", nil, nil, "key is empty"},
		"with a size":           {photos, "a", photos, "b", []cos.PutOption{cos.Size(3)}, nil, "Size"},
		"with a bad header":     {photos, "a", photos, "b", []cos.PutOption{cos.Header("a b", "x")}, nil, "header"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, s.Put(backup, "a", []byte("old")))
			for _, single := range []int64{100, 2} {
				if single == 2 && (name == "onto itself" || name == "archived") {
					continue // an upload may replace its source; a cold one is refused alike but has one byte
				}
				cos.SetCopyLimits(o, single, 100)
				err := o.Copy(t.Context(), c.from, c.key, c.to, c.toKey, c.opts...)
				require.Error(t, err)
				if c.kind != nil {
					require.ErrorIs(t, err, c.kind)
				}
				assert.Contains(t, err.Error(), c.text)
				uploads, _, err := o.Client(backup).Bucket.ListMultipartUploads(t.Context(), nil)
				require.NoError(t, err)
				assert.Empty(t, uploads.Uploads, "nothing is left behind")
			}
		})
	}
}

// TestCopyIsOfWhatWasFound: an overwrite between the look and the copy is not taken for it.
func TestCopyIsOfWhatWasFound(t *testing.T) {
	for how, single := range map[string]int64{"at once": 100, "in parts": 2} {
		t.Run(how, func(t *testing.T) {
			s, _, _ := cloud(t)
			require.NoError(t, s.Put(photos, "a", []byte("content")))
			done := false
			o := intercepted(s, func(req *http.Request) (*http.Response, error) {
				if req.Header.Get("X-Cos-Copy-Source") != "" && !done {
					done = true
					return nil, s.Put(photos, "a", []byte("CONTENT"))
				}
				return nil, nil
			})
			cos.SetCopyLimits(o, single, 100)
			require.ErrorIs(t, o.Copy(t.Context(), photos, "a", photos, "b"), cos.ErrChanged)
			_, err := s.Get(photos, "b")
			require.Error(t, err)
		})
	}
}

// TestFailuresOfACopy: the service may say 200 and fail all the same; answers may be lost.
func TestFailuresOfACopy(t *testing.T) {
	lost := errors.New("connection reset")
	for name, c := range map[string]struct {
		single  int64
		fails   func(*http.Request) bool
		answer  func() (*http.Response, error)
		after   bool // the request is carried out all the same
		opts    []cos.PutOption
		want    error
		success bool
	}{
		"slow down in a 200":          {100, isCopy, failing("SlowDown"), false, nil, nil, true},
		"internal error in a 200":     {100, isCopy, failing("InternalError"), false, nil, nil, true},
		"denied in a 200":             {100, isCopy, failing("AccessDenied"), false, nil, cos.ErrDenied, false},
		"lost":                        {100, isCopy, func() (*http.Response, error) { return nil, lost }, true, nil, nil, true},
		"lost, nothing overwritten":   {100, isCopy, func() (*http.Response, error) { return nil, lost }, true, []cos.PutOption{cos.ForbidOverwrite()}, lost, false},
		"a part fails":                {2, isCopy, failing("AccessDenied"), false, nil, cos.ErrDenied, false},
		"a part fails once":           {2, isCopy, failing("InternalError"), false, nil, nil, true},
		"completion lost, but done":   {2, isCompletion, func() (*http.Response, error) { return nil, lost }, true, nil, nil, true},
		"completion fails in a 200":   {2, isCompletion, failing("InternalError"), false, nil, nil, true},
		"completion refused in a 200": {2, isCompletion, failing("AccessDenied"), false, nil, cos.ErrDenied, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, _ := cloud(t)
			require.NoError(t, s.Put(photos, "a", []byte("content")))
			once := false
			o := intercepted(s, func(req *http.Request) (*http.Response, error) {
				if once || !c.fails(req) {
					return nil, nil
				}
				once = true
				if c.after {
					resp, err := s.Transport().RoundTrip(req.Clone(t.Context()))
					if err != nil {
						return nil, err
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
				return c.answer()
			})
			cos.SetCopyLimits(o, c.single, 7) // one part: only the last may be so small
			err := o.Copy(t.Context(), photos, "a", photos, "b", c.opts...)
			require.True(t, once, "the failure came about")
			if !c.success {
				require.ErrorIs(t, err, c.want)
			} else {
				require.NoError(t, err)
				got, err := s.Get(photos, "b")
				require.NoError(t, err)
				assert.Equal(t, "content", string(got.Body))
			}
			uploads, _, err := s.Client(photos).Bucket.ListMultipartUploads(t.Context(), nil)
			require.NoError(t, err)
			assert.Empty(t, uploads.Uploads)
		})
	}
}

func isCopy(req *http.Request) bool { return req.Header.Get("X-Cos-Copy-Source") != "" }

func isCompletion(req *http.Request) bool {
	return req.Method == http.MethodPost && req.URL.Query().Has("uploadId")
}

func failing(code string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		return xmlAnswer(200, "<?xml version='1.0'?><Error><Code>"+code+"</Code><Message>m</Message></Error>"), nil
	}
}

func TestACopyWithAnotherChecksumIsCorrupt(t *testing.T) {
	s, _, _ := cloud(t)
	require.NoError(t, s.Put(photos, "a", []byte("content")))
	o := intercepted(s, func(req *http.Request) (*http.Response, error) {
		if isCopy(req) {
			return xmlAnswer(200, "<CopyObjectResult><ETag>e</ETag><CRC64>1</CRC64></CopyObjectResult>"), nil
		}
		return nil, nil
	})
	require.ErrorIs(t, o.Copy(t.Context(), photos, "a", photos, "b"), cos.ErrCorrupt)
}

// TestPartsGrow: an upload has at most 10,000 parts, so those of a larger object are larger.
func TestPartsGrow(t *testing.T) {
	s, _, _ := cloud(t)
	require.NoError(t, s.Put(photos, "a", bytes.Repeat([]byte("0123456789"), 2500)))
	var ranges []string
	var mu sync.Mutex
	o := intercepted(s, func(req *http.Request) (*http.Response, error) {
		if !isCopy(req) {
			return nil, nil
		}
		mu.Lock()
		defer mu.Unlock()
		ranges = append(ranges, req.Header.Get("X-Cos-Copy-Source-Range"))
		return xmlAnswer(200, "<CopyPartResult><ETag>e</ETag></CopyPartResult>"), nil
	})
	cos.SetCopyLimits(o, 1000, 1)
	require.Error(t, o.Copy(t.Context(), photos, "a", photos, "b"), "the parts are not really there")
	assert.Len(t, ranges, 25000/3+1)
	assert.Contains(t, ranges, "bytes=0-2")
	assert.Contains(t, ranges, "bytes=24999-24999")
}

func TestMove(t *testing.T) {
	s, o, _ := cloud(t)
	require.NoError(t, s.CreateBucket(backup))
	require.NoError(t, s.Put(photos, "a", []byte("content")))
	require.NoError(t, o.Move(t.Context(), photos, "a", backup, "b", cos.Mark(loopEvent())))
	_, err := o.Stat(t.Context(), photos, "a")
	require.ErrorIs(t, err, cos.ErrNotFound)
	got, err := s.Get(backup, "b")
	require.NoError(t, err)
	assert.Equal(t, "content", string(got.Body))
	assert.NotEmpty(t, got.Metadata[event.LoopMark])

	require.ErrorIs(t, o.Move(t.Context(), photos, "a", backup, "b"), cos.ErrNotFound)
	require.ErrorContains(t, o.Move(t.Context(), backup, "b", backup, "b"), "destination is the source")
	require.ErrorContains(t, o.Move(t.Context(), backup, "b", backup, "c", cos.FromVersion("v")), "FromVersion")
}

func TestMoveLeavesWhatWasOverwritten(t *testing.T) {
	for name, c := range map[string]struct {
		opts []costest.BucketOption
	}{"plain": {nil}, "versioned": {[]costest.BucketOption{costest.Versioned()}}} {
		t.Run(name, func(t *testing.T) {
			s, _, _ := cloud(t, c.opts...)
			require.NoError(t, s.Put(photos, "a", []byte("content")))
			heads := 0
			o := intercepted(s, func(req *http.Request) (*http.Response, error) {
				if req.Method == http.MethodHead {
					if heads++; heads == 2 {
						return nil, s.Put(photos, "a", []byte("new"))
					}
				}
				return nil, nil
			})
			require.ErrorIs(t, o.Move(t.Context(), photos, "a", photos, "b"), cos.ErrChanged)
			got, err := s.Get(photos, "a")
			require.NoError(t, err)
			assert.Equal(t, "new", string(got.Body))
		})
	}
}

func TestMoveOfWhatSomebodyElseDeleted(t *testing.T) {
	s, _, _ := cloud(t)
	require.NoError(t, s.Put(photos, "a", []byte("content")))
	heads := 0
	o := intercepted(s, func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodHead {
			if heads++; heads == 2 {
				return nil, s.Delete(photos, "a")
			}
		}
		return nil, nil
	})
	require.NoError(t, o.Move(t.Context(), photos, "a", photos, "b"))
}

func TestRestoreIsInTheInfo(t *testing.T) {
	s, o, _ := cloud(t)
	_, err := o.Client(photos).Object.Put(t.Context(), "cold", strings.NewReader("x"), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{XCosStorageClass: "ARCHIVE"},
	})
	require.NoError(t, err)
	_, err = o.Client(photos).Object.PostRestore(t.Context(), "cold", &cossdk.ObjectRestoreOptions{Days: 1, Tier: &cossdk.CASJobParameters{Tier: "Expedited"}})
	require.NoError(t, err)
	info, err := o.Stat(t.Context(), photos, "cold")
	require.NoError(t, err)
	assert.True(t, info.Restoring)
	assert.False(t, info.Restored)
	s.Advance(time.Hour)
	info, err = o.Stat(t.Context(), photos, "cold")
	require.NoError(t, err)
	assert.False(t, info.Restoring)
	assert.True(t, info.Restored)
	assert.False(t, info.RestoredUntil.IsZero())
}
