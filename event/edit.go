package event

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reader returns a scanner for text that the decoder has accepted before.
func reader(text string) scanner {
	return scanner{s: text, depth: math.MaxInt, max: math.MaxInt, valid: utf8.ValidString(text)}
}

// rewrite replaces the value at a path inside a JSON value by what f makes of its text, "" if there is none. Objects on the
// way that are missing or null are made; all else stays as it is written. A member that comes twice is replaced twice.
func rewrite(text string, path []string, f func(old string) string) string {
	if len(path) == 0 {
		return f(text)
	}
	if text == "" || text[0] != '{' {
		text = "{}"
	}
	var out strings.Builder
	out.Grow(len(text) + 64)
	copied, found := 0, false
	end, members := eachMember(text, func(name string, start, end int) {
		if name != path[0] {
			return
		}
		found = true
		out.WriteString(text[copied:start])
		out.WriteString(rewrite(text[start:end], path[1:], f))
		copied = end
	})
	if !found {
		out.WriteString(text[copied:end])
		copied = end
		if members > 0 {
			out.WriteByte(',')
		}
		out.Write(appendText(nil, path[0]))
		out.WriteByte(':')
		out.WriteString(rewrite("", path[1:], f))
	}
	out.WriteString(text[copied:])
	return out.String()
}

// eachMember calls f for each member of an object's text, with where its value is, and returns where the closing brace is and
// how many members there are.
func eachMember(text string, f func(name string, start, end int)) (brace, members int) {
	d := reader(text)
	if d.space() != '{' || d.enter() != nil {
		return len(text), 0
	}
	for name, more, err := d.first(); more && err == nil; name, more, err = d.next() {
		d.space()
		start := d.pos
		if d.skip() != nil {
			break // cannot be: the text was read before
		}
		members++
		f(name, start, d.pos)
	}
	return d.pos - 1, members
}

// appendDecoded writes a record that was decoded: its text, with the fields replaced that were changed since.
func appendDecoded(b []byte, r *Record, index int) ([]byte, error) {
	if r.unreadable {
		if !r.isZero() {
			return nil, &RecordError{Index: index, Problem: "has fields, but it could not be decoded: make a new Record for them"}
		}
		return append(b, *r.text...), nil
	}
	d := decoder{scanner: reader(*r.text)}
	var was Record
	if err := d.record(&was); err != nil {
		return nil, &RecordError{Index: index, Problem: "cannot be read again", Err: err} // cannot be: it was read before
	}
	return append(b, changed(*r.text, &was, r)...), nil
}

// isZero reports whether all fields are zero.
func (r *Record) isZero() bool {
	c, e := &r.COS, &r.Event
	return c.Bucket == RecordBucket{} && c.NotificationID == "" && c.SchemaVersion == "" &&
		c.Object.Key == "" && len(c.Object.Meta) == 0 && c.Object.Size == 0 && c.Object.URL == "" && c.Object.VersionID == "" &&
		e.Name == "" && e.Queue == "" && e.Source == "" && e.Time == 0 && e.Version == "" && e.ReqID == 0 &&
		len(e.RequestParameters.Headers.Fields()) == 0 && e.RequestParameters.SourceIP == "" && e.ReservedInfo == ""
}

// changed returns the text of a record with the fields of now that differ from was.
func changed(text string, was, now *Record) string {
	set := func(value string, path ...string) {
		text = rewrite(text, path, func(string) string { return value })
	}
	str := func(was, now string, path ...string) {
		if was != now {
			set(string(appendText(nil, now)), path...)
		}
	}
	num := func(was, now int64, path ...string) {
		if was != now {
			set(strconv.FormatInt(now, 10), path...)
		}
	}
	headers := func(was, now Fields, path ...string) {
		if !slices.Equal(was, now) {
			text = rewrite(text, path, func(old string) string { return rewriteFields(old, now) })
		}
	}
	wb, nb := &was.COS.Bucket, &now.COS.Bucket
	str(wb.AppID, nb.AppID, "cos", "cosBucket", "appid")
	str(wb.CosRegion, nb.CosRegion, "cos", "cosBucket", "cosRegion")
	str(wb.Name, nb.Name, "cos", "cosBucket", "name")
	str(wb.Region, nb.Region, "cos", "cosBucket", "region")
	str(wb.S3Region, nb.S3Region, "cos", "cosBucket", "s3Region")
	str(was.COS.NotificationID, now.COS.NotificationID, "cos", "cosNotificationId")
	wo, no := &was.COS.Object, &now.COS.Object
	str(wo.Key, no.Key, "cos", "cosObject", "key")
	headers(wo.Meta, no.Meta, "cos", "cosObject", "meta")
	num(wo.Size, no.Size, "cos", "cosObject", "size")
	str(wo.URL, no.URL, "cos", "cosObject", "url")
	str(wo.VersionID, no.VersionID, "cos", "cosObject", "vid")
	str(was.COS.SchemaVersion, now.COS.SchemaVersion, "cos", "cosSchemaVersion")
	we, ne := &was.Event, &now.Event
	str(we.Name, ne.Name, "event", "eventName")
	str(we.Queue, ne.Queue, "event", "eventQueue")
	str(we.Source, ne.Source, "event", "eventSource")
	num(we.Time, ne.Time, "event", "eventTime")
	str(we.Version, ne.Version, "event", "eventVersion")
	num(we.ReqID, ne.ReqID, "event", "reqid")
	wp, np := &we.RequestParameters, &ne.RequestParameters
	if !wp.Headers.same(np.Headers) {
		headers(wp.Headers.Fields(), np.Headers.Fields(), "event", "requestParameters", "requestHeaders")
	}
	str(wp.SourceIP, np.SourceIP, "event", "requestParameters", "requestSourceIP")
	str(we.ReservedInfo, ne.ReservedInfo, "event", "reservedInfo")
	return text
}

// rewriteFields makes the text of an object of strings say what now says. Values that are right keep their text, and so do, behind
// them, values that Fields cannot hold, unless their name is given a string or is that of a secret.
func rewriteFields(old string, now Fields) string {
	given := make(map[string]bool, len(now))
	for i := range now {
		given[now[i].Name] = true
	}
	texts := make(map[Field]string, len(now)) // of the values as they were written
	var rest []byte
	if old != "" && old[0] == '{' {
		eachMember(old, func(name string, start, end int) {
			text := old[start:end]
			if c := text[0]; c == '{' || c == '[' {
				if !given[name] && !isSecret(name) {
					rest = append(appendText(append(rest, ','), name), ':')
					rest = append(rest, text...)
				}
				return
			}
			d := decoder{scanner: reader(text)}
			was := Field{Name: name}
			if d.str(&was.Value) == nil {
				texts[was] = text
			}
		})
	}
	b := []byte{'{'}
	for i := range now {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, now[i].Name), ':')
		if text, ok := texts[now[i]]; ok {
			b = append(b, text...)
		} else {
			b = appendText(b, now[i].Value)
		}
	}
	if len(now) == 0 && len(rest) > 0 {
		rest = rest[1:]
	}
	return string(append(append(b, rest...), '}'))
}
