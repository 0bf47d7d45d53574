package cos

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// ListOption sets how [Objects.List] lists.
type ListOption func(*listOptions)

type listOptions struct {
	after string
	page  int
}

// After lists only keys behind this one, in the order of their bytes. The key need not exist.
func After(key string) ListOption { return func(o *listOptions) { o.after = key } }

// PageSize sets how many objects are asked for at a time, 1 to 1,000; the default is 1,000.
func PageSize(n int) ListOption { return func(o *listOptions) { o.page = n } }

// List yields the objects whose keys begin with prefix, in the order of the keys' bytes, folder markers ("dir/") included. Pages are
// asked for as they are needed; nothing else is kept. An Info from a list has key, size, ETag, storage class and time of the last
// change; it has neither Content-Type nor metadata, CRC64 or version.
//
// What is written or deleted meanwhile may or may not be among them. A page that fails is repeated as any read is; then the error, such
// as ErrBucketNotFound or ErrDenied in an [*Error], is yielded with a nil Info, and the list ends. Source: GET Bucket (List Objects) of
// the COS API.
func (o *Objects) List(ctx context.Context, b event.Bucket, prefix string, opts ...ListOption) iter.Seq2[*Info, error] {
	t := target{op: "list", bucket: b, key: prefix}
	lo := listOptions{page: 1000}
	for _, opt := range opts {
		if opt != nil {
			opt(&lo)
		}
	}
	return func(yield func(*Info, error) bool) {
		if err := t.checkList(lo); err != nil {
			yield(nil, err)
			return
		}
		for marker := lo.after; ; {
			infos, next, err := o.page(ctx, t, marker, lo.page)
			for _, info := range infos {
				if !yield(info, nil) {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if next == "" {
				return
			}
			marker = next
		}
	}
}

func (t target) checkList(lo listOptions) error {
	if err := checkBucket(t.bucket); err != nil {
		return t.fail(nil, err)
	}
	if lo.page < 1 || lo.page > 1000 {
		return t.fail(nil, fmt.Errorf("the page size is %d: want 1 to 1000", lo.page))
	}
	return nil
}

// listing is the document ListBucketResult, keys percent-encoded.
type listing struct {
	XMLName     struct{} `xml:"ListBucketResult"`
	IsTruncated bool
	NextMarker  string
	Contents    []struct {
		Key, ETag, LastModified, StorageClass string
		Size                                  int64
	}
}

// page returns the objects behind a marker, and the marker for the next page, empty at the end.
func (o *Objects) page(ctx context.Context, t target, marker string, size int) (infos []*Info, next string, err error) {
	u := objectURL(t.bucket, "", "")
	u.RawQuery = encodeQuery(url.Values{
		"prefix": {t.key}, "marker": {marker}, "max-keys": {strconv.Itoa(size)},
		"encoding-type": {"url"}, // XML cannot hold every key
	})
	var doc listing
	if err := o.run(ctx, t, exchange{method: http.MethodGet, url: u}, &doc); err != nil {
		return nil, "", err
	}
	for _, c := range doc.Contents {
		key, err := url.PathUnescape(c.Key)
		if err != nil {
			return infos, "", t.fail(nil, fmt.Errorf("the service lists the key %q, which is not percent-encoded", c.Key))
		}
		info := &Info{Bucket: t.bucket, Key: key, Size: c.Size, ETag: c.ETag, StorageClass: c.StorageClass}
		if info.StorageClass == "" {
			info.StorageClass = "STANDARD"
		}
		if at, err := time.Parse(time.RFC3339, c.LastModified); err == nil {
			info.LastModified = at.UTC()
		}
		infos = append(infos, info)
		next = key
	}
	if !doc.IsTruncated {
		return infos, "", nil
	}
	if doc.NextMarker != "" {
		if next, err = url.PathUnescape(doc.NextMarker); err != nil {
			return infos, "", t.fail(nil, fmt.Errorf("the service gives the marker %q, which is not percent-encoded", doc.NextMarker))
		}
	}
	if next <= marker {
		return infos, "", t.fail(nil, errors.New("the service says that there is more, but not where"))
	}
	return infos, next, nil
}
