package cos

import (
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// PutOption sets how [Objects.Put], [Objects.Copy] and [Objects.Move] write.
type PutOption func(*putOptions)

type putOptions struct {
	header      http.Header
	size        int64 // -1: not given
	replaceMeta bool  // Metadata was given
	fromVersion string
	fromETag    string
	err         error
}

// newPutOptions applies opts and checks what no request could carry.
func newPutOptions(opts []PutOption) (putOptions, error) {
	po := putOptions{header: http.Header{}, size: -1}
	for _, opt := range opts {
		if opt != nil {
			opt(&po)
		}
	}
	if po.err != nil {
		return po, po.err
	}
	for name, values := range po.header {
		if !isToken(name) {
			return po, fmt.Errorf("%q is not the name of a header: want letters, digits and hyphens", name)
		}
		for _, v := range values {
			if strings.ContainsFunc(v, isControl) {
				return po, fmt.Errorf("the value of the header %s has a line break or another control character", name)
			}
		}
	}
	return po, nil
}

// exclusive reports whether nothing may be overwritten.
func (po *putOptions) exclusive() bool { return po.header.Get("X-Cos-Forbid-Overwrite") == "true" }

// set sets a header; an empty value sets none.
func (po *putOptions) set(name, value string) {
	if value != "" {
		po.header.Set(name, value)
	}
}

// isToken reports whether s may be the name of a header. Source: section 5.6.2 of RFC 9110.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// ContentType sets the object's Content-Type. Without it, or if s is empty, the service chooses.
func ContentType(s string) PutOption {
	return func(o *putOptions) { o.set("Content-Type", s) }
}

// Metadata sets the object's own metadata: names without the x-cos-meta- prefix, of at most 2 KB in all. In a copy it replaces the
// metadata of the source, except for a mark of the loop guard (see [Mark]).
func Metadata(m map[string]string) PutOption {
	return func(o *putOptions) {
		o.replaceMeta = true
		for name, value := range m {
			if name == "" {
				o.err = errors.New("a name in Metadata is empty")
			}
			o.header.Set(textproto.CanonicalMIMEHeaderKey(metaPrefix+name), value)
		}
	}
}

// Mark marks the object as written while handling e, so that [event.LoopGuard] recognises the events it causes. The mark is metadata
// of the name [event.LoopMark], beside what Metadata sets or what a copy keeps.
func Mark(e event.Event) PutOption {
	return func(o *putOptions) {
		if e == nil || e.Common() == nil {
			o.err = errors.New("there is no event to mark the object with")
			return
		}
		o.header.Set(metaPrefix+event.LoopMark, event.MarkLoop(e))
	}
}

// Tags sets the object's tags: at most ten. In a copy they replace the tags of the source.
func Tags(tags map[string]string) PutOption {
	return func(o *putOptions) {
		q := url.Values{}
		for name, value := range tags {
			q.Set(name, value)
		}
		o.header[taggingHeader] = []string{encodeQuery(q)}
	}
}

const taggingHeader = "X-Cos-Tagging"

// StorageClass sets the storage class, such as "STANDARD_IA". Without it, or if s is empty, it is STANDARD, for a copy too.
func StorageClass(s string) PutOption {
	return func(o *putOptions) { o.set("X-Cos-Storage-Class", s) }
}

// Header sets any other header of PUT Object, such as Cache-Control. An empty value sets none.
func Header(name, value string) PutOption {
	return func(o *putOptions) { o.set(name, value) }
}

// ForbidOverwrite makes the write fail with [ErrExists] if there is an object of that key. The service ignores it in a bucket with
// versioning.
func ForbidOverwrite() PutOption {
	return func(o *putOptions) { o.header.Set("X-Cos-Forbid-Overwrite", "true") }
}

// Size sets how many bytes Put reads: the length, where Put cannot find it out, or less than there is. A copy does not take it.
func Size(n int64) PutOption {
	return func(o *putOptions) {
		o.size = n
		if n < 0 {
			o.err = fmt.Errorf("the size is %d: want 0 or more", n)
		}
	}
}

// FromVersion makes [Objects.Copy] copy that version of the source. An empty id is the current version.
func FromVersion(id string) PutOption {
	return func(o *putOptions) { o.fromVersion = id }
}

// FromETag makes [Objects.Copy] fail with [ErrChanged] unless the source has that ETag, with or without quotes.
func FromETag(etag string) PutOption {
	return func(o *putOptions) { o.fromETag = etag }
}
