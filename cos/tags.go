package cos

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// Tags returns the tags of the object that a key holds now, an empty map if it has none. The error is ErrNotFound, ErrBucketNotFound or
// ErrDenied, in an [*Error]. Source: GET Object tagging of the COS API.
func (o *Objects) Tags(ctx context.Context, b event.Bucket, key string) (map[string]string, error) {
	t := target{op: "tag", bucket: b, key: key}
	if err := t.check(); err != nil {
		return nil, err
	}
	return o.tags(ctx, t)
}

// SetTags replaces the tags of the object that a key holds now; an empty map removes them. The service takes up to ten, and fires no
// event. The error is that of [Objects.Tags]. Sources: PUT and DELETE Object tagging of the COS API.
func (o *Objects) SetTags(ctx context.Context, b event.Bucket, key string, tags map[string]string) error {
	t := target{op: "tag", bucket: b, key: key}
	if err := t.check(); err != nil {
		return err
	}
	x := exchange{method: http.MethodDelete, url: objectURL(b, key, "")}
	x.url.RawQuery = "tagging"
	if len(tags) > 0 {
		var doc tagging
		for name, value := range tags {
			doc.Tags = append(doc.Tags, tag{name, value})
		}
		slices.SortFunc(doc.Tags, func(a, b tag) int { return strings.Compare(a.Key, b.Key) })
		body, err := xml.Marshal(doc)
		if err != nil {
			return t.fail(nil, err)
		}
		x.method, x.body = http.MethodPut, body
	}
	return o.run(ctx, t, x, nil)
}

// tagging is the document of an object's tags.
type tagging struct {
	XMLName xml.Name `xml:"Tagging"`
	Tags    []tag    `xml:"TagSet>Tag"`
}

type tag struct{ Key, Value string }

func (o *Objects) tags(ctx context.Context, t target) (map[string]string, error) {
	x := exchange{method: http.MethodGet, url: objectURL(t.bucket, t.key, t.version)}
	x.url.RawQuery = strings.TrimSuffix("tagging&"+x.url.RawQuery, "&")
	var doc tagging
	err := o.run(ctx, t, x, &doc)
	var e *Error
	if errors.As(err, &e) && e.Code == "NoSuchTagSet" {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	tags := make(map[string]string, len(doc.Tags))
	for _, tag := range doc.Tags {
		tags[tag.Key] = tag.Value
	}
	return tags, nil
}
