package event

import (
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Encode writes the wire form. A record that was decoded is written as it came, unknown members and the exact text of numbers
// included, except for fields that were changed since. One made by hand is written as the platform does: every member
// is there, only an empty CosRegion and S3Region are left out, which is the shape of before 2022. Text that is not valid UTF-8
// is repaired with U+FFFD.
//
// The error, a *[RecordError], is about a record that could not be decoded and was given fields since.
func Encode(n Notification) ([]byte, error) {
	list := []byte{'['}
	for i := range n.Records {
		if i > 0 {
			list = append(list, ',')
		}
		var err error
		if list, err = appendRecord(list, &n.Records[i], i); err != nil {
			return nil, err
		}
	}
	list = append(list, ']')
	if n.text == nil || *n.text == "" {
		return append(append([]byte(`{"Records":`), list...), '}'), nil
	}
	return []byte(rewrite(*n.text, []string{"Records"}, func(old string) string {
		if len(n.Records) == 0 && old == "null" {
			return old
		}
		return string(list)
	})), nil
}

// appendRecord writes the record of an index.
func appendRecord(b []byte, r *Record, index int) ([]byte, error) {
	if r.text != nil {
		return appendDecoded(b, r, index)
	}
	return appendFresh(b, r), nil
}

// appendFresh writes a record in today's form, the members in the platform's order.
func appendFresh(b []byte, r *Record) []byte {
	b = append(b, `{"cos":{"cosBucket":{"appid":`...)
	b = appendText(b, r.COS.Bucket.AppID)
	if r.COS.Bucket.CosRegion != "" {
		b = append(b, `,"cosRegion":`...)
		b = appendText(b, r.COS.Bucket.CosRegion)
	}
	b = append(b, `,"name":`...)
	b = appendText(b, r.COS.Bucket.Name)
	b = append(b, `,"region":`...)
	b = appendText(b, r.COS.Bucket.Region)
	if r.COS.Bucket.S3Region != "" {
		b = append(b, `,"s3Region":`...)
		b = appendText(b, r.COS.Bucket.S3Region)
	}
	b = append(b, `},"cosNotificationId":`...)
	b = appendText(b, r.COS.NotificationID)
	b = append(b, `,"cosObject":{"key":`...)
	b = appendText(b, r.COS.Object.Key)
	b = append(b, `,"meta":`...)
	b = appendFields(b, r.COS.Object.Meta)
	b = append(b, `,"size":`...)
	b = strconv.AppendInt(b, r.COS.Object.Size, 10)
	b = append(b, `,"url":`...)
	b = appendText(b, r.COS.Object.URL)
	b = append(b, `,"vid":`...)
	b = appendText(b, r.COS.Object.VersionID)
	b = append(b, `},"cosSchemaVersion":`...)
	b = appendText(b, r.COS.SchemaVersion)
	b = append(b, `},"event":{"eventName":`...)
	b = appendText(b, r.Event.Name)
	b = append(b, `,"eventQueue":`...)
	b = appendText(b, r.Event.Queue)
	b = append(b, `,"eventSource":`...)
	b = appendText(b, r.Event.Source)
	b = append(b, `,"eventTime":`...)
	b = strconv.AppendInt(b, r.Event.Time, 10)
	b = append(b, `,"eventVersion":`...)
	b = appendText(b, r.Event.Version)
	b = append(b, `,"reqid":`...)
	b = strconv.AppendInt(b, r.Event.ReqID, 10)
	b = append(b, `,"requestParameters":{"requestHeaders":`...)
	b = appendFields(b, r.Event.RequestParameters.Headers.Fields())
	b = append(b, `,"requestSourceIP":`...)
	b = appendText(b, r.Event.RequestParameters.SourceIP)
	b = append(b, `},"reservedInfo":`...)
	b = appendText(b, r.Event.ReservedInfo)
	return append(b, `}}`...)
}

// appendMap writes a map of strings, its names in order.
func appendMap(b []byte, m map[string]string) []byte {
	b = append(b, '{')
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, k)
		b = append(b, ':')
		b = appendText(b, m[k])
	}
	return append(b, '}')
}

// appendText writes a JSON string with no more escapes than JSON asks for.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\ufffd"...)
				start = i + 1
			}
			i += n
			continue
		}
		i++
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i-1]...)
		start = i
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
