package jsontext

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Object reads a flat object and calls visit for each member: kind is the first byte of the value as written, such as '"' for
// a string or 'n' for null, and value its text, a string's content unescaped and anything else as written. It reports whether
// b is an object, and calls visit only if it is.
func Object(b []byte, visit func(name string, kind byte, value string)) bool {
	if !Valid(b) {
		return false
	}
	i := space(b, 0)
	if b[i] != '{' {
		return false
	}
	// b is valid, so nothing below runs past its end.
	for i = space(b, i+1); b[i] != '}'; {
		end, _ := skipString(b, i)
		name := unquote(b[i+1 : end-1])
		i = space(b, end)
		i = space(b, i+1)
		end, _ = skipValue(b, i, 0)
		if b[i] == '"' {
			visit(name, b[i], unquote(b[i+1:end-1]))
		} else {
			visit(name, b[i], string(b[i:end]))
		}
		if i = space(b, end); b[i] == ',' {
			i = space(b, i+1)
		}
	}
	return true
}

// unquote returns the text of a valid string, given without its quotes.
func unquote(b []byte) string {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			r, n := utf8.DecodeRune(b[i:])
			out = utf8.AppendRune(out, r)
			i += n
			continue
		}
		c := b[i+1]
		i += 2
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(b, i)
			i += 4
			if utf16.IsSurrogate(r) {
				r = utf8.RuneError
				if high, _ := hex4(b, i-4); i+6 <= len(b) && b[i] == '\\' && b[i+1] == 'u' {
					low, _ := hex4(b, i+2)
					if pair := utf16.DecodeRune(high, low); pair != utf8.RuneError {
						r = pair
						i += 6
					}
				}
			}
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, c)
	}
	return string(out)
}
