package event

import "time"

// dateReader reads ISO 8601 dates. Package time does too, with ten times the code in the program.
type dateReader struct {
	s  string
	ok bool
}

// digits reads a number of exactly n digits.
func (r *dateReader) digits(n int) int {
	if len(r.s) < n {
		r.ok = false
		return 0
	}
	v := 0
	for i := range n {
		c := r.s[i]
		if c < '0' || c > '9' {
			r.ok = false
			return 0
		}
		v = v*10 + int(c-'0')
	}
	r.s = r.s[n:]
	return v
}

// skip reads over a byte if it is there.
func (r *dateReader) skip(c byte) bool {
	if r.s == "" || r.s[0] != c {
		return false
	}
	r.s = r.s[1:]
	return true
}

func (r *dateReader) need(c byte) { r.ok = r.skip(c) && r.ok }

// parseDate reads 2022-04-15, with a time after 'T' or a space, with a fraction, with a zone: Z, +08:00 or +0800.
func parseDate(s string) (unix, nanos int64, ok bool) {
	r := dateReader{s: s, ok: true}
	year := r.digits(4)
	r.need('-')
	month := r.digits(2)
	r.need('-')
	day := r.digits(2)
	var hour, minute, second, zone int
	if r.skip('T') || r.skip(' ') {
		hour = r.digits(2)
		r.need(':')
		minute = r.digits(2)
		r.need(':')
		second = r.digits(2)
		if r.skip('.') || r.skip(',') {
			nanos = r.fraction()
		}
		zone = r.zone()
	}
	if !r.ok || r.s != "" || !isDate(year, month, day) || hour > 23 || minute > 59 || second > 59 {
		return 0, 0, false
	}
	return int64(((daysSince1970(year, month, day)*24+hour)*60+minute)*60 + second - zone), nanos, true
}

func isDate(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return day <= 29
	}
	return day <= int("\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"[month-1])
}

// daysSince1970 counts days in the Gregorian calendar. Years begin in March here, so that the leap day is a year's last.
func daysSince1970(year, month, day int) int {
	if month < 3 {
		year, month = year-1, month+12
	}
	return 365*year + (year+400)/4 - (year+400)/100 + (year+400)/400 - 97 + (153*(month-3)+2)/5 + day - 1 - 719468
}

// fraction reads digits after the point as nanoseconds.
func (r *dateReader) fraction() int64 {
	n, digits := int64(0), 0
	for ; r.s != "" && r.s[0] >= '0' && r.s[0] <= '9'; digits++ {
		if digits < 9 {
			n = n*10 + int64(r.s[0]-'0')
		}
		r.s = r.s[1:]
	}
	r.ok = r.ok && digits > 0
	for ; digits < 9; digits++ {
		n *= 10
	}
	return n
}

// zone reads the offset in seconds.
func (r *dateReader) zone() int {
	sign := 1
	switch {
	case r.s == "" || r.skip('Z'):
		return 0
	case r.skip('+'):
	case r.skip('-'):
		sign = -1
	default:
		r.ok = false
		return 0
	}
	hour := r.digits(2)
	r.skip(':')
	minute := r.digits(2)
	r.ok = r.ok && hour < 24 && minute < 60
	return sign * (hour*3600 + minute*60)
}

// pad writes a number with leading zeros.
//
//go:noinline
func pad(b []byte, n, width int) []byte {
	at := len(b)
	b = append(b, "000000000"[:width]...)
	for i := at + width - 1; i >= at; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

// appendDate writes a time in UTC as ISO 8601, with a fraction if it has one.
func appendDate(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	if year < 0 || year > 9999 {
		return append(append(b, itoa(t.Unix())...), " seconds"...)
	}
	b = pad(b, year, 4)
	b = append(b, '-')
	b = pad(b, int(month), 2)
	b = append(b, '-')
	b = pad(b, day, 2)
	b = append(b, 'T')
	b = pad(b, hour, 2)
	b = append(b, ':')
	b = pad(b, minute, 2)
	b = append(b, ':')
	b = pad(b, second, 2)
	if n := t.Nanosecond(); n != 0 {
		b = append(b, '.')
		b = pad(b, n, 9)
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return append(b, 'Z')
}
