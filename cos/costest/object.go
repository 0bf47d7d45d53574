package costest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"math"
	"net/http"
	"strconv"
	"time"
)

// object is one version of an object, or a delete marker. It never changes once it is in a bucket: a change puts a changed
// copy in its place, so that snapshots and readers need no copies of their own. What most objects do not have is in more.
type object struct {
	content
	attrs    *attrs
	more     *extra
	prev     *object // the next older version
	size     int64
	modified int64 // nanoseconds since 1970
	crc      uint64
	version  uint64 // 0 is the version "null"
	sum      [md5.Size]byte
	parts    int32 // of a multipart object: sum is that of the parts' sums
	marker   bool
}

// attrs are the headers stored with an object. Objects without metadata of their own share them.
type attrs struct {
	ContentType        string `json:",omitempty"`
	CacheControl       string `json:",omitempty"`
	ContentDisposition string `json:",omitempty"`
	ContentEncoding    string `json:",omitempty"`
	ContentLanguage    string `json:",omitempty"`
	Expires            string `json:",omitempty"`
	Class              string `json:",omitempty"` // storage class, "STANDARD"
	SSE                string `json:",omitempty"` // x-cos-server-side-encryption
	SSEKeyID           string `json:",omitempty"`
	SSEC               string `json:",omitempty"` // algorithm of a customer's key
	SSECKeyMD5         string `json:",omitempty"`
	Redirect           string `json:",omitempty"` // x-cos-website-redirect-location
	Meta               []pair `json:",omitempty"` // x-cos-meta-*, prefix cut, lower case
}

type pair struct{ Name, Value string }

func (a *attrs) plain() bool { return a.Meta == nil }

// extra is what few objects have.
type extra struct {
	ACL        *acl     `json:",omitempty"`
	Tags       []tag    `json:",omitempty"`
	Restore    *restore `json:",omitempty"`
	Appendable bool     `json:",omitempty"`
	MD5State   []byte   `json:",omitempty"` // of an appendable object, to go on from
	Symlink    string   `json:",omitempty"`
	Replica    bool     `json:",omitempty"` // came by replication, and goes no further
	Replicated string   `json:",omitempty"` // "Complete" at the source of a replication
}

// x returns what is in more, never nil.
func (o *object) x() *extra {
	if o.more == nil {
		return &extra{}
	}
	return o.more
}

// changed returns a copy of o whose extra may be changed.
func (o *object) changed() *object {
	c, m := *o, *o.x()
	c.more = &m
	return &c
}

// tidy drops an extra that holds nothing.
func (o *object) tidy() *object {
	if m := o.more; m != nil && m.ACL == nil && m.Tags == nil && m.Restore == nil && !m.Appendable && m.Symlink == "" && !m.Replica && m.Replicated == "" {
		o.more = nil
	}
	return o
}

func (o *object) time() time.Time { return time.Unix(0, o.modified) }

// lastModified is the Last-Modified header.
func (o *object) lastModified() string { return o.time().UTC().Format(http.TimeFormat) }

// etag is the entity tag with its quotes: the MD5 of the content, or that of the parts' MD5s with the number of parts.
func (o *object) etag() string { return string(o.appendETag(nil)) }

func (o *object) appendETag(dst []byte) []byte {
	dst = append(dst, '"')
	dst = hex.AppendEncode(dst, o.sum[:])
	if o.parts > 0 {
		dst = append(dst, '-')
		dst = strconv.AppendInt(dst, int64(o.parts), 10)
	}
	return append(dst, '"')
}

// versionID is the identifier clients see.
func (o *object) versionID() string { return formatVersion(o.version) }

const nullVersion = "null"

// formatVersion writes a version as the service does: base64 of a decimal number that falls as time goes on. The text has no
// order: base64 does not keep it.
func formatVersion(v uint64) string {
	if v == 0 {
		return nullVersion
	}
	return base64.RawStdEncoding.EncodeToString(strconv.AppendUint(nil, math.MaxUint64-v, 10))
}

// parseVersion is the reverse of formatVersion.
func parseVersion(s string) (uint64, bool) {
	if s == nullVersion {
		return 0, true
	}
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil || n == math.MaxUint64 || formatVersion(math.MaxUint64-n) != s {
		return 0, false
	}
	return math.MaxUint64 - n, true
}

// find returns the version v of a chain, or nil.
func (o *object) find(v uint64) *object {
	for ; o != nil; o = o.prev {
		if o.version == v {
			return o
		}
	}
	return nil
}

// without returns the chain without version v; what stood above it is copied.
func (o *object) without(v uint64) *object {
	switch {
	case o == nil:
		return nil
	case o.version == v:
		return o.prev
	}
	rest := o.prev.without(v)
	if rest == o.prev {
		return o
	}
	c := *o
	c.prev = rest
	return &c
}

// replaced returns the chain with n in place of the version of the same number.
func (o *object) replaced(n *object) *object {
	c := *o
	if o.version == n.version {
		c = *n
		c.prev = o.prev
		return &c
	}
	c.prev = o.prev.replaced(n)
	return &c
}

// pushed returns the chain with n on top. Only "null" can be there already: the older one goes. Other numbers are new.
func (o *object) pushed(n *object) *object {
	n.prev = o
	if n.version == 0 {
		n.prev = o.without(0)
	}
	return n
}
