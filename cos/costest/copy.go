package costest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/coshost"
)

// source is what x-cos-copy-source names.
type source struct {
	b            *bucket
	key, version string
	o            *object
}

// parseSource reads "photos-1250000000.cos.ap-guangzhou.myqcloud.com/key?versionId=v", the key percent-encoded.
func parseSource(text string) (to coshost.Host, key, version string, err error) {
	text = strings.TrimPrefix(text, "/")
	host, path, ok := strings.Cut(text, "/")
	if !ok || path == "" {
		return coshost.Host{}, "", "", errInvalidCopySource
	}
	if to, ok = coshost.Parse(host); !ok || to.Bucket == "" {
		return coshost.Host{}, "", "", errInvalidCopySource
	}
	path, raw, _ := strings.Cut(path, "?")
	if key, ok = unescape(path, false); !ok || key == "" {
		return coshost.Host{}, "", "", errInvalidCopySource
	}
	q, err := parseQuery(raw)
	if err != nil {
		return coshost.Host{}, "", "", errInvalidCopySource
	}
	return to, key, q.version(), nil
}

// copySource finds the object that a copy reads and checks the conditions on it.
func (c *call) copySource() (source, error) {
	h := c.r.Header
	to, key, version, err := parseSource(first(h, "X-Cos-Copy-Source"))
	if err != nil {
		return source{}, err
	}
	b, err := c.s.bucket(to.Bucket, to.Region)
	if err != nil {
		return source{}, errNoSuchCopySource
	}
	o, err := b.lookup(key, version)
	if err == errNoSuchKey || err == errNoSuchVersion {
		return source{}, errNoSuchCopySource
	}
	if err != nil {
		return source{}, err
	}
	if err := sameCustomerKey(h, "X-Cos-Copy-Source-Server-Side-Encryption-Customer-", o); err != nil {
		return source{}, err
	}
	if err := preconditions(h, o, "X-Cos-Copy-Source-"); err != nil {
		return source{}, err
	}
	if archived(o.attrs.Class) && !o.x().Restore.readable(c.start) {
		return source{}, errInvalidObjectState
	}
	return source{b: b, key: key, version: version, o: o}, nil
}

// directive reads x-cos-metadata-directive or x-cos-tagging-directive: true means take what the request brings.
func directive(h http.Header, name string) (bool, error) {
	switch text := h.Get(name); strings.ToLower(text) {
	case "", "copy":
		return false, nil
	case "replaced", "replace":
		return true, nil
	}
	return false, errInvalidArgument.with("%s must be Copy or Replaced.", lower(name))
}

// copyObject serves PutObjectCopy. The class, the ACL and the encryption of the source do not come along, as the COS document
// "PUT Object - Copy" says.
func (c *call) copyObject() error {
	h := c.r.Header
	replaceMeta, err := directive(h, "X-Cos-Metadata-Directive")
	if err != nil {
		return err
	}
	replaceTags, err := directive(h, "X-Cos-Tagging-Directive")
	if err != nil {
		return err
	}
	src, err := c.copySource()
	if err != nil {
		return err
	}
	if src.o.size > maxObject {
		return errEntityTooLarge.with("The source is larger than 5 GB: copy it in parts.")
	}
	a, err := readAttrs(h, c.key)
	if err != nil {
		return err
	}
	more, err := c.newExtra()
	if err != nil {
		return err
	}
	if src.b == c.b && src.key == c.key && src.version == "" && !replaceMeta && !replaceTags && a.Class == src.o.attrs.Class && a.SSE == src.o.attrs.SSE {
		return newError(http.StatusBadRequest, "InvalidRequest", "This copy request is illegal because it copies an object onto itself without changing anything.")
	}
	if !replaceMeta {
		kept := *src.o.attrs
		kept.Class, kept.SSE, kept.SSEKeyID, kept.SSEC, kept.SSECKeyMD5 = a.Class, a.SSE, a.SSEKeyID, a.SSEC, a.SSECKeyMD5
		a = kept
	}
	if !replaceTags && src.o.x().Tags != nil {
		if more == nil {
			more = &extra{}
		}
		more.Tags = src.o.x().Tags
	}
	body, err := c.duplicate(src)
	if err != nil {
		return err
	}
	o := &object{content: body, attrs: c.s.attrs.share(a), more: more, size: src.o.size, crc: src.o.crc, sum: src.o.sum, parts: src.o.parts,
		modified: c.start.UnixNano()}
	if err := c.commit(o, event.TypeObjectCreatedCopy, c.forbidOverwrite()); err != nil {
		return err
	}
	c.w.Header()["X-Cos-Hash-Crc64ecma"] = []string{strconv.FormatUint(o.crc, 10)}
	if src.o.version != 0 {
		c.w.Header()["X-Cos-Copy-Source-Version-Id"] = []string{src.o.versionID()}
	}
	c.sseHeaders(o.attrs)
	c.versionHeader(o)
	out := []byte(xmlHeader + "<CopyObjectResult><ETag>")
	out = o.appendETag(out)
	out = append(out, "</ETag>"...)
	out = appendElement(out, "CRC64", strconv.FormatUint(o.crc, 10))
	out = appendElement(out, "LastModified", o.time().UTC().Format(time.RFC3339))
	if o.version != 0 {
		out = appendElement(out, "VersionId", o.versionID())
	}
	c.reply(http.StatusOK, append(out, "</CopyObjectResult>"...))
	return nil
}

// duplicate gives the source's content to another object, under the lock that keeps it from being freed meanwhile.
func (c *call) duplicate(src source) (content, error) {
	src.b.mu.RLock()
	defer src.b.mu.RUnlock()
	if src.b.tree.get(src.key).find(src.o.version) == nil {
		return content{}, errNoSuchCopySource
	}
	return c.s.store.duplicate(src.o.content)
}

// copyPart serves UploadPartCopy: a part made of an object or a range of one.
func (c *call) copyPart() error {
	n, u, err := c.partNumber()
	if err != nil {
		return err
	}
	src, err := c.copySource()
	if err != nil {
		return err
	}
	from, to := int64(0), src.o.size-1
	if spec := first(c.r.Header, "X-Cos-Copy-Source-Range"); spec != "" {
		var ok bool
		if from, to, ok, err = parseRange(spec, src.o.size); err != nil || !ok {
			return errInvalidRange
		}
	}
	size := to - from + 1
	if size > maxObject {
		return errEntityTooLarge
	}
	src.b.mu.RLock()
	r, err := src.o.open(from, size)
	src.b.mu.RUnlock()
	if err != nil {
		return errNoSuchCopySource
	}
	defer func() { _ = r.Close() }()
	got, err := receive(r, size, maxObject, c.s.store.sink(size), false)
	if err != nil {
		return err
	}
	p := &part{content: got.content, size: got.n, crc: got.crc, sum: got.md5, modified: c.start.UnixNano()}
	if err := c.s.addPart(c.b, u, n, p); err != nil {
		return err
	}
	c.w.Header()["X-Cos-Hash-Crc64ecma"] = []string{strconv.FormatUint(p.crc, 10)}
	if src.o.version != 0 {
		c.w.Header()["X-Cos-Copy-Source-Version-Id"] = []string{src.o.versionID()}
	}
	c.sseHeaders(u.attrs)
	out := appendElement([]byte(xmlHeader+"<CopyPartResult>"), "ETag", p.etag())
	out = appendElement(out, "LastModified", time.Unix(0, p.modified).UTC().Format(time.RFC3339))
	c.reply(http.StatusOK, append(out, "</CopyPartResult>"...))
	return nil
}
