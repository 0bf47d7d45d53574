package cos

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// OpenOption sets how [Objects.Open] and [Objects.OpenKey] read.
type OpenOption func(*openOptions)

type openOptions struct {
	version   string
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

// Version opens that version, whatever the event names. An empty id changes nothing.
func Version(id string) OpenOption { return func(o *openOptions) { o.version = id } }

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
	return o.open(ctx, t, base, opts)
}

// open opens an object; base is what [IfUnchanged] compares with, nil if there is nothing.
func (o *Objects) open(ctx context.Context, t target, base *event.Base, opts []OpenOption) (*Reader, error) {
	var oo openOptions
	for _, opt := range opts {
		if opt != nil {
			opt(&oo)
		}
	}
	if oo.version != "" {
		t.version = oo.version
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
		if base == nil || base.Object.ETag == "" && base.Time.IsZero() {
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
	if err := t.foreign(resp); err != nil {
		return nil, err
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
	info, _, err := o.head(ctx, t)
	return info, err
}

func (o *Objects) head(ctx context.Context, t target) (*Info, http.Header, error) {
	resp, err := o.do(ctx, newRequest(http.MethodHead, objectURL(t.bucket, t.key, t.version)))
	if err != nil {
		return nil, nil, t.noAnswer(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		failed := t.answer(resp)
		if failed.Status == http.StatusNotFound && failed.Code == "" && o.bucketMissing(ctx, t.bucket) {
			failed.kind, failed.Code = ErrBucketNotFound, "NoSuchBucket"
		}
		return nil, nil, failed
	}
	if err := t.foreign(resp); err != nil {
		return nil, nil, err
	}
	discard(resp.Body)
	return newInfo(t, resp), resp.Header, nil
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
