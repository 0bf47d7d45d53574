package costest_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

var restoreOneDay = &cossdk.ObjectRestoreOptions{Days: 1, Tier: &cossdk.CASJobParameters{Tier: "Standard"}}

// The official client's calls that are made of several others.
func TestComposedCalls(t *testing.T) {
	for name, opts := range map[string][]costest.Option{"memory": nil, "directory": {costest.Dir(t.TempDir())}} {
		t.Run(name, func(t *testing.T) {
			s, c, rec := newServer(t, opts...)
			data := make([]byte, 5<<20+123)
			rng := rand.NewChaCha8([32]byte{})
			_, _ = rng.Read(data)
			dir := t.TempDir()
			from := filepath.Join(dir, "from")
			require.NoError(t, os.WriteFile(from, data, 0o600))

			_, _, err := c.Object.Upload(ctx, "up", from, &cossdk.MultiUploadOptions{PartSize: 1, ThreadPoolSize: 4, CheckPoint: true})
			require.NoError(t, err)
			assert.Equal(t, []string{"Created:CompleteMultipartUpload up"}, rec.types())
			_, err = c.Object.PutFromFile(ctx, "file", from, nil)
			require.NoError(t, err)
			to := filepath.Join(dir, "to")
			_, err = c.Object.Download(ctx, "up", to, &cossdk.MultiDownloadOptions{PartSize: 1, ThreadPoolSize: 4})
			require.NoError(t, err, "the client compares checksums")
			got, err := os.ReadFile(to)
			require.NoError(t, err)
			assert.True(t, slices.Equal(data, got))
			rec.take()
			_, _, err = c.Object.MultiCopy(ctx, "copy", photos.Host()+"/up", &cossdk.MultiCopyOptions{PartSize: 1, ThreadPoolSize: 2})
			require.NoError(t, err)
			assert.Equal(t, []string{"Created:Copy copy"}, rec.types())

			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }))
			defer web.Close()
			_, _, err = c.Object.PutFromURL(ctx, "url", web.URL, &cossdk.ObjectPutFromURLOptions{PartSize: 2})
			require.NoError(t, err)
			http.DefaultClient.CloseIdleConnections()
			for _, key := range []string{"up", "file", "copy", "url"} {
				o, err := s.Get(photos, key)
				require.NoError(t, err)
				assert.True(t, slices.Equal(data, o.Body), key)
			}
			ok, err := c.Object.IsExist(ctx, "none")
			require.NoError(t, err)
			assert.False(t, ok)
			ok, err = c.Bucket.IsExist(ctx)
			require.NoError(t, err)
			assert.True(t, ok)
			u := c.Object.GetObjectURL("a/b c")
			assert.Equal(t, "http://"+photos.Host()+"/a/b%20c", u.String())
			_, err = c.Object.PutSymlink(ctx, "link", &cossdk.ObjectPutSymlinkOptions{SymlinkTarget: "up"})
			assert.Equal(t, "NotImplemented", code(err))
		})
	}
}

// Many clients at once: each acknowledged change is told once, readers see whole objects, and lists are in order.
func TestManyAtOnce(t *testing.T) {
	for name, opts := range map[string][]costest.Option{"memory": nil, "directory": {costest.Dir(t.TempDir())}} {
		t.Run(name, func(t *testing.T) {
			s, _, rec := newServer(t, opts...)
			var wg sync.WaitGroup
			var mu sync.Mutex
			acked := map[string]int{}
			for w := range 8 {
				wg.Go(func() {
					c := s.Client(photos)
					for i := range 60 {
						key := fmt.Sprintf("k%d", i%10)
						text := strings.Repeat(fmt.Sprintf("%d.%d|", w, i), 200)
						if i%7 == 6 {
							if _, err := c.Object.Delete(ctx, key); err != nil {
								t.Error(err)
							}
							continue
						}
						resp, err := c.Object.Put(ctx, key, strings.NewReader(text), nil)
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						acked[resp.Header.Get("x-cos-request-id")]++
						mu.Unlock()
						resp, err = c.Object.Get(ctx, key, nil)
						if err != nil {
							if code(err) != "NoSuchKey" {
								t.Error(err)
							}
							continue
						}
						b, err := io.ReadAll(resp.Body)
						_ = resp.Body.Close()
						if err != nil || etag(string(b)) != resp.Header.Get("ETag") {
							t.Errorf("read %d bytes, %v", len(b), err)
						}
						list, _, err := c.Bucket.Get(ctx, nil)
						if err != nil || !slices.IsSortedFunc(list.Contents, func(a, b cossdk.Object) int { return strings.Compare(a.Key, b.Key) }) {
							t.Errorf("list: %v", err)
						}
					}
				})
			}
			wg.Wait()
			told := map[string]int{}
			for _, c := range rec.take() {
				if c.Type == event.TypeObjectCreatedPut {
					told[c.RequestID]++
				}
			}
			assert.Equal(t, acked, told)
		})
	}
}

func TestDirectAccess(t *testing.T) {
	s, _, rec := newServer(t)
	require.NoError(t, s.Put(photos, "k", []byte("x"), costest.ContentType("a/b"), costest.Metadata("Owner", "li")))
	o, err := s.Get(photos, "k")
	require.NoError(t, err)
	assert.Equal(t, "a/b", o.ContentType)
	assert.Equal(t, map[string]string{"owner": "li"}, o.Metadata)
	o.Body[0] = 'y'
	again, err := s.Get(photos, "k")
	require.NoError(t, err)
	assert.Equal(t, "x", string(again.Body), "what was returned is a copy")
	require.NoError(t, s.Delete(photos, "k"))
	require.NoError(t, s.Delete(photos, "k"))
	assert.Equal(t, []string{"Created:Put k", "Remove:Delete k"}, rec.types())
	_, err = s.Get(photos, "k")
	require.ErrorIs(t, err, &costest.Error{Code: "NoSuchKey"})
	var e *costest.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 404, e.Status)
	require.ErrorIs(t, s.Put(backup, "k", nil), &costest.Error{Code: "NoSuchBucket"})
	require.ErrorIs(t, s.Put(photos, strings.Repeat("k", 851), nil), &costest.Error{Code: "KeyTooLong"})
	require.ErrorIs(t, s.Put(photos, "k", nil, costest.StorageClass("GOLD")), &costest.Error{Code: "NotSupportedStorageClass"})
	assert.NotEmpty(t, (&costest.Error{}).Error())
	assert.Equal(t, []event.Bucket{photos}, s.Buckets())
	for _, bad := range []event.Bucket{{}, {Name: "UPPER", AppID: "1", Region: "ap-x"}, {Name: "-a", AppID: "1", Region: "ap-x"}, {Name: "a", AppID: "x", Region: "ap-x"},
		{Name: "a.b", AppID: "1", Region: "ap-x"}} {
		require.ErrorIs(t, s.CreateBucket(bad), &costest.Error{Code: "InvalidBucketName"}, bad)
	}
	require.ErrorIs(t, s.CreateBucket(event.Bucket{Name: strings.Repeat("a", 60), AppID: "1", Region: "ap-x"}), &costest.Error{Code: "BucketNameTooLong"})
	require.ErrorIs(t, s.CreateBucket(event.Bucket{Name: "a", AppID: "1", Region: "A_B"}), &costest.Error{Code: "InvalidRegionName"})
}

// fakeTB is a test that fails without ending.
type fakeTB struct{ failed string }

func (f *fakeTB) Helper()                           {}
func (f *fakeTB) Cleanup(func())                    {}
func (f *fakeTB) Fatalf(format string, args ...any) { f.failed = fmt.Sprintf(format, args...) }

func TestStartFails(t *testing.T) {
	var tb fakeTB
	assert.Nil(t, costest.NewServer(&tb, costest.WithAddr("256.0.0.1:1")))
	assert.Contains(t, tb.failed, "start the fake COS")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := costest.Start(costest.Dir(file))
	require.Error(t, err)
	var pe *os.PathError
	assert.True(t, errors.As(err, &pe))
}
