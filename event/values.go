package event

import (
	"strconv"
	"strings"
	"time"
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
		if s = strings.TrimSpace(s); s == "" {
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
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, s[0] != '+'
	}
	mantissa, exp, ok := strings.Cut(s, "e")
	if !ok {
		mantissa, exp, ok = strings.Cut(s, "E")
	}
	shift := 0
	if ok {
		n, err := strconv.Atoi(exp)
		if err != nil || n < -400 || n > 400 {
			return 0, false
		}
		shift = n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > max(shift, 0) || len(s) > 400 {
		return 0, false
	}
	digits := whole + fraction
	if shift -= len(fraction); shift < 0 {
		cut := len(digits) + shift
		if cut < 1 || strings.Trim(digits[cut:], "0") != "" {
			return 0, strings.Trim(digits, "-0") == "" && digits != "" && digits != "-"
		}
		digits, shift = digits[:cut], 0
	}
	if strings.Trim(digits, "-0") == "" {
		return 0, digits != "" && digits != "-"
	}
	if len(digits)+shift > 40 {
		digits = strings.TrimLeft(digits, "0")
		if len(digits)+shift > 40 {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", shift), 10, 64)
	return n, err == nil && s[0] != '+'
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
	whole, fraction, found := strings.Cut(s, ".")
	if !found || s[0] == '-' {
		return 0, 0, false
	}
	unix, ok = parseInt(whole)
	if !ok {
		return 0, 0, false
	}
	nanos, ok = parseInt((fraction + "000000000")[:9])
	return unix, nanos, ok && nanos >= 0 && strings.Trim(fraction, "0123456789") == ""
}

var timeLayouts = [...]string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
	"2006-01-02",
}

// parseTime reads a time as text: Unix seconds or ISO 8601, taken as UTC where it names no zone.
func parseTime(s string) (unix, nanos int64, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, 0, false
	}
	if unix, nanos, ok = parseUnix(s); ok {
		return unix, nanos, true
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Unix(), int64(t.Nanosecond()), true
		}
	}
	return 0, 0, false
}
