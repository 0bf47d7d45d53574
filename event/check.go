package event

import "strings"

// checker looks for what Strict refuses in a record that the decoder has read already, so that its syntax is fine.
type checker struct {
	scanner
	base int // where the record begins in the payload
}

// checkRecord looks at a record whose text begins at at.
func checkRecord(record string, at, depth int, valid bool) *RecordError {
	c := checker{scanner: scanner{s: record, depth: depth, max: depth, valid: valid}, base: at}
	return c.members(recordShape)
}

func (c *checker) wrong(at int, problem string) *RecordError {
	return &RecordError{Offset: int64(c.base + at), Problem: problem}
}

// broken is the error for text that is not JSON, which the decoder would have found before.
func (c *checker) broken(err error) *RecordError {
	return &RecordError{Offset: int64(c.base + c.pos), Problem: "cannot be read", Err: err}
}

// under puts a member's name in front of an error's path.
func (e *RecordError) under(name string) *RecordError {
	if e != nil {
		_ = inside(e, name)
	}
	return e
}

// members checks an object whose members are listed.
func (c *checker) members(shape []member) *RecordError {
	if c.space() != '{' {
		return c.wrong(c.pos, "is "+c.describe()+", want an object")
	}
	if err := c.enter(); err != nil {
		return c.broken(err)
	}
	var seen uint64
	for name, more, err := c.first(); more; name, more, err = c.next() {
		if err != nil {
			return c.broken(err)
		}
		i := 0
		for i < len(shape) && shape[i].name != name {
			i++
		}
		if i == len(shape) {
			return c.wrong(c.pos, problemUnknown).under(name)
		}
		if seen&(1<<i) != 0 {
			return c.wrong(c.pos, problemTwice).under(name)
		}
		seen |= 1 << i
		var e *RecordError
		switch m := shape[i]; m.kind {
		case memberObject:
			e = c.members(m.in)
		case memberHeaders:
			e = c.headers()
		default:
			e = c.value(m.kind)
		}
		if e != nil {
			return e.under(name)
		}
	}
	return nil
}

// headers checks an object of strings.
func (c *checker) headers() *RecordError {
	if c.space() != '{' {
		return c.wrong(c.pos, "is "+c.describe()+", want an object")
	}
	if err := c.enter(); err != nil {
		return c.broken(err)
	}
	seen := map[string]bool{}
	for name, more, err := c.first(); more; name, more, err = c.next() {
		if err != nil {
			return c.broken(err)
		}
		if c.repaired {
			return c.wrong(c.pos, "has a member whose name is not valid Unicode")
		}
		if seen[name] {
			return c.wrong(c.pos, problemTwice).under(name)
		}
		seen[name] = true
		if e := c.value(memberText); e != nil {
			return e.under(name)
		}
	}
	return nil
}

// value checks a string, a name or an integer.
func (c *checker) value(kind memberKind) *RecordError {
	first, at := c.space(), c.pos
	if kind == memberInt {
		if first != '-' && (first < '0' || first > '9') {
			return c.wrong(at, "is "+c.describe()+", want a number")
		}
		whole := false
		s, err := c.number()
		if err == nil {
			_, whole = parseInt(s)
			whole = whole && !strings.ContainsAny(s, ".eE")
		}
		if !whole {
			return c.wrong(at, problemInteger)
		}
		return nil
	}
	if first != '"' {
		return c.wrong(at, "is "+c.describe()+", want a string")
	}
	c.repaired = false
	s, err := c.text()
	switch {
	case err != nil:
		return c.broken(err)
	case c.repaired:
		return c.wrong(at, "is not valid Unicode")
	case kind == memberName && !wellFormed(s):
		return c.wrong(at, "is not a name of the form cos:Family:Action")
	}
	return nil
}

// wellFormed reports whether a name is of the form cos:Family:Action, of letters and digits, or a wildcard.
func wellFormed(name string) bool {
	rest, ok := strings.CutPrefix(name, "cos:")
	family, action, ok2 := strings.Cut(rest, ":")
	return ok && ok2 && isWord(family) && (action == "*" || isWord(action))
}

func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
