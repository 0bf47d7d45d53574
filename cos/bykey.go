package cos

import (
	"context"
	"net/http"

	"github.com/cosevent/cosevent-go/event"
)

// Stat asks about the object that a key holds now, whatever an event said: events come late and in no order. The errors are those of
// [Objects.Head]; ErrNotFound means that the key holds none. Source: HEAD Object of the COS API.
func (o *Objects) Stat(ctx context.Context, b event.Bucket, key string) (*Info, error) {
	t := target{op: "stat", bucket: b, key: key}
	if err := t.check(); err != nil {
		return nil, err
	}
	return o.head(ctx, t)
}

// Delete deletes the object that a key holds now; in a bucket with versioning it hides it behind a delete marker. A key that holds
// none is no error, as for the service. Delete is not repeated by itself: with versioning a repeat makes a second marker, and a
// second event. The error is ErrBucketNotFound or ErrDenied, in an [*Error]. Source: DELETE Object of the COS API.
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
	discard(resp.Body)
	return nil
}
