package event

import (
	"strings"
)

// str reads text. A number or a truth value is taken as it is written; null counts as absent.
func (d *decoder) str(to *string) error {
	if s, i := d.s, d.pos; d.valid && i < len(s) && s[i] == '"' { // the usual: no white space, no escapes
		if end := d.plain(i + 1); end < len(s) && s[end] == '"' {
			d.pos = end + 1
			*to = s[i+1 : end]
			return nil
		}
	}
	return d.oddStr(to)
}

func (d *decoder) oddStr(to *string) error {
	switch c := d.space(); c {
	case '"':
		s, err := d.scanner.text()
		if err == nil {
			*to = s
		}
		return err
	case 'n':
		return d.literal("null")
	case 't', 'f':
		start := d.pos
		err := d.skip()
		if err == nil {
			*to = d.s[start:d.pos]
		}
		return err
	case '{', '[':
		return d.wrong("text")
	default:
		if c != '-' && (c < '0' || c > '9') {
			return d.syntax("a value is missing")
		}
		s, err := d.number()
		if err == nil {
			*to = s
		}
		return err
	}
}

// integer reads a whole number, or text that is one. Empty text and null count as absent.
func (d *decoder) integer(to *int64) error {
	c := d.space()
	start := d.pos
	switch {
	case c == '-' || c >= '0' && c <= '9':
		s, err := d.number()
		if err != nil {
			return err
		}
		return d.parse(s, to, start)
	case c == '"':
		s, err := d.scanner.text()
		if err != nil {
			return err
		}
		if s = trim(s); s == "" {
			return nil
		}
		return d.parse(s, to, start)
	case c == 'n':
		return d.literal("null")
	}
	return d.wrong("a number")
}

func (d *decoder) parse(s string, to *int64, start int) error {
	n, ok := parseInt(s)
	if !ok {
		return &RecordError{Offset: int64(start), Err: ErrRange, detail: "no 64-bit integer"}
	}
	*to = n
	return nil
}

// parseInt reads a decimal integer. A fraction of zeros and an exponent that leaves a whole number are fine.
func parseInt(s string) (int64, bool) {
	if len(s) > 0 && len(s) <= 18 { // the usual: digits only
		n, i := int64(0), 0
		for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			n = n*10 + int64(s[i]-'0')
		}
		if i == len(s) {
			return n, true
		}
	}
	return parseOddInt(s)
}

func parseOddInt(s string) (int64, bool) {
	mantissa, exp, ok := cutByte(s, 'e')
	if !ok {
		mantissa, exp, _ = cutByte(s, 'E')
	}
	shift := 0
	if exp != "" {
		var ok bool
		if shift, ok = parseExponent(exp); !ok {
			return 0, false
		}
	}
	whole, fraction, _ := cutByte(mantissa, '.')
	negative := strings.HasPrefix(whole, "-")
	if negative {
		whole = whole[1:]
	}
	if whole == "" || whole[0] == '+' || len(s) > 800 {
		return 0, false
	}
	digits := whole + fraction
	point := len(whole) + shift // where the point is in digits
	n := int64(0)
	for i := 0; i < max(point, len(digits)); i++ {
		c := byte('0')
		if i < len(digits) {
			c = digits[i]
		}
		switch {
		case c < '0' || c > '9' || i >= point && c != '0':
			return 0, false
		case i >= point:
			continue
		case n < (minInt+int64(c-'0'))/10:
			return 0, false
		}
		n = n*10 - int64(c-'0') // the negative side has room for one more
	}
	if negative {
		return n, true
	}
	return -n, n != minInt
}

const minInt = -1 << 63

// parseExponent reads an exponent of up to three digits.
func parseExponent(s string) (int, bool) {
	negative := s[0] == '-'
	if negative || s[0] == '+' {
		s = s[1:]
	}
	if s == "" || len(s) > 3 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// time reads Unix seconds, as a number or as text, or a date as ISO 8601. Any other text counts as absent.
func (d *decoder) time(to *int64) error {
	c := d.space()
	start := d.pos
	switch {
	case c == '-' || c >= '0' && c <= '9':
		s, err := d.number()
		if err != nil {
			return err
		}
		var ok bool
		if *to, d.nanos, ok = parseUnix(s); !ok {
			return &RecordError{Offset: int64(start), Err: ErrRange, detail: "no Unix time"}
		}
		return nil
	case c == '"':
		s, err := d.scanner.text()
		if err != nil {
			return err
		}
		if t, nanos, ok := parseTime(s); ok {
			*to, d.nanos = t, nanos
		}
		return nil
	case c == 'n':
		return d.literal("null")
	}
	return d.wrong("a time")
}

// parseUnix reads Unix seconds, which may have a fraction.
func parseUnix(s string) (unix, nanos int64, ok bool) {
	if n, ok := parseInt(s); ok {
		return n, 0, true
	}
	whole, fraction, found := cutByte(s, '.')
	if !found || s[0] == '-' {
		return 0, 0, false
	}
	unix, ok = parseInt(whole)
	if !ok {
		return 0, 0, false
	}
	nanos, ok = parseInt((fraction + "000000000")[:9])
	return unix, nanos, ok && nanos >= 0 && isDigits(fraction)
}

// parseTime reads a time as text: Unix seconds or ISO 8601, taken as UTC where it names no zone.
func parseTime(s string) (unix, nanos int64, ok bool) {
	s = trim(s)
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, 0, false
	}
	if unix, nanos, ok = parseUnix(s); ok {
		return unix, nanos, true
	}
	return parseDate(s)
}

// trim takes white space off both ends.
func trim(s string) string {
	for s != "" && s[0] <= ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}
