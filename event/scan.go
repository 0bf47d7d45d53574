package event

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// scanner reads JSON text (RFC 8259) where it stands: no tree is built, and text without escapes is not copied.
type scanner struct {
	s        string
	pos      int
	depth    int             // still allowed
	max      int             // depth allowed at the start, for the error
	valid    bool            // s is valid UTF-8 throughout
	room     strings.Builder // where texts with escapes are put together, one behind the other
	repaired bool            // some text was not valid Unicode
}

// syntax is the error at the present place.
func (d *scanner) syntax(problem string) error {
	if d.pos >= len(d.s) {
		problem = "it ends too early"
	}
	return &SyntaxError{Offset: int64(d.pos), Problem: problem}
}

// space skips white space and returns the byte there, 0 at the end.
func (d *scanner) space() byte {
	for d.pos < len(d.s) {
		c := d.s[d.pos]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		d.pos++
	}
	return 0
}

// enter goes one level down.
func (d *scanner) enter() error {
	if d.depth == 0 {
		return &LimitError{What: "levels of nesting", Limit: d.max, Offset: int64(d.pos)}
	}
	d.depth--
	d.pos++
	return nil
}

// first reads after '{': the name of the first member, up to and with its colon, or the end of the object.
func (d *scanner) first() (name string, more bool, err error) {
	if d.space() == '}' {
		d.pos++
		d.depth++
		return "", false, nil
	}
	name, err = d.name()
	return name, err == nil, err
}

// next reads after a member's value: the name of the next member, or the end of the object.
func (d *scanner) next() (name string, more bool, err error) {
	c := byte(0)
	if d.pos < len(d.s) {
		c = d.s[d.pos]
	}
	if c <= ' ' {
		c = d.space()
	}
	switch c {
	case ',':
		d.pos++
		name, err = d.name()
		return name, err == nil, err
	case '}':
		d.pos++
		d.depth++
		return "", false, nil
	}
	return "", false, d.syntax("a comma or } is missing")
}

// name reads a member's name and its colon.
func (d *scanner) name() (string, error) {
	if s, i := d.s, d.pos; d.valid && i < len(s) && s[i] == '"' { // nearly always: no white space, no escapes
		if end := d.plain(i + 1); end+1 < len(s) && s[end] == '"' && s[end+1] == ':' {
			d.pos = end + 2
			return s[i+1 : end], nil
		}
	}
	d.space()
	if !d.at('"') {
		return "", d.syntax("a member's name is missing")
	}
	name, err := d.text()
	if err != nil {
		return "", err
	}
	if d.space() != ':' {
		return "", d.syntax("a colon is missing")
	}
	d.pos++
	return name, nil
}

// element reads before an element of an array, the first one or a later one, or the end of the array.
func (d *scanner) element(first bool) (more bool, err error) {
	c := d.space()
	if c == ']' {
		d.pos++
		d.depth++
		return false, nil
	}
	if first {
		return true, nil
	}
	if c != ',' {
		return false, d.syntax("a comma or ] is missing")
	}
	d.pos++
	if d.space() == ']' {
		return false, d.syntax("a value is missing")
	}
	return true, nil
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain returns the place of the first '"', '\\' or control character at or after i.
func (d *scanner) plain(i int) int {
	s := d.s
	for ; i+8 <= len(s); i += 8 {
		t := s[i : i+8]
		w := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
			uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		// Subtracting borrows into the high bit of a byte that is zero, or below 0x20, and had none. Borrows make wrong
		// hits only above a right one, so the lowest hit is right.
		if hit := ((w ^ ones*'"' - ones) | (w ^ ones*'\\' - ones) | (w - ones*0x20)) &^ w & highs; hit != 0 {
			return i + bits.TrailingZeros64(hit)>>3
		}
	}
	for i < len(s) && s[i] != '"' && s[i] != '\\' && s[i] >= ' ' {
		i++
	}
	return i
}

// text reads a string, its opening quote at the present place.
func (d *scanner) text() (string, error) {
	start := d.pos + 1
	end := d.plain(start)
	if d.valid && end < len(d.s) && d.s[end] == '"' {
		d.pos = end + 1
		return d.s[start:end], nil
	}
	return d.slowText(start, end)
}

// slowText reads a string that has an escape, a control character or no end at end, or may not be valid UTF-8.
func (d *scanner) slowText(start, end int) (string, error) {
	room := end - start + 64
	if d.room.Cap()-d.room.Len() < room {
		d.room = strings.Builder{}
		d.room.Grow(min(max(room, (len(d.s)-start)/32), 8<<10))
	}
	before := d.room.Len()
	for {
		d.room.WriteString(d.s[start:end])
		d.pos = end
		if end >= len(d.s) {
			return "", d.syntax("")
		}
		switch d.s[end] {
		case '"':
			d.pos++
			s := d.room.String()[before:]
			if !d.valid && !utf8.ValidString(s) {
				d.repaired = true
				s = repair(s)
			}
			return s, nil
		case '\\':
			r, err := d.escape()
			if err != nil {
				return "", err
			}
			d.room.WriteRune(r)
		default:
			return "", d.syntax("a string contains a control character")
		}
		start = d.pos
		end = d.plain(start)
	}
}

// repair makes U+FFFD of each byte that is not valid UTF-8.
func repair(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// escape reads one escape, the backslash at the present place.
func (d *scanner) escape() (rune, error) {
	if d.pos+1 >= len(d.s) {
		d.pos = len(d.s)
		return 0, d.syntax("")
	}
	r := rune(d.s[d.pos+1])
	switch r {
	case '"', '\\', '/':
	case 'b':
		r = '\b'
	case 'f':
		r = '\f'
	case 'n':
		r = '\n'
	case 'r':
		r = '\r'
	case 't':
		r = '\t'
	case 'u':
		return d.unicode()
	default:
		return 0, d.syntax("a string contains an unknown escape")
	}
	d.pos += 2
	return r, nil
}

// unicode reads \uXXXX, and a second one that makes a pair of surrogates with it. A lone surrogate becomes U+FFFD.
func (d *scanner) unicode() (rune, error) {
	r, ok := d.hex4(d.pos + 2)
	if !ok {
		return 0, d.syntax("a string contains a broken \\u escape")
	}
	d.pos += 6
	if r < 0xd800 || r >= 0xe000 {
		return r, nil
	}
	if r < 0xdc00 && d.pos+1 < len(d.s) && d.s[d.pos] == '\\' && d.s[d.pos+1] == 'u' {
		if low, ok := d.hex4(d.pos + 2); ok && low >= 0xdc00 && low < 0xe000 {
			d.pos += 6
			return 0x10000 + (r-0xd800)<<10 + (low - 0xdc00), nil
		}
	}
	d.repaired = true
	return utf8.RuneError, nil
}

func (d *scanner) hex4(i int) (rune, bool) {
	if i+4 > len(d.s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(d.s[i : i+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// skip reads any value and checks that it is JSON.
func (d *scanner) skip() error {
	switch c := d.space(); c {
	case '"':
		return d.skipText()
	case '{':
		return d.skipObject()
	case '[':
		return d.skipArray()
	case 't':
		return d.literal("true")
	case 'f':
		return d.literal("false")
	case 'n':
		return d.literal("null")
	default:
		if c == '-' || c >= '0' && c <= '9' {
			_, err := d.number()
			return err
		}
		return d.syntax("a value is missing")
	}
}

func (d *scanner) skipText() error {
	end := d.plain(d.pos + 1)
	if end < len(d.s) && d.s[end] == '"' {
		if !d.valid && !utf8.ValidString(d.s[d.pos:end]) {
			d.repaired = true
		}
		d.pos = end + 1
		return nil
	}
	_, err := d.text()
	return err
}

func (d *scanner) skipObject() error {
	if err := d.enter(); err != nil {
		return err
	}
	_, more, err := d.first()
	for ; more; _, more, err = d.next() {
		if err := d.skip(); err != nil {
			return err
		}
	}
	return err
}

func (d *scanner) skipArray() error {
	if err := d.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := d.element(first)
		if !more {
			return err
		}
		if err := d.skip(); err != nil {
			return err
		}
	}
}

func (d *scanner) literal(word string) error {
	for i := 0; i < len(word); i++ {
		if d.pos >= len(d.s) || d.s[d.pos] != word[i] {
			return d.syntax("a literal is not true, false or null")
		}
		d.pos++
	}
	return nil
}

// number reads a number and returns its text.
func (d *scanner) number() (string, error) {
	start := d.pos
	if d.at('-') {
		d.pos++
	}
	switch {
	case d.at('0'):
		d.pos++
	case !d.digits():
		return "", d.syntax("a number is not written as JSON has it")
	}
	if d.at('.') {
		d.pos++
		if !d.digits() {
			return "", d.syntax("a number is not written as JSON has it")
		}
	}
	if d.at('e') || d.at('E') {
		d.pos++
		if d.at('+') || d.at('-') {
			d.pos++
		}
		if !d.digits() {
			return "", d.syntax("a number is not written as JSON has it")
		}
	}
	return d.s[start:d.pos], nil
}

func (d *scanner) at(c byte) bool { return d.pos < len(d.s) && d.s[d.pos] == c }

func (d *scanner) digits() bool {
	start := d.pos
	for d.pos < len(d.s) && d.s[d.pos] >= '0' && d.s[d.pos] <= '9' {
		d.pos++
	}
	return d.pos > start
}
