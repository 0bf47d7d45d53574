package cos

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// Copy copies an object inside the service: none of its content comes through this process. The object is asked about first, and the
// copy is made of exactly what was found: if the source is overwritten meanwhile, Copy fails with ErrChanged. Objects over 5 GB are
// copied in parts, several at a time, on which the bucket reports an event CompleteMultipartUpload instead of Copy; if that fails,
// the parts are removed. The CRC64 of the copy is compared with that of the source.
//
// Metadata, Content-Type, Cache-Control and the other headers that describe the content are kept, and so are tags; an option replaces
// what it names and nothing else. So [Metadata] replaces the metadata, [ContentType] the type, [Tags] the tags, and [Mark] adds a mark
// beside the metadata that is kept. A mark that the source has survives Metadata too. Storage class, encryption and ACL do not come
// along, as for the service: the copy is STANDARD unless [StorageClass] says otherwise. [FromVersion] and [FromETag] say what to copy.
//
// Failures are repeated as those of [Objects.Put] with a reader that seeks. An object cannot be copied onto itself without an option
// that changes something.
//
// The error is ErrNotFound or ErrBucketNotFound (of the source or the destination: see Error.Bucket and Error.Code), ErrChanged,
// ErrArchived, ErrExists (with [ForbidOverwrite]), ErrDenied or ErrCorrupt, in an [*Error]. Sources: PUT Object - Copy and Upload Part
// - Copy of the COS API.
func (o *Objects) Copy(ctx context.Context, from event.Bucket, key string, to event.Bucket, toKey string, opts ...PutOption) error {
	_, err := o.copy(ctx, from, key, to, toKey, opts)
	return err
}

// Move copies an object as [Objects.Copy] does and then deletes the source; in a bucket with versioning the source is hidden behind a
// delete marker. If the source was overwritten meanwhile, Move fails with ErrChanged and leaves both. An overwrite in the instant
// between that look and the deletion is lost: the service has no conditional deletion. Move takes no FromVersion. If the deletion
// fails the copy stays, and a repeat of Move is harmless.
func (o *Objects) Move(ctx context.Context, from event.Bucket, key string, to event.Bucket, toKey string, opts ...PutOption) error {
	t := target{op: "move", bucket: from, key: key}
	if from == to && key == toKey {
		return t.fail(nil, errors.New("the destination is the source"))
	}
	if po, err := newPutOptions(opts); err == nil && po.fromVersion != "" {
		return t.fail(nil, errors.New("FromVersion is an option of Copy, not of Move"))
	}
	copied, err := o.copy(ctx, from, key, to, toKey, opts)
	if err != nil {
		return err
	}
	now, err := o.Stat(ctx, from, key)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil // somebody else deleted it
	case err != nil:
		return err
	case bare(now.ETag) != bare(copied.ETag) || now.VersionID != copied.VersionID:
		return t.fail(ErrChanged, nil)
	}
	return o.Delete(ctx, from, key)
}

// copyLimits say when and how an object is copied in parts.
type copyLimits struct {
	single   int64 // bytes that one request copies at most
	part     int64 // bytes of a part, more if there would be too many parts
	parallel int   // parts copied at a time
}

var defaultCopyLimits = copyLimits{single: maxPut, part: 512 << 20, parallel: 8}

// copyJob is one object on its way to another place.
type copyJob struct {
	from, to target
	info     *Info       // of the source
	header   http.Header // of the request that makes the destination
	options  putOptions
}

func (o *Objects) copy(ctx context.Context, from event.Bucket, key string, to event.Bucket, toKey string, opts []PutOption) (*Info, error) {
	j := copyJob{from: target{op: "copy", bucket: from, key: key}, to: target{op: "copy", bucket: to, key: toKey}}
	if err := errors.Join(j.from.check(), j.to.check()); err != nil {
		return nil, err
	}
	var err error
	if j.options, err = newPutOptions(opts); err != nil {
		return nil, j.to.fail(nil, err)
	}
	if j.options.size >= 0 {
		return nil, j.to.fail(nil, errors.New("a copy takes no Size"))
	}
	j.from.version = j.options.fromVersion
	info, header, err := o.head(ctx, j.from)
	if err != nil {
		return nil, err
	}
	if want := j.options.fromETag; want != "" && bare(want) != bare(info.ETag) {
		return nil, j.from.fail(ErrChanged, nil)
	}
	j.info = info
	inParts := info.Size > o.copying.single
	j.header = j.headers(header, inParts)
	if inParts {
		return info, o.copyParts(ctx, j, header)
	}
	var result copyResult
	x := exchange{method: http.MethodPut, url: objectURL(to, toKey, ""), header: j.header, once: j.options.exclusive()}
	j.source(x.header)
	if err := o.run(ctx, j.to, x, &result); err != nil {
		return nil, j.blame(err)
	}
	return info, j.verify(result.CRC64)
}

// copyResult is the document CopyObjectResult or CompleteMultipartUploadResult.
type copyResult struct {
	ETag  string
	CRC64 string
}

// describing are the headers that describe the content of an object and come along in a copy, beside the metadata.
var describing = []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"}

// headers returns those of the request that makes the destination. The service keeps all that describes the source or nothing of it; to
// keep part of it, that part is sent.
func (j *copyJob) headers(source http.Header, inParts bool) http.Header {
	h := j.options.header.Clone()
	if _, tagged := h[taggingHeader]; tagged {
		h.Set("X-Cos-Tagging-Directive", "Replaced")
	}
	replaces := j.options.replaceMeta
	for name := range h {
		replaces = replaces || strings.HasPrefix(name, metaPrefix)
	}
	for _, name := range describing {
		replaces = replaces || h.Get(name) != ""
	}
	if !replaces && !inParts { // an upload in parts never takes them from the source
		return h
	}
	h.Set("X-Cos-Metadata-Directive", "Replaced")
	for name, values := range source {
		isMeta := strings.HasPrefix(name, metaPrefix)
		if isMeta && j.options.replaceMeta && !strings.EqualFold(name, metaPrefix+event.LoopMark) {
			continue
		}
		if _, set := h[name]; !set && isMeta {
			h[name] = values
		}
	}
	for _, name := range describing {
		if v := source.Get(name); v != "" && h.Get(name) == "" {
			h.Set(name, v)
		}
	}
	return h
}

// source adds what names the source, as it was found.
func (j *copyJob) source(h http.Header) {
	text := j.from.bucket.Host() + "/" + encodeKey(j.from.key)
	if j.from.version != "" {
		text += "?" + encodeQuery(url.Values{"versionId": {j.from.version}})
	}
	h.Set("X-Cos-Copy-Source", text)
	if j.info.ETag != "" {
		h.Set("X-Cos-Copy-Source-If-Match", quoted(j.info.ETag))
	}
}

// blame puts an error about the source, which the service reports at the destination, in the source's name.
func (j *copyJob) blame(err error) error {
	var e *Error
	if errors.As(err, &e) && (e.kind == ErrNotFound || e.kind == ErrChanged || e.kind == ErrArchived) {
		e.Bucket, e.Key, e.VersionID = j.from.bucket, j.from.key, j.from.version
	}
	return err
}

// verify compares the checksum of the copy, if it was told, with that of the source.
func (j *copyJob) verify(crc string) error {
	n, err := strconv.ParseUint(crc, 10, 64)
	if err == nil && j.info.HasCRC64 && n != j.info.CRC64 {
		return j.to.fail(ErrCorrupt, fmt.Errorf("CRC64 is %d, that of the source %d", n, j.info.CRC64))
	}
	return nil
}
