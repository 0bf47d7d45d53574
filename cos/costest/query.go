package costest

import (
	"net/http"
	"strings"
)

// query is a request's parameters in their order. net/url's parser is not used because it refuses a bare ';', which some
// clients leave in q-sign-time.
type query []param

type param struct{ key, value string }

// parseQuery decodes raw; a broken escape is an error.
func parseQuery(raw string) (query, error) {
	if raw == "" {
		return nil, nil
	}
	q := make(query, 0, strings.Count(raw, "&")+1)
	for raw != "" {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		k, ok1 := unescape(k, true)
		v, ok2 := unescape(v, true)
		if !ok1 || !ok2 {
			return nil, errInvalidURI
		}
		q = append(q, param{k, v})
	}
	return q, nil
}

func (q query) has(key string) bool {
	for i := range q {
		if q[i].key == key {
			return true
		}
	}
	return false
}

// get returns the first value of key, or "".
func (q query) get(key string) string {
	v, _ := q.lookup(key)
	return v
}

func (q query) lookup(key string) (string, bool) {
	for i := range q {
		if q[i].key == key {
			return q[i].value, true
		}
	}
	return "", false
}

// version returns the version a request names; the official Go client spells the parameter VersionId when it deletes.
func (q query) version() string {
	if v := q.get("versionId"); v != "" {
		return v
	}
	return q.get("VersionId")
}

// unescape decodes percent escapes, and '+' as a space where form is true.
func unescape(s string, form bool) (string, bool) {
	if strings.IndexByte(s, '%') < 0 && (!form || strings.IndexByte(s, '+') < 0) {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%':
			if i+2 >= len(s) || unhex(s[i+1]) < 0 || unhex(s[i+2]) < 0 {
				return "", false
			}
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		case s[i] == '+' && form:
			out = append(out, ' ')
		default:
			out = append(out, s[i])
		}
	}
	return string(out), true
}

// first returns the first value of a header whose name is canonical already, which spares looking for its canonical form.
func first(h http.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

const upperHex = "0123456789ABCDEF"

// appendEscaped appends s with every byte escaped but letters, digits, '-', '_', '.', '~' and those of keep: the encoding that
// signatures, urls in events and encoding-type=url are built on.
func appendEscaped(dst []byte, s, keep string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			dst = append(dst, c)
		case keep != "" && strings.IndexByte(keep, c) >= 0:
			dst = append(dst, c)
		default:
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}

// appendLowerEscaped is appendEscaped in lower case, as signatures have their names.
func appendLowerEscaped(dst []byte, s string) []byte {
	from := len(dst)
	dst = appendEscaped(dst, s, "")
	for i := from; i < len(dst); i++ {
		if 'A' <= dst[i] && dst[i] <= 'Z' {
			dst[i] += 'a' - 'A'
		}
	}
	return dst
}
