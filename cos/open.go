package cos

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// Info is what the service says about an object.
type Info struct {
	Bucket event.Bucket
	Key    string
	// VersionID is empty in a bucket that never had versioning.
	VersionID string
	// Size is that of the whole object in bytes, also when only a range is read; -1 if not told.
	Size int64
	// ETag has its quotes, as on the wire. It is an MD5 only for objects written in one piece.
	ETag         string
	ContentType  string
	StorageClass string    // "STANDARD" where the service names none
	LastModified time.Time // UTC, to the second; zero if not told
	// Metadata holds the x-cos-meta-* headers, prefix cut, names in lower case.
	Metadata map[string]string
	// CRC64 is the checksum of the whole object (CRC-64/ECMA); HasCRC64 says whether it was told.
	CRC64    uint64
	HasCRC64 bool
	// RequestID is that of the request that asked.
	RequestID string
}

const metaPrefix = "X-Cos-Meta-"

func newInfo(t target, resp *http.Response) *Info {
	h := resp.Header
	info := &Info{
		Bucket: t.bucket, Key: t.key,
		VersionID: h.Get("X-Cos-Version-Id"), Size: resp.ContentLength, ETag: h.Get("Etag"), ContentType: h.Get("Content-Type"),
		StorageClass: h.Get("X-Cos-Storage-Class"), RequestID: h.Get("X-Cos-Request-Id"), Metadata: map[string]string{},
	}
	if info.StorageClass == "" {
		info.StorageClass = "STANDARD"
	}
	if at, err := http.ParseTime(h.Get("Last-Modified")); err == nil {
		info.LastModified = at.UTC()
	}
	if crc, err := strconv.ParseUint(h.Get("X-Cos-Hash-Crc64ecma"), 10, 64); err == nil {
		info.CRC64, info.HasCRC64 = crc, true
	}
	for name, values := range h {
		if cut, ok := strings.CutPrefix(name, metaPrefix); ok && len(values) > 0 {
			info.Metadata[strings.ToLower(cut)] = values[0]
		}
	}
	if _, size, ok := contentRange(h.Get("Content-Range")); ok {
		info.Size = size
	}
	return info
}

// contentRange reads "bytes 5-9/100": where it starts, and the size of the whole (-1 for "*").
func contentRange(s string) (start, size int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	if !ok {
		return 0, 0, false
	}
	span, total, ok := strings.Cut(s, "/")
	if !ok {
		return 0, 0, false
	}
	first, _, ok := strings.Cut(span, "-")
	if !ok {
		return 0, 0, false
	}
	start, err := strconv.ParseInt(first, 10, 64)
	if err != nil || start < 0 {
		return 0, 0, false
	}
	if total == "*" {
		return start, -1, true
	}
	size, err = strconv.ParseInt(total, 10, 64)
	if err != nil || size <= start {
		return 0, 0, false
	}
	return start, size, true
}

// OpenOption says how Open reads.
type OpenOption func(*openOptions)

type openOptions struct {
	unchanged bool
	latest    bool
	ranged    bool
	offset    int64
	length    int64
}

// IfUnchanged makes Open fail with [ErrChanged] if the object was overwritten since the event. It compares the ETag where the
// event has one (events since about 2022 do). Else it compares the size, and the time of the last change with that of the
// event, to the second: an overwrite within the same second by content of the same size is not noticed. An event that names a
// version needs no comparison, for a version does not change. Without any of these Open fails with [ErrUnverifiable].
func IfUnchanged() OpenOption { return func(o *openOptions) { o.unchanged = true } }

// Latest opens the current version even if the event names another one.
func Latest() OpenOption { return func(o *openOptions) { o.latest = true } }

// Range reads length bytes from offset; a negative length means up to the end. The service answers 416 if the object is not
// longer than offset. The CRC64 of a range cannot be checked.
func Range(offset, length int64) OpenOption {
	return func(o *openOptions) { o.ranged, o.offset, o.length = true, offset, length }
}

func (o openOptions) header() (string, error) {
	switch {
	case !o.ranged:
		return "", nil
	case o.offset < 0 || o.length == 0:
		return "", fmt.Errorf("range of %d bytes at %d", o.length, o.offset)
	case o.length < 0:
		return fmt.Sprintf("bytes=%d-", o.offset), nil
	}
	return fmt.Sprintf("bytes=%d-%d", o.offset, o.offset+o.length-1), nil
}

// Open opens the object an event speaks of: exactly the version the event names, else the current one. Close the [Reader]. The
// context covers the reading too. Nothing is buffered.
//
// The error is ErrNotFound if the object is gone, ErrBucketNotFound, ErrChanged (with [IfUnchanged]), ErrArchived or ErrDenied,
// in an [*Error]. After an event of removal ErrNotFound is what to expect, but a new object of that key may be there by now.
// Source: GET Object of the COS API.
func (o *Objects) Open(ctx context.Context, e event.Event, opts ...OpenOption) (*Reader, error) {
	base, t, err := of("open", e)
	if err != nil {
		return nil, err
	}
	var oo openOptions
	for _, opt := range opts {
		opt(&oo)
	}
	if oo.latest {
		t.version = ""
	}
	rng, err := oo.header()
	if err != nil {
		return nil, t.fail(nil, err)
	}
	req := newRequest(http.MethodGet, objectURL(t.bucket, t.key, t.version))
	if rng != "" {
		req.Header.Set("Range", rng)
	}
	compare := oo.unchanged && t.version == ""
	if compare {
		if base.Object.ETag == "" && base.Time.IsZero() {
			return nil, t.fail(ErrUnverifiable, nil)
		}
		if base.Object.ETag != "" {
			req.Header.Set("If-Match", quoted(base.Object.ETag))
		}
	}
	resp, err := o.do(ctx, req)
	if err != nil {
		return nil, t.noAnswer(ctx, err)
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent {
		return nil, t.answer(resp)
	}
	info := newInfo(t, resp)
	if compare && changed(base, info) {
		discard(resp.Body)
		return nil, t.fail(ErrChanged, nil)
	}
	return newReader(ctx, o, t, oo, info, resp)
}

// Head asks about the object an event speaks of: exactly the version the event names, else the current one. Errors are those
// of [Objects.Open]; to tell a missing bucket from a missing object it asks for the bucket too, and without leave to do so it
// says ErrNotFound. Source: HEAD Object of the COS API.
func (o *Objects) Head(ctx context.Context, e event.Event) (*Info, error) {
	_, t, err := of("head", e)
	if err != nil {
		return nil, err
	}
	return o.head(ctx, t)
}

func (o *Objects) head(ctx context.Context, t target) (*Info, error) {
	resp, err := o.do(ctx, newRequest(http.MethodHead, objectURL(t.bucket, t.key, t.version)))
	if err != nil {
		return nil, t.noAnswer(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		failed := t.answer(resp)
		if failed.Status == http.StatusNotFound && failed.Code == "" && o.bucketMissing(ctx, t.bucket) {
			failed.kind, failed.Code = ErrBucketNotFound, "NoSuchBucket"
		}
		return nil, failed
	}
	discard(resp.Body)
	return newInfo(t, resp), nil
}

// bucketMissing asks because the answer to HEAD has no body to hold a code.
func (o *Objects) bucketMissing(ctx context.Context, b event.Bucket) bool {
	u := objectURL(b, "", "")
	resp, err := o.do(ctx, newRequest(http.MethodHead, u))
	if err != nil {
		return false
	}
	discard(resp.Body)
	return resp.StatusCode == http.StatusNotFound
}

// changed says whether the object that was answered is another one than the event's.
func changed(base *event.Base, info *Info) bool {
	if base.Object.ETag != "" && info.ETag != "" {
		return bare(base.Object.ETag) != bare(info.ETag)
	}
	if base.Object.Size > 0 && info.Size >= 0 && base.Object.Size != info.Size {
		return true
	}
	return !info.LastModified.IsZero() && !base.Time.IsZero() && info.LastModified.After(base.Time.Truncate(time.Second))
}

func bare(etag string) string   { return strings.Trim(etag, `"`) }
func quoted(etag string) string { return `"` + bare(etag) + `"` }
