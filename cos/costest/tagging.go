package costest

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"unicode/utf8"
)

type tag struct{ Key, Value string }

const (
	maxObjectTags = 10
	maxBucketTags = 50
)

type tagsXML struct {
	Tags []tag `xml:"TagSet>Tag"`
}

// checkTags applies the limits of the COS document "Object Tag Overview".
func checkTags(tags []tag, limit int) error {
	if len(tags) > limit {
		return errInvalidTag.with("There are more than %d tags.", limit)
	}
	seen := map[string]bool{}
	for _, t := range tags {
		switch {
		case t.Key == "" || utf8.RuneCountInString(t.Key) > 127 || utf8.RuneCountInString(t.Value) > 255:
			return errInvalidTag.with("A tag's key has 1 to 127 characters, its value at most 255.")
		case seen[t.Key]:
			return errInvalidTag.with("Two tags have the same key.")
		}
		seen[t.Key] = true
	}
	return nil
}

// tagHeader reads x-cos-tagging: key=value pairs in the form of a query.
func tagHeader(h http.Header) ([]tag, error) {
	text := first(h, "X-Cos-Tagging")
	if text == "" {
		return nil, nil
	}
	q, err := parseQuery(text)
	if err != nil {
		return nil, errInvalidTag
	}
	var tags []tag
	for _, p := range q {
		tags = append(tags, tag{p.key, p.value})
	}
	return tags, checkTags(tags, maxObjectTags)
}

// parseTags reads a bucket's tags, which were checked when they came.
func parseTags(raw string) []tag {
	var x tagsXML
	_ = xml.Unmarshal([]byte(raw), &x)
	return x.Tags
}

func checkBucketTags(_ *call, _ *config, raw []byte) error {
	var x tagsXML
	if err := xml.NewDecoder(bytes.NewReader(raw)).Decode(&x); err != nil || len(x.Tags) == 0 {
		return errMalformedXML
	}
	return checkTags(x.Tags, maxBucketTags)
}

func (c *call) putTagging() error {
	var x tagsXML
	if _, err := c.readXML("Tagging", &x); err != nil {
		return err
	}
	if err := checkTags(x.Tags, maxObjectTags); err != nil {
		return err
	}
	return c.setTags(x.Tags, http.StatusOK)
}

func (c *call) deleteTagging() error { return c.setTags(nil, http.StatusNoContent) }

func (c *call) setTags(tags []tag, status int) error {
	o, err := c.s.update(c.b, c.key, c.q.version(), func(o *object) error { o.more.Tags = tags; return nil })
	if err != nil {
		return err
	}
	c.versionHeader(o)
	c.reply(status)
	return nil
}

func (c *call) getTagging() error {
	o, err := c.b.lookup(c.key, c.q.version())
	if err != nil {
		return err
	}
	c.versionHeader(o)
	out := []byte(xmlHeader + "<Tagging><TagSet>")
	for _, t := range o.x().Tags {
		out = append(out, "<Tag>"...)
		out = appendElement(out, "Key", t.Key)
		out = appendElement(out, "Value", t.Value)
		out = append(out, "</Tag>"...)
	}
	c.reply(http.StatusOK, append(out, "</TagSet></Tagging>"...))
	return nil
}
