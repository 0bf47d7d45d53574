package event

import (
	"strconv"
	"strings"
)

// MarshalJSON is [Encode] with the values of Authorization headers emptied: JSON is what logs are made of, and an
// Authorization is a secret. Use [Encode] for the exact wire form.
func (n Notification) MarshalJSON() ([]byte, error) {
	b, err := Encode(n)
	if err != nil {
		return nil, err
	}
	return []byte(scrub(string(b))), nil
}

// UnmarshalJSON is [DecodeNotification] without a limit of size. As usual, null changes nothing.
func (n *Notification) UnmarshalJSON(payload []byte) error {
	if string(payload) == "null" {
		return nil
	}
	got, err := DecodeNotification(payload, MaxBytes(-1))
	if err == nil {
		*n = got
	}
	return err
}

// MarshalJSON writes the record's wire form with the values of Authorization headers emptied, as with Notification.
func (r Record) MarshalJSON() ([]byte, error) {
	b, err := appendRecord(nil, &r, 0)
	if err != nil {
		return nil, err
	}
	return []byte(scrub(string(b))), nil
}

// UnmarshalJSON reads one record. As usual, null changes nothing.
func (r *Record) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	d := decoder{scanner: reader(string(text))}
	var got Record
	d.space()
	if err := d.record(&got); err != nil {
		return err
	}
	whole := trim(d.s)
	got.text = &whole
	*r = got
	return nil
}

// MarshalJSON writes what a log wants of an event, without empty members: type, time, bucket, region, key, size, etag,
// contentType, storageClass, versionId, requestId, sourceIP, function and metadata. Record and Object.URL are not among them.
// [Encode] writes the wire form.
func (b Base) MarshalJSON() ([]byte, error) {
	out := []byte(`{"type":`)
	out = appendText(out, string(b.Type))
	text := func(name, value string) {
		if value != "" {
			out = append(out, `,"`+name+`":`...)
			out = appendText(out, value)
		}
	}
	if !b.Time.IsZero() {
		text("time", timeText(b.Time))
	}
	text("bucket", b.Bucket.ID())
	text("region", b.Bucket.Region)
	text("key", b.Object.Key)
	out = append(out, `,"size":`...)
	out = strconv.AppendInt(out, b.Object.Size, 10)
	text("etag", b.Object.ETag)
	text("contentType", b.Object.ContentType)
	text("storageClass", b.Object.StorageClass)
	text("versionId", b.Object.VersionID)
	text("requestId", b.RequestID)
	text("sourceIP", b.SourceIP)
	text("function", b.Function.String())
	if len(b.Object.Metadata) > 0 {
		out = append(out, `,"metadata":`...)
		out = appendMap(out, b.Object.Metadata)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON always fails: an event is not read by itself but from a payload, by [Decode] or a [Mux]. Without it
// encoding/json would make an empty event of any payload.
func (b *Base) UnmarshalJSON([]byte) error {
	return &notNotification{"encoding/json cannot read an event; use Decode or a Mux for the payload"}
}

// isSecret reports whether a header's value is a secret.
func isSecret(name string) bool {
	return foldEqual(name, "authorization") || foldEqual(name, "x-cos-security-token")
}

// scrub empties the value of every member called Authorization or x-cos-security-token, at any depth.
func scrub(text string) string {
	var out strings.Builder
	d := reader(text)
	d.scrub(&out)
	return out.String()
}

// scrub copies the value at the present place.
func (d *scanner) scrub(out *strings.Builder) {
	start := d.pos
	switch d.space() {
	case '{':
		_ = d.enter()
		name, more, err := d.first()
		for ; more && err == nil; name, more, err = d.next() {
			out.WriteString(d.s[start:d.pos])
			if isSecret(name) {
				out.WriteString(`""`)
				_ = d.skip()
			} else {
				d.scrub(out)
			}
			start = d.pos
		}
	case '[':
		_ = d.enter()
		for first := true; ; first = false {
			more, err := d.element(first)
			if !more || err != nil {
				break
			}
			out.WriteString(d.s[start:d.pos])
			d.scrub(out)
			start = d.pos
		}
	default:
		_ = d.skip()
	}
	out.WriteString(d.s[start:d.pos])
}
