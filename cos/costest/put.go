package costest

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cosevent/cosevent-go/event"
)

// Limits of the service (COS document "Specifications and Limits").
const (
	maxObject    = 5 << 30  // one PUT, POST, APPEND or part
	maxMeta      = 2 << 10  // x-cos-meta-*, names and values together
	maxPart      = 10_000   // part numbers
	minPart      = 1 << 20  // every part but the last
	maxMultipart = 50 << 40 // a multipart object
	metaPrefix   = "x-cos-meta-"
)

const (
	classStandard    = "STANDARD"
	classArchive     = "ARCHIVE"
	classDeepArchive = "DEEP_ARCHIVE"
)

func validClass(class string) bool {
	switch class {
	case classStandard, "STANDARD_IA", "INTELLIGENT_TIERING", classArchive, classDeepArchive, "COLD",
		"MAZ_STANDARD", "MAZ_STANDARD_IA", "MAZ_INTELLIGENT_TIERING", "MAZ_COLD":
		return true
	}
	return false
}

// archived classes cannot be read before they are restored.
func archived(class string) bool { return class == classArchive || class == classDeepArchive }

// attrPool makes objects without metadata of their own share their attributes.
type attrPool struct {
	mu sync.Mutex
	m  map[attrKey]*attrs
}

type attrKey struct{ contentType, class, sse string }

// share returns the one copy of a, if it is of a common kind.
func (p *attrPool) share(a attrs) *attrs {
	k := attrKey{a.ContentType, a.Class, a.SSE}
	if !a.plain() || a.CacheControl != "" || a.ContentDisposition != "" || a.ContentEncoding != "" || a.ContentLanguage != "" ||
		a.Expires != "" || a.SSEKeyID != "" || a.SSEC != "" || a.Redirect != "" {
		return keep(a)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.m[k]; old != nil {
		return old
	}
	if p.m == nil || len(p.m) >= 256 {
		p.m = map[attrKey]*attrs{}
	}
	k = attrKey{strings.Clone(k.contentType), strings.Clone(k.class), strings.Clone(k.sse)}
	a.ContentType, a.Class, a.SSE = k.contentType, k.class, k.sse
	p.m[k] = keep(a)
	return p.m[k]
}

func keep(a attrs) *attrs { return &a }

// readAttrs takes an object's attributes from a request's headers, in one pass: most requests have few, and each look-up costs
// as much as a step of the pass. Without a Content-Type the key's extension says it.
func readAttrs(h http.Header, key string) (attrs, error) {
	var a attrs
	size, special := 0, false
	for name, values := range h {
		if len(values) == 0 {
			continue
		}
		switch v := values[0]; name {
		case "Content-Type":
			a.ContentType = v
		case "Cache-Control":
			a.CacheControl = v
		case "Content-Disposition":
			a.ContentDisposition = v
		case "Content-Encoding":
			a.ContentEncoding = v
		case "Content-Language":
			a.ContentLanguage = v
		case "Expires":
			a.Expires = v
		default:
			if !strings.HasPrefix(name, "X-Cos-") {
				continue
			}
			if !strings.HasPrefix(name, "X-Cos-Meta-") || len(name) == len(metaPrefix) {
				special = true
				continue
			}
			m := pair{lower(name[len(metaPrefix):]), strings.Join(values, ",")}
			size += len(m.Name) + len(m.Value)
			a.Meta = append(a.Meta, m)
		}
	}
	if a.ContentType == "" {
		a.ContentType = typeOfKey(key)
	}
	a.Class = classStandard
	if size > maxMeta {
		return a, errMetadataTooLarge
	}
	slices.SortFunc(a.Meta, func(x, y pair) int { return strings.Compare(x.Name, y.Name) })
	if !special {
		return a, nil
	}
	return a, a.readSpecial(h)
}

// readSpecial reads the service's own headers.
func (a *attrs) readSpecial(h http.Header) error {
	a.Redirect = first(h, "X-Cos-Website-Redirect-Location")
	if class := first(h, "X-Cos-Storage-Class"); class != "" {
		if a.Class = strings.ToUpper(class); !validClass(a.Class) {
			return errStorageClass
		}
	}
	switch a.SSE = first(h, "X-Cos-Server-Side-Encryption"); a.SSE {
	case "", "AES256":
	case "cos/kms":
		a.SSEKeyID = first(h, "X-Cos-Server-Side-Encryption-Cos-Kms-Key-Id")
	default:
		return errInvalidArgument.with("x-cos-server-side-encryption %q is not known.", a.SSE)
	}
	var err error
	a.SSEC, a.SSECKeyMD5, err = customerKey(h, "X-Cos-Server-Side-Encryption-Customer-")
	return err
}

// special reports whether a request has headers of the service's own that say what to store, beside metadata.
func special(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Cos-") && !strings.HasPrefix(name, "X-Cos-Meta-") {
			return true
		}
	}
	return false
}

// customerKey checks the headers of SSE-C and returns the algorithm and the key's digest; the key itself is not kept.
func customerKey(h http.Header, prefix string) (algorithm, keyMD5 string, err error) {
	algorithm, key, keyMD5 := first(h, prefix+"Algorithm"), first(h, prefix+"Key"), first(h, prefix+"Key-Md5")
	if algorithm == "" && key == "" && keyMD5 == "" {
		return "", "", nil
	}
	raw, err := base64.StdEncoding.DecodeString(key)
	if algorithm != "AES256" || err != nil || len(raw) != 32 {
		return "", "", errInvalidArgument.with("The customer's key must be AES256, 32 bytes in base64.")
	}
	sum := md5.Sum(raw)
	if want := base64.StdEncoding.EncodeToString(sum[:]); want != keyMD5 {
		return "", "", errInvalidArgument.with("The digest of the customer's key does not match.")
	}
	return algorithm, keyMD5, nil
}

// needLength refuses a body of which nothing says how long it is.
func (c *call) needLength() error {
	if c.r.ContentLength == 0 && len(c.r.TransferEncoding) == 0 && first(c.r.Header, "Content-Length") == "" {
		return errMissingLength
	}
	return nil
}

// contentMD5 reads the Content-MD5 header; nil if there is none.
func (c *call) contentMD5() ([]byte, error) {
	text := first(c.r.Header, "Content-Md5")
	if text == "" {
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != md5.Size {
		return nil, errInvalidDigest
	}
	return b, nil
}

// receive stores the request's body and checks it against the digests the request claims.
func (c *call) receive() (upload, error) {
	if err := c.needLength(); err != nil {
		return upload{}, err
	}
	want, err := c.contentMD5()
	if err != nil {
		return upload{}, err
	}
	var wantSHA []byte
	if text := first(c.r.Header, "X-Cos-Content-Sha1"); text != "" {
		if wantSHA, err = hex.DecodeString(text); err != nil || len(wantSHA) != 20 {
			return upload{}, errInvalidSHA1
		}
	}
	n := c.r.ContentLength
	u, err := receive(c.body(), n, maxObject, c.s.store.sink(n), wantSHA != nil)
	if err != nil {
		return u, err
	}
	switch {
	case want != nil && !bytes.Equal(want, u.md5[:]):
		err = errBadDigest
	case wantSHA != nil && !bytes.Equal(wantSHA, u.sha1[:]):
		err = errInvalidSHA1
	}
	if err != nil {
		c.s.store.discardContent(u.content)
	}
	return u, err
}

// newObject makes an object of what was received.
func (c *call) newObject(u upload, a attrs) *object {
	return &object{content: u.content, attrs: c.s.attrs.share(a), size: u.n, crc: u.crc, sum: u.md5, modified: c.start.UnixNano()}
}

// forbidOverwrite returns what keeps an existing object from being overwritten, if the request asks for that. With versioning
// enabled nothing is overwritten, and the header has no effect.
func (c *call) forbidOverwrite() func(*object) error {
	if first(c.r.Header, "X-Cos-Forbid-Overwrite") != "true" {
		return nil
	}
	return func(head *object) error {
		if head != nil && !head.marker && c.b.conf.Versioning != versioningEnabled {
			return errFileExists
		}
		return nil
	}
}

func (c *call) putObject() error {
	a, err := readAttrs(c.r.Header, c.key)
	if err != nil {
		return err
	}
	more, err := c.newExtra()
	if err != nil {
		return err
	}
	u, err := c.receive()
	if err != nil {
		return err
	}
	o := c.newObject(u, a)
	o.more = more
	if err := c.commit(o, event.TypeObjectCreatedPut, c.forbidOverwrite()); err != nil {
		return err
	}
	h := c.w.Header()
	h["Etag"] = []string{o.etag()}
	h["X-Cos-Hash-Crc64ecma"] = []string{strconv.FormatUint(o.crc, 10)}
	c.sseHeaders(o.attrs)
	c.versionHeader(o)
	c.reply(http.StatusOK)
	return nil
}

// newExtra takes from the headers what few objects have: an ACL, tags.
func (c *call) newExtra() (*extra, error) {
	if !special(c.r.Header) {
		return nil, nil
	}
	a, err := aclHeaders(c.r.Header, true)
	if err != nil {
		return nil, err
	}
	tags, err := tagHeader(c.r.Header)
	if err != nil {
		return nil, err
	}
	if a == nil && tags == nil {
		return nil, nil
	}
	return &extra{ACL: a, Tags: tags}, nil
}

// commit makes o the newest version of the call's key and tells the change. If it fails, what o holds is freed.
func (c *call) commit(o *object, t event.Type, allow func(*object) error) error {
	if _, err := c.s.write(c.b, c.key, o, allow); err != nil {
		c.s.store.discardContent(o.content)
		return err
	}
	c.s.created(c.b, t, c.key, o, c.cause())
	return nil
}

func (c *call) versionHeader(o *object) {
	if o.version != 0 {
		c.w.Header()["X-Cos-Version-Id"] = []string{o.versionID()}
	}
}

// sseHeaders echoes how the object is encrypted.
func (c *call) sseHeaders(a *attrs) {
	h := c.w.Header()
	if a.SSE != "" {
		h["X-Cos-Server-Side-Encryption"] = []string{a.SSE}
		if a.SSEKeyID != "" {
			h["X-Cos-Server-Side-Encryption-Cos-Kms-Key-Id"] = []string{a.SSEKeyID}
		}
	}
	if a.SSEC != "" {
		h["X-Cos-Server-Side-Encryption-Customer-Algorithm"] = []string{a.SSEC}
		h["X-Cos-Server-Side-Encryption-Customer-Key-Md5"] = []string{a.SSECKeyMD5}
	}
}
