package event

import "strings"

// resolveKey turns cosObject.key into the key that the COS API takes. The wire has it as /<appid>/<name>/<key>, raw; hand-made
// events have it plain or percent-encoded. path is the url's path without its first slash, still encoded, and is the judge
// where it is there: it tells whether what looks like a prefix is one, and whether the key came encoded.
func resolveKey(key, path string, b *Bucket, wireName string) string {
	short, hasPrefix := cutKeyPrefix(key, b, wireName)
	if path == "" {
		return short
	}
	if key == "" {
		return unescape(path)
	}
	if k, ok := judge(short, path); ok {
		return k
	}
	plain := strings.TrimPrefix(key, "/")
	if hasPrefix { // or a plain key that happens to begin like a prefix
		if k, ok := judge(plain, path); ok {
			return k
		}
	}
	if plain != key { // or a plain key that begins with a slash
		if k, ok := judge(key, path); ok {
			return k
		}
	}
	return short
}

// cutKeyPrefix takes one leading /<appid>/<name>/ off, else one leading slash.
func cutKeyPrefix(key string, b *Bucket, wireName string) (rest string, found bool) {
	if key == "" || key[0] != '/' {
		return key, false
	}
	rest = key[1:]
	if app, ok := cutPart(rest, b.AppID); ok {
		if k, ok := cutPart(app, b.Name); ok {
			return k, true
		}
		if k, ok := cutPart(app, wireName); ok { // a name that has the APPID in it
			return k, true
		}
		if id, ok := strings.CutPrefix(app, b.Name); ok && len(id) > 0 && id[0] == '-' {
			if k, ok := cutPart(id[1:], b.AppID); ok {
				return k, true
			}
		}
	}
	return rest, false
}

// cutPart takes a leading "<part>/" off.
func cutPart(s, part string) (string, bool) {
	if part == "" || len(s) <= len(part) || s[len(part)] != '/' || s[:len(part)] != part {
		return s, false
	}
	return s[len(part)+1:], true
}

// judge asks the url's path about a candidate: if the decoded path is the candidate, that is the key; if it is the decoded
// candidate, the candidate came encoded, as a path or, if it has escapes, as a form, where '+' is a space. A query or fragment may follow a path, but unencoded keys may also contain '?' and
// '#', so that the whole is tried first.
func judge(candidate, path string) (key string, ok bool) {
	decoded := unescape(candidate)
	if key, ok = judgeWhole(candidate, decoded, path); ok {
		return key, true
	}
	for i := 0; i < len(path); i++ {
		if path[i] == '?' || path[i] == '#' {
			return judgeWhole(candidate, decoded, path[:i])
		}
	}
	return "", false
}

func judgeWhole(candidate, decoded, path string) (key string, ok bool) {
	if decodesTo(path, candidate) {
		return candidate, true
	}
	if len(decoded) != len(candidate) && decodesTo(path, decoded) {
		return decoded, true
	}
	if len(decoded) != len(candidate) && strings.IndexByte(candidate, '+') >= 0 {
		form := unescape(strings.ReplaceAll(candidate, "+", " "))
		return form, decodesTo(path, form)
	}
	return "", false
}

// decodesTo reports whether percent-decoding path gives key. A '%' that begins no escape stands for itself.
func decodesTo(path, key string) bool {
	first := strings.IndexByte(path, '%')
	if first < 0 {
		return path == key
	}
	if len(key) < first || path[:first] != key[:first] {
		return false
	}
	j := first
	for i := first; i < len(path); i++ {
		c := path[i]
		if c == '%' {
			if x, ok := hexPair(path, i); ok {
				c = x
				i += 2
			}
		}
		if j >= len(key) || key[j] != c {
			return false
		}
		j++
	}
	return j == len(key)
}

// unescape decodes percent escapes and nothing else: a '+' stays one.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			if x, ok := hexPair(s, i); ok {
				c = x
				i += 2
			}
		}
		out = append(out, c)
	}
	return string(out)
}

// hexPair reads the two digits after the '%' at i.
func hexPair(s string, i int) (byte, bool) {
	if i+2 >= len(s) {
		return 0, false
	}
	hi, ok1 := hexDigit(s[i+1])
	lo, ok2 := hexDigit(s[i+2])
	return hi<<4 | lo, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
