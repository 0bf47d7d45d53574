package costest

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/internal/coshost"
)

func (c *call) getObject() error  { return c.read(true) }
func (c *call) headObject() error { return c.read(false) }

// read serves GetObject and HeadObject.
func (c *call) read(body bool) error {
	var o *object
	var err error
	var r *reader
	if body {
		o, r, err = c.openObject()
	} else {
		o, err = c.b.lookup(c.key, c.q.version())
	}
	if r != nil {
		defer func() { _ = r.Close() }()
	}
	if err == errNoSuchKey && c.q.version() == "" && (o == nil || !o.marker) {
		if done, perr := c.pull(body); done || perr != nil {
			return perr
		}
	}
	if err != nil {
		if o != nil && o.marker {
			c.w.Header()["X-Cos-Delete-Marker"] = []string{"true"}
			c.versionHeader(o)
		}
		return err
	}
	return c.serveObject(o, r, body)
}

// openObject looks the object up and opens its content under one lock, so that its files cannot go in between.
func (c *call) openObject() (*object, *reader, error) {
	c.b.mu.RLock()
	defer c.b.mu.RUnlock()
	o := c.b.tree.get(c.key)
	if version := c.q.version(); version != "" {
		v, ok := parseVersion(version)
		if !ok {
			return nil, nil, errInvalidArgument.with("The version id is not valid.")
		}
		if o = o.find(v); o == nil {
			return nil, nil, errNoSuchVersion
		}
		if o.marker {
			return o, nil, errMethodNotAllowed
		}
	}
	if o == nil || o.marker {
		return o, nil, errNoSuchKey
	}
	if o.segs == nil {
		return o, nil, nil // one piece in memory: nothing to open
	}
	r, err := o.open(0, o.size)
	return o, r, err
}

// serveObject answers with o's headers and, if body is set, the content or a range of it.
func (c *call) serveObject(o *object, r *reader, body bool) error {
	if err := c.customerKeyMatches(o); err != nil {
		return err
	}
	if err := preconditions(c.r.Header, o, ""); err != nil {
		if err == errNotModified {
			c.objectHeaders(o)
		}
		return err
	}
	if body && archived(o.attrs.Class) && !o.x().Restore.readable(c.s.clock.Now()) {
		return errInvalidObjectState
	}
	status, from, n := http.StatusOK, int64(0), o.size
	h := c.w.Header()
	if spec := first(c.r.Header, "Range"); spec != "" && rangeStands(first(c.r.Header, "If-Range"), o) {
		first, last, ok, err := parseRange(spec, o.size)
		if err != nil {
			h["Content-Range"] = []string{"bytes */" + strconv.FormatInt(o.size, 10)}
			return err
		}
		if ok {
			status, from, n = http.StatusPartialContent, first, last-first+1
			h["Content-Range"] = []string{"bytes " + strconv.FormatInt(first, 10) + "-" + strconv.FormatInt(last, 10) + "/" + strconv.FormatInt(o.size, 10)}
		}
	}
	c.objectHeaders(o)
	c.overrides()
	if body && c.s.opt.download {
		if err := c.forceDownload(); err != nil {
			return err
		}
	}
	h["Content-Length"] = []string{strconv.FormatInt(n, 10)}
	c.status = status
	c.w.WriteHeader(status)
	if !body || n == 0 {
		return nil
	}
	var sent int64
	if o.segs == nil {
		m, _ := c.w.Write(o.mem[from : from+n])
		sent = int64(m)
	} else {
		r.seek(from, n)
		sent, _ = r.WriteTo(c.w)
	}
	c.sent += sent
	if sent < n && c.r.Context().Err() == nil {
		panic(http.ErrAbortHandler) // the length was promised: the client must see that the rest is missing
	}
	return nil
}

// seek moves a reader that was opened at 0 to off, to read n bytes.
func (r *reader) seek(off, n int64) {
	r.left = n
	for len(r.pieces) > 0 && off >= r.pieces[0].size {
		off -= r.pieces[0].size
		r.next()
	}
	r.skip = off
}

var acceptBytes = []string{"bytes"}

// objectHeaders writes what an object has to say of itself.
func (c *call) objectHeaders(o *object) {
	h, a := c.w.Header(), o.attrs
	set := func(name, value string) {
		if value != "" {
			h[name] = []string{value}
		}
	}
	contentType := a.ContentType
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	h["Content-Type"] = []string{contentType}
	h["Accept-Ranges"] = acceptBytes
	h["Etag"] = []string{o.etag()}
	h["Last-Modified"] = []string{o.lastModified()}
	h["X-Cos-Hash-Crc64ecma"] = []string{strconv.FormatUint(o.crc, 10)}
	set("Cache-Control", a.CacheControl)
	set("Content-Disposition", a.ContentDisposition)
	set("Content-Encoding", a.ContentEncoding)
	set("Content-Language", a.ContentLanguage)
	set("Expires", a.Expires)
	set("X-Cos-Website-Redirect-Location", a.Redirect)
	if a.Class != classStandard {
		h["X-Cos-Storage-Class"] = []string{a.Class}
	}
	for _, m := range a.Meta {
		h[http.CanonicalHeaderKey(metaPrefix+m.Name)] = []string{m.Value}
	}
	c.sseHeaders(a)
	c.versionHeader(o)
	if o.more == nil {
		return
	}
	if o.more.Appendable {
		h["X-Cos-Object-Type"] = []string{"appendable"}
		h["X-Cos-Next-Append-Position"] = []string{strconv.FormatInt(o.size, 10)}
	}
	if n := len(o.more.Tags); n > 0 {
		h["X-Cos-Tagging-Count"] = []string{strconv.Itoa(n)}
	}
	if o.more.Restore != nil {
		set("X-Cos-Restore", o.more.Restore.header(c.s.clock.Now()))
	}
	if o.more.Replica {
		set("X-Cos-Replication-Status", "Replica")
	} else {
		set("X-Cos-Replication-Status", o.more.Replicated)
	}
}

// overrides are parameters that replace headers of the answer.
func (c *call) overrides() {
	if len(c.q) == 0 {
		return
	}
	for _, o := range [...]struct{ param, header string }{
		{"response-content-type", "Content-Type"}, {"response-content-language", "Content-Language"}, {"response-expires", "Expires"},
		{"response-cache-control", "Cache-Control"}, {"response-content-disposition", "Content-Disposition"},
		{"response-content-encoding", "Content-Encoding"},
	} {
		if v, ok := c.q.lookup(o.param); ok {
			c.w.Header()[o.header] = []string{v}
		}
	}
}

// customerKeyMatches refuses an object stored with a customer's key to those who do not show the key.
func (c *call) customerKeyMatches(o *object) error {
	return sameCustomerKey(c.r.Header, "X-Cos-Server-Side-Encryption-Customer-", o)
}

func sameCustomerKey(h http.Header, prefix string, o *object) error {
	if o.attrs.SSEC == "" {
		return nil
	}
	_, sum, err := customerKey(h, prefix)
	if err != nil {
		return err
	}
	if sum != o.attrs.SSECKeyMD5 {
		return errSSECustomerRequired
	}
	return nil
}

// preconditions checks If-Match and its kin; with the prefix "X-Cos-Copy-Source-" those of a copy's source.
func preconditions(h http.Header, o *object, prefix string) error {
	none := errNotModified
	if prefix != "" {
		none = errPrecondition
	}
	match, noMatch := first(h, prefix+"If-Match"), first(h, prefix+"If-None-Match")
	if match != "" && !listsETag(match, o) {
		return errPrecondition
	}
	if match == "" {
		if t, ok := httpTime(first(h, prefix+"If-Unmodified-Since")); ok && o.time().Truncate(time.Second).After(t) {
			return errPrecondition
		}
	}
	if noMatch != "" {
		if listsETag(noMatch, o) {
			return none
		}
		return nil
	}
	if t, ok := httpTime(first(h, prefix+"If-Modified-Since")); ok && !o.time().Truncate(time.Second).After(t) {
		return none
	}
	return nil
}

func listsETag(list string, o *object) bool {
	want := strings.Trim(o.etag(), `"`)
	for _, one := range strings.Split(list, ",") {
		one = strings.TrimSpace(one)
		one = strings.TrimPrefix(one, "W/")
		if one == "*" || strings.Trim(one, `"`) == want {
			return true
		}
	}
	return false
}

func httpTime(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	t, err := http.ParseTime(s)
	return t, err == nil
}

// rangeStands reports whether If-Range lets a Range be: it is not there, or names the object's ETag or its time (RFC 9110, 13.1.5:
// a strong comparison, and the exact time).
func rangeStands(condition string, o *object) bool {
	if condition == "" || condition == o.etag() {
		return true
	}
	t, ok := httpTime(condition)
	return ok && o.time().Truncate(time.Second).Equal(t)
}

// forceDownload keeps browsers from showing what a default host serves.
func (c *call) forceDownload() error {
	if c.to.Zone != "cos" && c.to.Zone != coshost.Website {
		return nil
	}
	key, h := lower(c.key), c.w.Header()
	if strings.HasSuffix(key, ".apk") || strings.HasSuffix(key, ".ipa") {
		clear(h)
		h["Server"], h["X-Cos-Request-Id"] = serverName, []string{c.id}
		return errDownloadForbidden
	}
	h["Content-Disposition"] = []string{"attachment"}
	h["X-Cos-Force-Download"] = []string{"true"}
	return nil
}

// parseRange reads a Range header for an object of size bytes. Several ranges, other units and what is no range at all are
// ignored, as RFC 9110 allows: ok is false.
func parseRange(spec string, size int64) (first, last int64, ok bool, err error) {
	set, found := strings.CutPrefix(spec, "bytes=")
	if !found || strings.IndexByte(set, ',') >= 0 {
		return 0, 0, false, nil
	}
	a, b, found := strings.Cut(strings.TrimSpace(set), "-")
	if !found {
		return 0, 0, false, nil
	}
	if a == "" {
		n, ok := parseOffset(b)
		if !ok {
			return 0, 0, false, nil
		}
		if n == 0 || size == 0 {
			return 0, 0, false, errInvalidRange
		}
		return max(0, size-n), size - 1, true, nil
	}
	from, ok := parseOffset(a)
	if !ok {
		return 0, 0, false, nil
	}
	to := int64(math.MaxInt64)
	if b != "" {
		if to, ok = parseOffset(b); !ok || to < from {
			return 0, 0, false, nil
		}
	}
	if from >= size {
		return 0, 0, false, errInvalidRange
	}
	return from, min(to, size-1), true, nil
}

// parseOffset reads a number of a range; one that is too large for any object is the largest there is.
func parseOffset(s string) (n int64, ok bool) {
	if s == "" {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	return n, true
}
