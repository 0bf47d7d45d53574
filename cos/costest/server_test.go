package costest_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"hash/crc64"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/leak"
)

var (
	photos = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	backup = event.Bucket{Name: "backup", AppID: "1250000000", Region: "ap-shanghai"}
	ctx    = context.Background()
)

// recorder keeps what OnChange tells.
type recorder struct {
	mu  sync.Mutex
	all []costest.Change
}

func record(s *costest.Server) *recorder {
	r := &recorder{}
	s.OnChange(func(c costest.Change) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.all = append(r.all, c)
	})
	return r
}

// take returns what was told since the last call.
func (r *recorder) take() []costest.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.all
	r.all = nil
	return out
}

// types returns "Type key" of what was told since the last call.
func (r *recorder) types() []string {
	var out []string
	for _, c := range r.take() {
		out = append(out, strings.TrimPrefix(string(c.Type), "cos:Object")+" "+c.Key)
	}
	return out
}

// newServer starts a server with the bucket photos.
func newServer(t *testing.T, opts ...costest.Option) (*costest.Server, *cossdk.Client, *recorder) {
	t.Helper()
	leak.Check(t)
	s := costest.NewServer(t, opts...)
	require.NoError(t, s.CreateBucket(photos))
	return s, s.Client(photos), record(s)
}

// code returns the code of the service's error in err, "" if there is none.
func code(err error) string {
	var e *cossdk.ErrorResponse
	if errors.As(err, &e) {
		if e.Code == "" && e.Response != nil {
			return strconv.Itoa(e.Response.StatusCode)
		}
		return e.Code
	}
	return ""
}

func crc(b string) string {
	return strconv.FormatUint(crc64.Checksum([]byte(b), crc64.MakeTable(crc64.ECMA)), 10)
}

func etag(b string) string {
	sum := md5.Sum([]byte(b))
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func body(t *testing.T, resp *cossdk.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return string(b)
}

// put stores text under key with the official client.
func put(t *testing.T, c *cossdk.Client, key, text string) *cossdk.Response {
	t.Helper()
	resp, err := c.Object.Put(ctx, key, strings.NewReader(text), nil)
	require.NoError(t, err)
	return resp
}

func TestObjectThereAndBack(t *testing.T) {
	s, c, rec := newServer(t)
	meta := http.Header{"X-Cos-Meta-Owner": {"li"}}
	resp, err := c.Object.Put(ctx, "a b/+%/图.png", strings.NewReader("hello"), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{ContentType: "image/png", XCosMetaXXX: &meta, CacheControl: "no-store"},
	})
	require.NoError(t, err)
	assert.Equal(t, etag("hello"), resp.Header.Get("ETag"))
	assert.Equal(t, crc("hello"), resp.Header.Get("x-cos-hash-crc64ecma"))
	assert.Equal(t, "tencent-cos", resp.Header.Get("Server"))
	require.NotEmpty(t, resp.Header.Get("x-cos-request-id"))

	changes := rec.take()
	require.Len(t, changes, 1)
	got := changes[0]
	assert.Equal(t, event.TypeObjectCreatedPut, got.Type)
	assert.Equal(t, photos, got.Bucket)
	assert.Equal(t, "a b/+%/图.png", got.Key)
	assert.Equal(t, resp.Header.Get("x-cos-request-id"), got.RequestID)
	assert.Equal(t, map[string]string{"owner": "li"}, got.Metadata)
	assert.Equal(t, int64(5), got.Size)
	assert.Equal(t, "127.0.0.1", got.SourceIP)
	assert.Equal(t, costest.DefaultSecretID, got.CreatedBy)
	assert.Contains(t, got.Authorization, "q-sign-algorithm=sha1")

	resp, err = c.Object.Get(ctx, "a b/+%/图.png", nil)
	require.NoError(t, err)
	assert.Equal(t, "hello", body(t, resp))
	assert.Equal(t, "image/png", resp.Header.Get("Content-Type"))
	assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	assert.Equal(t, "li", resp.Header.Get("x-cos-meta-owner"))

	resp, err = c.Object.Head(ctx, "a b/+%/图.png", nil)
	require.NoError(t, err)
	assert.Equal(t, int64(5), resp.ContentLength)

	_, err = c.Object.Delete(ctx, "a b/+%/图.png")
	require.NoError(t, err)
	_, err = c.Object.Get(ctx, "a b/+%/图.png", nil)
	assert.Equal(t, "NoSuchKey", code(err))
	_, err = c.Object.Delete(ctx, "a b/+%/图.png")
	require.NoError(t, err, "deleting a missing key is no error")
	assert.Equal(t, []string{"Remove:Delete a b/+%/图.png"}, rec.types(), "and no event")
	assert.True(t, s.HasBucket(photos))
}

func TestRecord(t *testing.T) {
	_, c, rec := newServer(t)
	meta := http.Header{"X-Cos-Meta-Owner": {"li"}}
	resp, err := c.Object.Put(ctx, "2022/a b!.png", strings.NewReader("x"), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{ContentType: "image/png", XCosMetaXXX: &meta},
	})
	require.NoError(t, err)
	change := rec.take()[0]
	r := change.Record()
	assert.Equal(t, event.RecordBucket{AppID: "1250000000", CosRegion: "ap-guangzhou", Name: "photos", Region: "gz", S3Region: "ap-guangzhou"}, r.COS.Bucket)
	assert.Equal(t, "/1250000000/photos/2022/a b!.png", r.COS.Object.Key)
	assert.Equal(t, "http://photos-1250000000.cos.ap-guangzhou.myqcloud.com/2022/a%20b%21.png", r.COS.Object.URL)
	assert.Equal(t, map[string]string{
		"Content-Type": "image/png", "ETag": etag("x"), "x-cos-meta-owner": "li", "x-cos-storage-class": "Standard",
		"x-cos-request-id": resp.Header.Get("x-cos-request-id"),
	}, r.COS.Object.Meta.Map())
	assert.Equal(t, "unkown", r.COS.NotificationID)
	assert.Equal(t, "cos:ObjectCreated:Put", r.Event.Name)
	assert.Zero(t, r.Event.ReqID)
	assert.Equal(t, "127.0.0.1", r.Event.RequestParameters.SourceIP)
	assert.Equal(t, change.Authorization, r.Event.RequestParameters.Headers.Fields().Get("Authorization"))

	old := change.Record(costest.Shape2019(), costest.WildcardName())
	assert.Empty(t, old.COS.Bucket.CosRegion+old.COS.Bucket.S3Region)
	assert.NotContains(t, old.COS.Object.Meta.Map(), "ETag")
	assert.NotZero(t, old.Event.ReqID)
	assert.Equal(t, "cos:ObjectCreated:*", old.Event.Name)
	assert.NotContains(t, change.String(), "q-signature")

	payload, err := event.Encode(event.Notification{Records: []event.Record{r}})
	require.NoError(t, err)
	events, err := event.Decode(payload, event.Strict())
	require.NoError(t, err)
	require.IsType(t, &event.ObjectCreatedPut{}, events[0])
	base := events[0].Common()
	assert.Equal(t, "2022/a b!.png", base.Object.Key)
	assert.Equal(t, photos, base.Bucket)
}

func TestBucketLife(t *testing.T) {
	s := costest.NewServer(t)
	c := s.Client(photos)
	_, err := c.Bucket.Head(ctx)
	assert.Equal(t, "404", code(err))
	_, err = c.Bucket.Put(ctx, nil)
	require.NoError(t, err)
	_, err = c.Bucket.Put(ctx, nil)
	assert.Equal(t, "BucketAlreadyOwnedByYou", code(err))
	other := photos
	other.Region = "ap-beijing"
	_, err = s.Client(other).Bucket.Put(ctx, nil)
	assert.Equal(t, "BucketAlreadyExists", code(err))
	_, err = s.Client(other).Object.Get(ctx, "k", nil)
	assert.Equal(t, "NoSuchBucket", code(err), "the wrong region is no bucket")
	_, err = s.Client(event.Bucket{Name: "x", AppID: "1259999999", Region: "ap-beijing"}).Bucket.Put(ctx, nil)
	assert.Equal(t, "AccessDenied", code(err), "another account's bucket")
	resp, err := c.Bucket.Head(ctx)
	require.NoError(t, err)
	assert.Equal(t, "ap-guangzhou", resp.Header.Get("x-cos-bucket-region"))
	loc, _, err := c.Bucket.GetLocation(ctx)
	require.NoError(t, err)
	assert.Equal(t, "ap-guangzhou", loc.Location)

	require.NoError(t, s.CreateBucket(backup))
	list, _, err := c.Service.Get(ctx)
	require.NoError(t, err)
	require.Len(t, list.Buckets, 2)
	assert.Equal(t, "backup-1250000000", list.Buckets[0].Name)
	assert.Equal(t, "ap-shanghai", list.Buckets[0].Region)

	put(t, c, "k", "v")
	_, err = c.Bucket.Delete(ctx)
	assert.Equal(t, "BucketNotEmpty", code(err))
	_, err = c.Object.Delete(ctx, "k")
	require.NoError(t, err)
	_, err = c.Bucket.Delete(ctx)
	require.NoError(t, err)
	assert.False(t, s.HasBucket(photos))
	_, err = c.Object.Put(ctx, "k", strings.NewReader("v"), nil)
	assert.Equal(t, "NoSuchBucket", code(err))
}

func TestMultipart(t *testing.T) {
	_, c, rec := newServer(t)
	init, _, err := c.Object.InitiateMultipartUpload(ctx, "big", nil)
	require.NoError(t, err)
	parts := []string{strings.Repeat("a", 1<<20), strings.Repeat("b", 1<<20), "tail"}
	var done cossdk.CompleteMultipartUploadOptions
	var sums []byte
	for i, p := range parts {
		resp, err := c.Object.UploadPart(ctx, "big", init.UploadID, i+1, strings.NewReader(p), nil)
		require.NoError(t, err)
		assert.Equal(t, etag(p), resp.Header.Get("ETag"))
		sum := md5.Sum([]byte(p))
		sums = append(sums, sum[:]...)
		done.Parts = append(done.Parts, cossdk.Object{PartNumber: i + 1, ETag: resp.Header.Get("ETag")})
	}
	listed, _, err := c.Object.ListParts(ctx, "big", init.UploadID, &cossdk.ObjectListPartsOptions{MaxParts: "2"})
	require.NoError(t, err)
	assert.True(t, listed.IsTruncated)
	assert.Equal(t, "2", listed.NextPartNumberMarker)
	uploads, _, err := c.Bucket.ListMultipartUploads(ctx, nil)
	require.NoError(t, err)
	require.Len(t, uploads.Uploads, 1)
	assert.Empty(t, rec.take(), "nothing is made yet")

	wrong := done
	wrong.Parts = []cossdk.Object{done.Parts[1], done.Parts[0]}
	_, _, err = c.Object.CompleteMultipartUpload(ctx, "big", init.UploadID, &wrong)
	assert.Equal(t, "InvalidPartOrder", code(err))
	wrong.Parts = []cossdk.Object{{PartNumber: 1, ETag: etag("no")}}
	_, _, err = c.Object.CompleteMultipartUpload(ctx, "big", init.UploadID, &wrong)
	assert.Equal(t, "InvalidPart", code(err))
	wrong.Parts = []cossdk.Object{{PartNumber: 3, ETag: etag("tail")}, {PartNumber: 4, ETag: etag("x")}}
	_, _, err = c.Object.CompleteMultipartUpload(ctx, "big", init.UploadID, &wrong)
	assert.Equal(t, "EntityTooSmall", code(err))

	whole := strings.Join(parts, "")
	res, resp, err := c.Object.CompleteMultipartUpload(ctx, "big", init.UploadID, &done)
	require.NoError(t, err)
	sum := md5.Sum(sums)
	assert.Equal(t, `"`+hex.EncodeToString(sum[:])+`-3"`, res.ETag)
	assert.Equal(t, crc(whole), resp.Header.Get("x-cos-hash-crc64ecma"), "of the whole, from the parts' own")
	assert.Equal(t, []string{"Created:CompleteMultipartUpload big"}, rec.types())
	got, err := c.Object.Get(ctx, "big", &cossdk.ObjectGetOptions{Range: "bytes=1048570-2097160"})
	require.NoError(t, err)
	assert.Equal(t, whole[1048570:2097156], body(t, got))
	_, err = c.Object.AbortMultipartUpload(ctx, "big", init.UploadID)
	assert.Equal(t, "NoSuchUpload", code(err))
	uploads, _, err = c.Bucket.ListMultipartUploads(ctx, nil)
	require.NoError(t, err)
	assert.Empty(t, uploads.Uploads)
	assert.Empty(t, rec.take())
}

func TestListPages(t *testing.T) {
	s, c, _ := newServer(t)
	for _, k := range []string{"a", "a/1", "a/2", "a//3", "b/1", "c", "中/1", "中/2", "~"} {
		require.NoError(t, s.Put(photos, k, []byte("x")))
	}
	var got []string
	marker, pages := "", 0
	for more := true; more; pages++ {
		res, _, err := c.Bucket.Get(ctx, &cossdk.BucketGetOptions{Delimiter: "/", MaxKeys: 2, Marker: marker})
		require.NoError(t, err)
		require.LessOrEqual(t, len(res.Contents)+len(res.CommonPrefixes), 2)
		for _, o := range res.Contents {
			got = append(got, o.Key)
			assert.Equal(t, etag("x"), o.ETag)
		}
		got = append(got, res.CommonPrefixes...)
		marker, more = res.NextMarker, res.IsTruncated
	}
	slices.Sort(got)
	assert.Equal(t, []string{"a", "a/", "b/", "c", "~", "中/"}, got)
	assert.Equal(t, 3, pages)
	res, _, err := c.Bucket.Get(ctx, &cossdk.BucketGetOptions{Prefix: "中/", EncodingType: "url"})
	require.NoError(t, err)
	require.Len(t, res.Contents, 2)
	assert.Equal(t, "%E4%B8%AD/1", res.Contents[0].Key)
}

func TestVersions(t *testing.T) {
	s, c, rec := newServer(t)
	put(t, c, "k", "zero")
	_, err := c.Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Enabled"})
	require.NoError(t, err)
	v1 := put(t, c, "k", "one").Header.Get("x-cos-version-id")
	v2 := put(t, c, "k", "two").Header.Get("x-cos-version-id")
	require.NotEmpty(t, v1)
	require.NotEqual(t, v1, v2)
	resp, err := c.Object.Delete(ctx, "k")
	require.NoError(t, err)
	marker := resp.Header.Get("x-cos-version-id")
	assert.Equal(t, "true", resp.Header.Get("x-cos-delete-marker"))
	_, err = c.Object.Get(ctx, "k", nil)
	assert.Equal(t, "NoSuchKey", code(err))
	for v, want := range map[string]string{v1: "one", v2: "two", "null": "zero"} {
		got, err := c.Object.Get(ctx, "k", nil, v)
		require.NoError(t, err)
		assert.Equal(t, want, body(t, got))
	}
	list, _, err := c.Bucket.GetObjectVersions(ctx, &cossdk.BucketGetObjectVersionsOptions{MaxKeys: 3})
	require.NoError(t, err)
	require.Len(t, list.Version, 2)
	require.Len(t, list.DeleteMarker, 1)
	assert.True(t, list.IsTruncated)
	list, _, err = c.Bucket.GetObjectVersions(ctx, &cossdk.BucketGetObjectVersionsOptions{KeyMarker: list.NextKeyMarker, VersionIdMarker: list.NextVersionIdMarker})
	require.NoError(t, err)
	require.Len(t, list.Version, 1)
	assert.Equal(t, "null", list.Version[0].VersionId)
	rec.take()
	_, err = c.Object.Delete(ctx, "k", &cossdk.ObjectDeleteOptions{VersionId: marker})
	require.NoError(t, err)
	got := rec.take()
	require.Len(t, got, 1)
	assert.Equal(t, event.TypeObjectRemoveDelete, got[0].Type)
	assert.Equal(t, marker, got[0].VersionID)
	o, err := s.Get(photos, "k")
	require.NoError(t, err)
	assert.Equal(t, "two", string(o.Body))

	_, err = c.Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Suspended"})
	require.NoError(t, err)
	assert.Empty(t, put(t, c, "k", "three").Header.Get("x-cos-version-id"))
	_, err = c.Object.Delete(ctx, "k")
	require.NoError(t, err)
	assert.Equal(t, []string{"Created:Put k", "Remove:DeleteMarkerCreated k"}, rec.types())
	all, err := s.ListVersions(photos, "")
	require.NoError(t, err)
	require.Len(t, all, 3, "the null version gave way")
	assert.True(t, all[0].DeleteMarker)
}

func TestDeleteMany(t *testing.T) {
	s, c, rec := newServer(t)
	for _, k := range []string{"a", "b&<c>", "d"} {
		require.NoError(t, s.Put(photos, k, nil))
	}
	rec.take()
	res, _, err := c.Object.DeleteMulti(ctx, &cossdk.ObjectDeleteMultiOptions{Objects: []cossdk.Object{{Key: "a"}, {Key: "b&<c>"}, {Key: "missing"}}})
	require.NoError(t, err)
	assert.Len(t, res.DeletedObjects, 3)
	assert.Equal(t, []string{"Remove:Delete a", "Remove:Delete b&<c>"}, rec.types(), "one for each key that was there")
	keys, err := s.Keys(photos, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"d"}, keys)
	_, _, err = c.Object.DeleteMulti(ctx, &cossdk.ObjectDeleteMultiOptions{Objects: make([]cossdk.Object, 1001)})
	assert.Equal(t, "MalformedXML", code(err))
}

func TestLargeBodies(t *testing.T) {
	_, c, _ := newServer(t)
	for _, n := range []int{0, 1, 4095, 64 << 10, 1<<20 + 1, 9 << 20} {
		data := bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n]
		put(t, c, "big", string(data)) // the client checks the CRC
		resp, err := c.Object.Get(ctx, "big", nil)
		require.NoError(t, err)
		assert.Equal(t, string(data), body(t, resp))
	}
}
