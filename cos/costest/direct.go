package costest

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cosevent/cosevent-go/event"
)

// Object is an object as [Server.Get] and [Server.List] return it. Changing it changes nothing in the server.
type Object struct {
	Key       string
	VersionID string // "" without versioning
	Body      []byte // nil in lists
	Size      int64
	ETag      string // with its quotes
	CRC64     uint64
	// ContentType and the other headers are those stored with the object.
	ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Expires string
	StorageClass                                                                             string
	Metadata                                                                                 map[string]string // x-cos-meta-*, prefix cut
	Tags                                                                                     map[string]string
	LastModified                                                                             time.Time
	// DeleteMarker is set for delete markers, which have nothing else but key, version and time.
	DeleteMarker bool
	Appendable   bool
}

// PutOption sets what [Server.Put] stores beside the content.
type PutOption func(*attrs)

// ContentType sets the Content-Type; without it the key's extension says it.
func ContentType(t string) PutOption { return func(a *attrs) { a.ContentType = t } }

// StorageClass sets the storage class, "ARCHIVE" for example.
func StorageClass(class string) PutOption { return func(a *attrs) { a.Class = class } }

// Metadata sets x-cos-meta-name to value.
func Metadata(name, value string) PutOption {
	return func(a *attrs) { a.Meta = append(a.Meta, pair{lower(name), value}) }
}

// Put stores an object without a request: no signature, no faults, but the same event as PutObject. Errors are of type
// [*Error].
func (s *Server) Put(b event.Bucket, key string, body []byte, opts ...PutOption) error {
	bk, err := s.bucket(b.ID(), b.Region)
	if err != nil {
		return err
	}
	switch {
	case key == "" || !utf8.ValidString(key):
		return errInvalidURI
	case len(key) > maxKey:
		return errKeyTooLong
	}
	if err := checkKey(key); err != nil {
		return err
	}
	a := attrs{Class: classStandard}
	for _, o := range opts {
		o(&a)
	}
	if a.ContentType == "" {
		a.ContentType = typeOfKey(key)
	}
	if !validClass(a.Class) {
		return errStorageClass
	}
	slices.SortFunc(a.Meta, func(x, y pair) int { return strings.Compare(x.Name, y.Name) })
	n := int64(len(body))
	u, err := receive(bytes.NewReader(body), n, maxObject, s.store.sink(n), false)
	if err != nil {
		return err
	}
	by := s.directCause()
	o := &object{content: u.content, attrs: s.attrs.share(a), size: u.n, crc: u.crc, sum: u.md5, modified: by.time.UnixNano()}
	if _, err := s.write(bk, key, o, nil); err != nil {
		s.store.discardContent(u.content)
		return err
	}
	s.created(bk, event.TypeObjectCreatedPut, key, o, by)
	return nil
}

// Delete removes an object without a request, with the same event as DeleteObject. A missing key is no error.
func (s *Server) Delete(b event.Bucket, key string) error {
	bk, err := s.bucket(b.ID(), b.Region)
	if err != nil {
		return err
	}
	_, err = s.remove(bk, key, "", s.directCause())
	return err
}

// Get returns an object with its content: the newest version. A missing one is the [*Error] NoSuchKey.
func (s *Server) Get(b event.Bucket, key string) (*Object, error) { return s.GetVersion(b, key, "") }

// GetVersion returns one version of an object with its content; "" means the newest.
func (s *Server) GetVersion(b event.Bucket, key, version string) (*Object, error) {
	bk, err := s.bucket(b.ID(), b.Region)
	if err != nil {
		return nil, err
	}
	c := call{s: s, b: bk, key: key}
	if version != "" {
		c.q = query{{"versionId", version}}
	}
	o, r, err := c.openObject()
	if err != nil {
		return nil, err
	}
	out := o.export(key)
	if r == nil {
		out.Body = bytes.Clone(o.mem)
	} else {
		defer func() { _ = r.Close() }()
		if out.Body, err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
	if out.Body == nil {
		out.Body = []byte{}
	}
	return out, nil
}

// List returns the objects under a prefix in order of their keys, without their contents.
func (s *Server) List(b event.Bucket, prefix string) ([]Object, error) {
	return s.list(b, prefix, false)
}

// ListVersions returns every version and delete marker under a prefix, newest first for each key.
func (s *Server) ListVersions(b event.Bucket, prefix string) ([]Object, error) {
	return s.list(b, prefix, true)
}

func (s *Server) list(b event.Bucket, prefix string, all bool) ([]Object, error) {
	bk, err := s.bucket(b.ID(), b.Region)
	if err != nil {
		return nil, err
	}
	bk.mu.RLock()
	defer bk.mu.RUnlock()
	var out []Object
	bk.tree.ascend(prefix, func(key string, head *object) bool {
		if !strings.HasPrefix(key, prefix) {
			return false
		}
		for o := head; o != nil; o = o.prev {
			if all || !o.marker {
				out = append(out, *o.export(key))
			}
			if !all {
				break
			}
		}
		return true
	})
	return out, nil
}

// Keys returns the keys under a prefix in order.
func (s *Server) Keys(b event.Bucket, prefix string) ([]string, error) {
	list, err := s.List(b, prefix)
	keys := make([]string, len(list))
	for i := range list {
		keys[i] = list[i].Key
	}
	return keys, err
}

func (o *object) export(key string) *Object {
	a := o.attrs
	out := &Object{
		Key: key, Size: o.size, ETag: o.etag(), CRC64: o.crc, ContentType: a.ContentType, CacheControl: a.CacheControl,
		ContentDisposition: a.ContentDisposition, ContentEncoding: a.ContentEncoding, ContentLanguage: a.ContentLanguage,
		Expires: a.Expires, StorageClass: a.Class, LastModified: o.time(), DeleteMarker: o.marker, Appendable: o.x().Appendable,
	}
	if o.marker {
		out.ETag = ""
	}
	if o.version != 0 {
		out.VersionID = o.versionID()
	}
	if len(a.Meta) > 0 {
		out.Metadata = map[string]string{}
		for _, m := range a.Meta {
			out.Metadata[m.Name] = m.Value
		}
	}
	if tags := o.x().Tags; len(tags) > 0 {
		out.Tags = map[string]string{}
		for _, t := range tags {
			out.Tags[t.Key] = t.Value
		}
	}
	return out
}
