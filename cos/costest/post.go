package costest

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cosevent/cosevent-go/event"
)

// maxFields bounds what a form may hold before its file.
const maxFields = 64 << 10

// form is the part of a POST before the file. Names are in lower case.
type form struct {
	fields   map[string]string
	filename string
}

func (f *form) get(name string) string { return f.fields[name] }

// postObject serves PostObject, an upload by an HTML form.
func (c *call) postObject() error {
	kind, params, err := mime.ParseMediaType(first(c.r.Header, "Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return errNotMultipart
	}
	if c.r.ContentLength > maxObject+maxFields {
		return errEntityTooLarge
	}
	in := &limitReader{r: c.body(), left: maxObject + 2*maxFields}
	mr := multipart.NewReader(in, params["boundary"])
	f, file, err := readForm(mr)
	if err != nil {
		return err
	}
	if c.key = strings.ReplaceAll(f.get("key"), "${filename}", f.filename); c.key == "" {
		return errKeyField
	}
	c.key = strings.TrimPrefix(c.key, "/")
	if len(c.key) > maxKey {
		return errKeyTooLong
	}
	if c.key == "" || !utf8.ValidString(c.key) {
		return errInvalidURI
	}
	if err := checkKey(c.key); err != nil {
		return err
	}
	limits, err := c.admitForm(f)
	if err != nil {
		return err
	}
	h := f.header()
	a, err := readAttrs(h, c.key)
	if err != nil {
		return err
	}
	list, err := aclHeaders(h, true)
	if err != nil {
		return err
	}
	tags, err := tagHeader(h)
	if err != nil {
		return err
	}
	u, err := receive(file, -1, min(limits.max, maxObject), c.s.store.sink(-1), false)
	if err == nil && u.n < limits.min {
		c.s.store.discardContent(u.content)
		err = errEntityTooSmall
	}
	if errors.Is(err, errIncompleteBody) {
		return errMalformedPost
	}
	if err != nil {
		return err
	}
	o := c.newObject(u, a)
	if list != nil || tags != nil {
		o.more = &extra{ACL: list, Tags: tags}
	}
	var allow func(*object) error
	if first(h, "X-Cos-Forbid-Overwrite") == "true" {
		c.r.Header.Set("X-Cos-Forbid-Overwrite", "true")
		allow = c.forbidOverwrite()
	}
	if err := c.commit(o, event.TypeObjectCreatedPost, allow); err != nil {
		return err
	}
	return c.answerForm(f, o)
}

// answerForm says where the object is, in the way the form asked for.
func (c *call) answerForm(f form, o *object) error {
	h := c.w.Header()
	location := "http://" + c.b.Host() + "/" + string(appendEscaped(nil, c.key, "/"))
	h["Etag"] = []string{o.etag()}
	h["Location"] = []string{location}
	h["X-Cos-Hash-Crc64ecma"] = []string{strconv.FormatUint(o.crc, 10)}
	c.sseHeaders(o.attrs)
	c.versionHeader(o)
	if to, err := url.Parse(f.get("success_action_redirect")); err == nil && to.IsAbs() {
		q := to.Query()
		q.Set("bucket", c.b.id)
		q.Set("key", c.key)
		q.Set("etag", o.etag())
		to.RawQuery = q.Encode()
		h["Location"] = []string{to.String()}
		c.reply(http.StatusSeeOther)
		return nil
	}
	switch f.get("success_action_status") {
	case "200":
		c.reply(http.StatusOK)
	case "201":
		out := appendElement([]byte(xmlHeader+"<PostResponse>"), "Location", location)
		out = appendElement(out, "Bucket", c.b.id)
		out = appendElement(out, "Key", c.key)
		out = append(out, "<ETag>"...)
		out = o.appendETag(out)
		c.reply(http.StatusCreated, append(out, "</ETag></PostResponse>"...))
	default:
		c.reply(http.StatusNoContent)
	}
	return nil
}

// readForm reads the fields up to the file, which is the last that counts.
func readForm(mr *multipart.Reader) (form, io.Reader, error) {
	f := form{fields: map[string]string{}}
	size := 0
	for {
		p, err := mr.NextRawPart()
		if errors.Is(err, io.EOF) {
			return f, nil, newError(http.StatusBadRequest, "IncorrectNumberOfFilesInPostRequest", "POST requires exactly one file upload per request.")
		}
		if err != nil {
			return f, nil, formError(err)
		}
		name := lower(p.FormName())
		if name == "file" {
			f.filename = p.FileName()
			return f, &partReader{p}, nil
		}
		b, err := io.ReadAll(io.LimitReader(p, maxFields+1))
		if err != nil {
			return f, nil, formError(err)
		}
		if size += len(name) + len(b); size > maxFields {
			return f, nil, newError(http.StatusBadRequest, "MaxPostPreDataLengthExceededError", "Your POST request fields preceding the upload file were too large.")
		}
		if name != "" {
			f.fields[name] = string(b)
		}
	}
}

func formError(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if bodyError(err) == errRequestTimeout {
		return errRequestTimeout
	}
	return errMalformedPost
}

// partReader turns a form that breaks off into an incomplete body.
type partReader struct{ p *multipart.Part }

// Read implements io.Reader.
func (r *partReader) Read(b []byte) (int, error) {
	n, err := r.p.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = formError(err)
	}
	return n, err
}

// limitReader ends with EntityTooLarge instead of an end of file.
type limitReader struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (l *limitReader) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, errEntityTooLarge
	}
	n, err := l.r.Read(b[:min(int64(len(b)), l.left)])
	l.left -= int64(n)
	return n, err
}

// header gives the form's fields the shape of the headers that PutObject has.
func (f *form) header() http.Header {
	h := http.Header{}
	for name, v := range f.fields {
		switch {
		case name == "acl":
			name = "x-cos-acl"
		case strings.HasPrefix(name, "x-cos-"):
		case name == "content-type", name == "cache-control", name == "content-disposition", name == "content-encoding",
			name == "content-language", name == "expires":
		default:
			continue
		}
		h[textproto.CanonicalMIMEHeaderKey(name)] = []string{v}
	}
	return h
}

type sizeLimits struct{ min, max int64 }

// admitForm decides whether the form may write: by its policy and signature, by an ordinary signature in the field Signature
// or the header, or because anyone may.
func (c *call) admitForm(f form) (sizeLimits, error) {
	limits := sizeLimits{0, maxObject}
	token := f.get("x-cos-security-token")
	if token != "" && first(c.r.Header, "X-Cos-Security-Token") == "" {
		c.r.Header.Set("X-Cos-Security-Token", token)
	}
	switch {
	case f.get("q-signature") != "" || f.get("policy") != "":
		return c.admitPolicy(f, limits)
	case f.get("signature") != "":
		if err := c.authenticateText(f.get("signature"), false); err != nil {
			return limits, err
		}
	default:
		if err := c.authenticate(); err != nil {
			return limits, err
		}
	}
	if !c.signed && !c.b.settings().ACL.anyone("WRITE") {
		return limits, errAccessDenied
	}
	return limits, nil
}

// admitPolicy checks the signature over the policy, and then the form against the policy.
func (c *call) admitPolicy(f form, limits sizeLimits) (sizeLimits, error) {
	a := authorization{
		algorithm: f.get("q-sign-algorithm"), id: f.get("q-ak"), keyTime: f.get("q-key-time"), signature: f.get("q-signature"),
		signTime: f.get("q-key-time"),
	}
	if err := a.check(); err != nil {
		return limits, err
	}
	text, err := base64.StdEncoding.DecodeString(f.get("policy"))
	if err != nil || len(text) == 0 {
		return limits, errInvalidPolicy.with("The policy is not base64.")
	}
	cred, err := c.credential(a.id, a.keyTime, a.signTime, false)
	if err != nil {
		return limits, err
	}
	if err := c.s.checkToken(cred, f.get("x-cos-security-token")); err != nil {
		return limits, err
	}
	sum := sha1.Sum(text)
	toSign := hex.EncodeToString(sum[:])
	if !same(hexMAC(c.s.signKeys.get(cred.id, cred.key, a.keyTime), toSign), a.signature) {
		e := *errSignature
		e.stringToSign = toSign
		return limits, &e
	}
	p, err := parsePolicy(text)
	if err != nil {
		return limits, err
	}
	// The expiration is an instant of the client's clock, as the start of the signature is.
	start, _, err := parseSpan(a.keyTime)
	if err != nil {
		return limits, err
	}
	now := c.s.clock.Now()
	if now.After(p.expires) && now.After(p.expires.Add(c.s.clock.Translate(start).Sub(start))) {
		return limits, errInvalidPolicy.with("The policy has expired.")
	}
	c.who, c.signed = cred.id, true
	return p.limits, p.meets(c, f)
}

// policy is what a form was allowed to be.
type policy struct {
	expires    time.Time
	conditions []condition
	limits     sizeLimits
}

type condition struct {
	field, value string
	prefix       bool // starts-with
}

// parsePolicy reads a policy: {"expiration":…,"conditions":[{"acl":"private"},["starts-with","$key","a/"],["content-length-range",1,9]]}.
func parsePolicy(text []byte) (policy, error) {
	p := policy{limits: sizeLimits{0, maxObject}}
	var raw struct {
		Expiration string
		Conditions []json.RawMessage
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return p, errInvalidPolicy.with("The policy is not JSON.")
	}
	var err error
	if p.expires, err = time.Parse(time.RFC3339, raw.Expiration); err != nil {
		return p, errInvalidPolicy.with("The policy's expiration is not a time.")
	}
	for _, m := range raw.Conditions {
		var exact map[string]string
		if json.Unmarshal(m, &exact) == nil {
			for k, v := range exact {
				p.conditions = append(p.conditions, condition{field: lower(k), value: v})
			}
			continue
		}
		var list []any
		if json.Unmarshal(m, &list) != nil || len(list) != 3 {
			return p, errInvalidPolicy.with("A condition is neither an object of strings nor a list of three.")
		}
		kind, _ := list[0].(string)
		if strings.EqualFold(kind, "content-length-range") {
			from, ok1 := number(list[1])
			to, ok2 := number(list[2])
			if !ok1 || !ok2 || from < 0 || to < from {
				return p, errInvalidPolicy.with("The content-length-range is not valid.")
			}
			p.limits = sizeLimits{from, to}
			continue
		}
		field, ok1 := list[1].(string)
		value, ok2 := list[2].(string)
		field, dollar := strings.CutPrefix(field, "$")
		if !ok1 || !ok2 || !dollar || kind != "eq" && kind != "starts-with" {
			return p, errInvalidPolicy.with("A condition is not known.")
		}
		p.conditions = append(p.conditions, condition{field: lower(field), value: value, prefix: kind == "starts-with"})
	}
	return p, nil
}

// number takes a number, or a string that is one.
func number(v any) (int64, bool) {
	switch v := v.(type) {
	case float64:
		return int64(v), v == float64(int64(v))
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// meets checks the form against the conditions.
func (p *policy) meets(c *call, f form) error {
	for _, cond := range p.conditions {
		got := f.get(cond.field)
		switch cond.field {
		case "bucket":
			got = c.b.id
		case "key":
			got = c.key
		case "q-sign-time":
			got = f.get("q-key-time")
		}
		if cond.prefix && strings.HasPrefix(got, cond.value) || !cond.prefix && got == cond.value {
			continue
		}
		return errInvalidPolicy.with("Invalid according to Policy: Policy Condition failed: %s", cond.field)
	}
	return nil
}
