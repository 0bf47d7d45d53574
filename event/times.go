package event

import "time"

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
			return &RecordError{Offset: int64(start), Problem: "is not a Unix time in seconds"}
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

// parseDate reads 2022-04-15, with a time after 'T' or a space, with a fraction, with a zone: Z, +08:00, +0800 or +08.
func parseDate(s string) (unix, nanos int64, ok bool) {
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	for _, layout := range [...]string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Unix(), int64(t.Nanosecond()), true
		}
	}
	return 0, 0, false
}

// timeText writes a time in UTC as RFC 3339 has it, and as Unix seconds where the year has more than four digits.
func timeText(t time.Time) string {
	const year0, year10000 = -62167219200, 253402300800
	if unix := t.Unix(); unix < year0 || unix >= year10000 {
		return itoa(unix) + " seconds"
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func unixTime(unix, nanos int64) time.Time { return time.Unix(unix, nanos).UTC() }
