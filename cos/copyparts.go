package cos

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// maxParts is how many parts an upload can have.
const maxParts = 10_000

// copyParts copies an object by a multipart upload whose parts the service reads from the source.
func (o *Objects) copyParts(ctx context.Context, j copyJob, source http.Header) error {
	if err := o.keepTags(ctx, &j, source); err != nil {
		return err
	}
	j.header.Del("X-Cos-Metadata-Directive")
	j.header.Del("X-Cos-Tagging-Directive")
	var upload struct{ UploadId string }
	begin := exchange{method: http.MethodPost, url: j.address("uploads", ""), header: j.header, once: true}
	if err := o.run(ctx, j.to, begin, &upload); err != nil {
		return err
	}
	if upload.UploadId == "" {
		return j.to.fail(nil, errors.New("the answer names no UploadId"))
	}
	id := url.QueryEscape(upload.UploadId)
	parts, err := o.copyEach(ctx, j, id)
	if err == nil {
		err = o.complete(ctx, j, id, parts)
	}
	if err == nil {
		return nil
	}
	// Also when ctx has ended: what is left of an upload costs as objects do.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	abort := o.run(ctx, j.to, exchange{method: http.MethodDelete, url: j.address("uploadId="+id, "")}, nil)
	if abort != nil && !errors.Is(abort, ErrNotFound) { // not found: it is complete or gone already
		err = errors.Join(err, fmt.Errorf("parts are left behind in upload %s: %w", upload.UploadId, abort))
	}
	return err
}

// keepTags adds the source's tags to the headers: an upload has no directive to copy them.
func (o *Objects) keepTags(ctx context.Context, j *copyJob, source http.Header) error {
	if _, set := j.header[taggingHeader]; set || source.Get("X-Cos-Tagging-Count") == "" {
		return nil
	}
	tags, err := o.tags(ctx, j.from)
	if err != nil {
		return err
	}
	po := putOptions{header: j.header}
	Tags(tags)(&po)
	return nil
}

// address returns the destination's URL with a query.
func (j *copyJob) address(query, more string) *url.URL {
	u := objectURL(j.to.bucket, j.to.key, "")
	u.RawQuery = query + more
	return u
}

// uploaded is a part in the document CompleteMultipartUpload.
type uploaded struct {
	PartNumber int
	ETag       string
}

// copyEach copies the parts, several at a time, and stops at the first failure.
func (o *Objects) copyEach(ctx context.Context, j copyJob, id string) ([]uploaded, error) {
	size := max(o.copying.part, (j.info.Size+maxParts-1)/maxParts)
	parts := make([]uploaded, (j.info.Size+size-1)/size)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(o.copying.parallel, len(parts)) {
		workers.Go(func() {
			for i := range next {
				start := int64(i) * size
				etag, err := o.copyPart(ctx, j, id, i+1, start, min(start+size, j.info.Size)-1)
				if err != nil {
					stop(err)
				}
				parts[i] = uploaded{i + 1, etag}
			}
		})
	}
feed:
	for i := range parts {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	workers.Wait()
	if ctx.Err() != nil {
		err := context.Cause(ctx)
		var e *Error
		if !errors.As(err, &e) {
			err = j.to.fail(nil, err)
		}
		return nil, err
	}
	return parts, nil
}

func (o *Objects) copyPart(ctx context.Context, j copyJob, id string, n int, first, last int64) (etag string, err error) {
	x := exchange{method: http.MethodPut, url: j.address("uploadId="+id, fmt.Sprintf("&partNumber=%d", n)), header: http.Header{}}
	j.source(x.header)
	x.header.Set("X-Cos-Copy-Source-Range", fmt.Sprintf("bytes=%d-%d", first, last))
	var result copyResult
	if err := o.run(ctx, j.to, x, &result); err != nil {
		return "", j.blame(err)
	}
	if result.ETag == "" {
		return "", j.to.fail(nil, fmt.Errorf("the answer to part %d names no ETag", n))
	}
	return result.ETag, nil
}

// complete makes an object of the parts. A repeat after a lost answer finds no upload if the first try was done: then the object itself
// tells.
func (o *Objects) complete(ctx context.Context, j copyJob, id string, parts []uploaded) error {
	body, err := xml.Marshal(struct {
		XMLName xml.Name   `xml:"CompleteMultipartUpload"`
		Part    []uploaded `xml:"Part"`
	}{Part: parts})
	if err != nil {
		return j.to.fail(nil, err)
	}
	x := exchange{method: http.MethodPost, url: j.address("uploadId="+id, ""), body: body}
	if j.options.exclusive() {
		x.header = http.Header{"X-Cos-Forbid-Overwrite": {"true"}}
	}
	var result copyResult
	err = o.run(ctx, j.to, x, &result)
	var e *Error
	if errors.As(err, &e) && e.Code == "NoSuchUpload" {
		if o.isThere(ctx, j.to.bucket, j.to.key, j.info) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	return j.verify(result.CRC64)
}

// isThere reports whether a key holds content with a checksum.
func (o *Objects) isThere(ctx context.Context, b event.Bucket, key string, source *Info) bool {
	now, err := o.Stat(ctx, b, key)
	return err == nil && source.HasCRC64 && now.HasCRC64 && now.CRC64 == source.CRC64 && now.Size == source.Size
}
