package costest

import (
	"crypto/md5"
	"encoding/hex"
	"hash/crc64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cosevent/cosevent-go/event"
)

// pending is an upload that is neither complete nor aborted.
type pending struct {
	id       string
	key      string
	attrs    *attrs
	more     *extra
	started  int64
	forbid   bool // x-cos-forbid-overwrite when it began
	mu       sync.Mutex
	parts    map[int]*part
	finished bool // completed or aborted while a request still held it
}

type part struct {
	content
	size     int64
	crc      uint64
	sum      [md5.Size]byte
	modified int64
}

func (p *part) etag() string { return `"` + hex.EncodeToString(p.sum[:]) + `"` }

func (c *call) initiate() error {
	a, err := readAttrs(c.r.Header, c.key)
	if err != nil {
		return err
	}
	more, err := c.newExtra()
	if err != nil {
		return err
	}
	if allow := c.forbidOverwrite(); allow != nil {
		c.b.mu.RLock()
		err := allow(c.b.tree.get(c.key))
		c.b.mu.RUnlock()
		if err != nil {
			return err
		}
	}
	v := c.s.nextVersion(c.start)
	sum := md5.Sum(strconv.AppendUint([]byte(c.b.id+"/"+c.key), v, 10))
	u := &pending{
		id: strconv.FormatInt(c.start.Unix(), 10) + hex.EncodeToString(sum[:]), key: strings.Clone(c.key),
		attrs: c.s.attrs.share(a), more: more, started: c.start.UnixNano(), parts: map[int]*part{},
		forbid: first(c.r.Header, "X-Cos-Forbid-Overwrite") == "true",
	}
	c.b.mu.Lock()
	if err = c.b.alive(); err == nil {
		if err = c.s.store.putUpload(c.b, u); err == nil {
			c.b.uploads[u.id] = u
		}
	}
	c.b.mu.Unlock()
	if err != nil {
		return err
	}
	c.sseHeaders(u.attrs)
	out := []byte(xmlHeader + "<InitiateMultipartUploadResult>")
	out = appendElement(out, "Bucket", c.b.id)
	out = appendElement(out, "Key", c.key)
	out = appendElement(out, "UploadId", u.id)
	c.reply(http.StatusOK, append(out, "</InitiateMultipartUploadResult>"...))
	return nil
}

// upload finds the upload a request names.
func (c *call) upload() (*pending, error) {
	c.b.mu.RLock()
	u := c.b.uploads[c.q.get("uploadId")]
	c.b.mu.RUnlock()
	if u == nil || u.key != c.key {
		return nil, errNoSuchUpload
	}
	return u, nil
}

// partNumber reads the number of a part and finds its upload.
func (c *call) partNumber() (int, *pending, error) {
	if !c.q.has("uploadId") {
		return 0, nil, errInvalidArgument.with("partNumber needs uploadId.")
	}
	n, err := strconv.Atoi(c.q.get("partNumber"))
	if err != nil || n < 1 || n > maxPart {
		return 0, nil, errInvalidArgument.with("partNumber must be a number from 1 to %d.", maxPart)
	}
	u, err := c.upload()
	return n, u, err
}

func (c *call) uploadPart() error {
	n, u, err := c.partNumber()
	if err != nil {
		return err
	}
	if err := sameCustomerKey(c.r.Header, "X-Cos-Server-Side-Encryption-Customer-", &object{attrs: u.attrs}); err != nil {
		return err
	}
	got, err := c.receive()
	if err != nil {
		return err
	}
	p := &part{content: got.content, size: got.n, crc: got.crc, sum: got.md5, modified: c.start.UnixNano()}
	if err := c.s.addPart(c.b, u, n, p); err != nil {
		return err
	}
	h := c.w.Header()
	h["Etag"] = []string{p.etag()}
	h["X-Cos-Hash-Crc64ecma"] = []string{strconv.FormatUint(p.crc, 10)}
	c.sseHeaders(u.attrs)
	c.reply(http.StatusOK)
	return nil
}

// addPart puts a part into an upload, in place of an older one of the same number.
func (s *Server) addPart(b *bucket, u *pending, n int, p *part) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.finished {
		s.store.discardContent(p.content)
		return errNoSuchUpload
	}
	b.mu.RLock()
	err := b.alive()
	if err == nil {
		err = s.store.putPart(b, u, n, p)
	}
	b.mu.RUnlock()
	if err != nil {
		s.store.discardContent(p.content)
		return err
	}
	if old := u.parts[n]; old != nil {
		s.store.discardContent(old.content)
	}
	u.parts[n] = p
	return nil
}

type completeXML struct {
	Parts []struct {
		PartNumber int
		ETag       string
	} `xml:"Part"`
}

// complete serves CompleteMultipartUpload: the parts' contents become the object's, without being copied.
func (c *call) complete() error {
	u, err := c.upload()
	if err != nil {
		return err
	}
	var x completeXML
	if _, err := c.readXML("CompleteMultipartUpload", &x); err != nil {
		return err
	}
	if len(x.Parts) == 0 || len(x.Parts) > maxPart {
		return errMalformedXML
	}
	o, err := c.become(u, x)
	if err != nil {
		return err
	}
	c.s.created(c.b, event.TypeObjectCreatedCompleteMultipartUpload, c.key, o, c.cause())

	h := c.w.Header()
	h["X-Cos-Hash-Crc64ecma"] = []string{strconv.FormatUint(o.crc, 10)}
	c.sseHeaders(o.attrs)
	c.versionHeader(o)
	out := []byte(xmlHeader + "<CompleteMultipartUploadResult>")
	out = appendElement(out, "Location", "http://"+c.b.Host()+"/"+c.key)
	out = appendElement(out, "Bucket", c.b.id)
	out = appendElement(out, "Key", c.key)
	out = append(out, "<ETag>"...)
	out = o.appendETag(out)
	out = append(out, "</ETag></CompleteMultipartUploadResult>"...)
	c.reply(http.StatusOK, out)
	return nil
}

// become makes the object of an upload's parts the newest version of its key, and ends the upload.
func (c *call) become(u *pending, x completeXML) (*object, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.finished {
		return nil, errNoSuchUpload
	}
	o, err := u.assemble(x)
	if err != nil {
		return nil, err
	}
	o.modified = c.start.UnixNano()
	allow := c.forbidOverwrite()
	if allow == nil && u.forbid {
		allow = func(head *object) error {
			if head != nil && !head.marker && c.b.conf.Versioning != versioningEnabled {
				return errFileExists
			}
			return nil
		}
	}
	if _, err := c.s.write(c.b, c.key, o, allow); err != nil {
		return nil, err
	}
	c.s.finish(c.b, u, o)
	return o, nil
}

// assemble makes the object of the parts listed. The upload is locked.
func (u *pending) assemble(x completeXML) (*object, error) {
	o := &object{attrs: u.attrs, more: u.more, parts: int32(len(x.Parts))}
	sums := md5.New()
	pieces := make([]content, 0, len(x.Parts))
	for i, want := range x.Parts {
		if i > 0 && want.PartNumber <= x.Parts[i-1].PartNumber {
			return nil, errInvalidPartOrder
		}
		p := u.parts[want.PartNumber]
		if p == nil || strings.Trim(strings.TrimSpace(want.ETag), `"`) != hex.EncodeToString(p.sum[:]) {
			return nil, errInvalidPart.with("Part %d could not be found, or its ETag does not match.", want.PartNumber)
		}
		if p.size < minPart && i < len(x.Parts)-1 {
			return nil, errEntityTooSmall.with("Part %d is smaller than 1 MB.", want.PartNumber)
		}
		if o.size += p.size; o.size > maxMultipart {
			return nil, errEntityTooLarge
		}
		o.crc = crcCombine(o.crc, p.crc, p.size)
		sums.Write(p.sum[:])
		pieces = append(pieces, p.content)
	}
	sums.Sum(o.sum[:0])
	o.content = joined(pieces...)
	return o, nil
}

// finish takes an upload away; what its parts hold is freed unless o has it. The upload is locked.
func (s *Server) finish(b *bucket, u *pending, o *object) {
	u.finished = true
	b.mu.Lock()
	delete(b.uploads, u.id)
	if b.alive() == nil {
		_ = s.store.dropUpload(b, u)
	}
	b.mu.Unlock()
	for _, p := range u.parts {
		s.store.discard(&object{content: p.content}, o)
	}
}

func (c *call) abort() error {
	u, err := c.upload()
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.finished {
		return errNoSuchUpload
	}
	c.s.finish(c.b, u, nil)
	c.reply(http.StatusNoContent)
	return nil
}

func (c *call) listParts() error {
	u, err := c.upload()
	if err != nil {
		return err
	}
	l, err := c.readListing("part-number-marker", "max-parts")
	if err != nil {
		return err
	}
	from := 0
	if l.marker != "" {
		if from, err = strconv.Atoi(l.marker); err != nil || from < 0 {
			return errInvalidArgument.with("part-number-marker must be a number.")
		}
	}
	u.mu.Lock()
	var numbers []int
	for n := range u.parts {
		if n > from {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	truncated := l.max > 0 && len(numbers) > l.max // a page of none has no marker to go on from
	numbers = numbers[:min(len(numbers), l.max)]
	var list []byte
	for _, n := range numbers {
		p := u.parts[n]
		list = append(list, "<Part>"...)
		list = appendInt(list, "PartNumber", int64(n))
		list = appendTime(list, "LastModified", p.modified)
		list = appendElement(list, "ETag", p.etag())
		list = appendInt(list, "Size", p.size)
		list = append(list, "</Part>"...)
	}
	u.mu.Unlock()
	out := []byte(xmlHeader + "<ListPartsResult>")
	out = appendElement(out, "Bucket", c.b.id)
	if l.encode {
		out = appendElement(out, "Encoding-type", "url")
	}
	out = l.appendName(out, "Key", u.key)
	out = appendElement(out, "UploadId", u.id)
	out = append(out, ownerFragment(c.b.AppID)...)
	out = appendInitiator(out, c.b.AppID)
	out = appendElement(out, "StorageClass", u.attrs.Class)
	out = appendInt(out, "PartNumberMarker", int64(from))
	if truncated && len(numbers) > 0 {
		out = appendInt(out, "NextPartNumberMarker", int64(numbers[len(numbers)-1]))
	}
	out = appendInt(out, "MaxParts", int64(l.max))
	out = appendBool(out, "IsTruncated", truncated)
	out = append(out, list...)
	c.reply(http.StatusOK, append(out, "</ListPartsResult>"...))
	return nil
}

func appendInitiator(dst []byte, appid string) []byte {
	id := ownerID(appid)
	dst = append(dst, "<Initiator>"...)
	dst = appendElement(dst, "ID", id)
	dst = appendElement(dst, "DisplayName", appid)
	return append(dst, "</Initiator>"...)
}

// crcOf is the service's checksum of a small body.
func crcOf(b []byte) uint64 { return crc64.Checksum(b, crcTable) }

// crcText makes a number of a request id.
func crcText(s string) uint64 { return crcOf([]byte(s)) }
