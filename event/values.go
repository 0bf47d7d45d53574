package event

import "strings"

// str reads a string. A number or a truth value is taken as it is written; null counts as absent.
func (d *decoder) str(to *string) error {
	if s, i := d.s, d.pos; d.valid && i < len(s) && s[i] == '"' { // nearly always: no white space, no escapes
		if end := d.plain(i + 1); end < len(s) && s[end] == '"' {
			d.pos = end + 1
			*to = s[i+1 : end]
			return nil
		}
	}
	return d.slowString(to)
}

// slowString is str for any other form.
func (d *decoder) slowString(to *string) error {
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
		return d.wrong("a string")
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
		return &RecordError{Offset: int64(start), Problem: problemInteger}
	}
	*to = n
	return nil
}

// parseInt reads a decimal integer. A fraction of zeros and an exponent that leaves a whole number are fine.
func parseInt(s string) (int64, bool) {
	if len(s) > 0 && len(s) <= 18 { // nearly always: digits only
		n, i := int64(0), 0
		for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			n = n*10 + int64(s[i]-'0')
		}
		if i == len(s) {
			return n, true
		}
	}
	return parseIntSlow(s)
}

// parseIntSlow is parseInt for any other form.
func parseIntSlow(s string) (int64, bool) {
	mantissa, exp, hasExp := cutByte(s, 'e')
	if !hasExp {
		mantissa, exp, hasExp = cutByte(s, 'E')
	}
	shift := 0
	if hasExp {
		var ok bool
		if shift, ok = parseExponent(exp); !ok {
			return 0, false
		}
	}
	whole, fraction, hasFraction := cutByte(mantissa, '.')
	if hasFraction && fraction == "" {
		return 0, false
	}
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
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
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
