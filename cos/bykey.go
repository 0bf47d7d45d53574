package cos

import (
	"context"
	"net/http"

	"github.com/cosevent/cosevent-go/event"
)

// OpenKey opens the object that a key holds now, or with [Version] one of its versions. Errors are those of [Objects.Open];
// [IfUnchanged] has nothing to compare with here and fails with ErrUnverifiable. Source: GET Object of the COS API.
func (o *Objects) OpenKey(ctx context.Context, b event.Bucket, key string, opts ...OpenOption) (*Reader, error) {
	t := target{op: "open", bucket: b, key: key}
	if err := t.check(); err != nil {
		return nil, err
	}
	return o.open(ctx, t, nil, opts)
}

// Stat asks about the object that a key holds now, whatever an event said: events come late and in no order. The errors are those of
// [Objects.Head]; ErrNotFound means that the key holds no object. Source: HEAD Object of the COS API.
func (o *Objects) Stat(ctx context.Context, b event.Bucket, key string) (*Info, error) {
	t := target{op: "stat", bucket: b, key: key}
	if err := t.check(); err != nil {
		return nil, err
	}
	info, _, err := o.head(ctx, t)
	return info, err
}

// Delete deletes the object that a key holds now; in a bucket with versioning it hides it behind a delete marker. A key that holds no
// object is not an error, as for the service. Delete is not repeated by itself: with versioning a repeat makes a second marker, and
// a second event. The error is ErrBucketNotFound or ErrDenied, in an [*Error]. Source: DELETE Object of the COS API.
func (o *Objects) Delete(ctx context.Context, b event.Bucket, key string) error {
	t := target{op: "delete", bucket: b, key: key}
	if err := t.check(); err != nil {
		return err
	}
	resp, err := o.do(ctx, newRequest(http.MethodDelete, objectURL(t.bucket, t.key, "")))
	if err != nil {
		return t.noAnswer(ctx, err)
	}
	if resp.StatusCode != http.StatusNoContent && resp.StatusCode != http.StatusOK {
		if failed := t.answer(resp); failed.kind != ErrNotFound {
			return failed
		}
		return nil
	}
	if err := t.foreign(resp); err != nil {
		return err
	}
	discard(resp.Body)
	return nil
}
