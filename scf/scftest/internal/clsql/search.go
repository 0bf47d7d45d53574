package clsql

import (
	"fmt"
	"strings"
)

// search reads the condition before the "|", in the CQL syntax.
func (p *parser) search() (condition, error) {
	if p.done() || p.peek().is("|") {
		return func(Row) bool { return true }, nil
	}
	return p.searchOr()
}

func (p *parser) searchOr() (condition, error) {
	left, err := p.searchAnd()
	for err == nil && p.accept("OR") {
		var right condition
		right, err = p.searchAnd()
		left = or(left, right)
	}
	return left, err
}

// searchAnd reads conditions side by side, with or without AND between them.
func (p *parser) searchAnd() (condition, error) {
	left, err := p.searchTerm()
	for err == nil {
		if t := p.peek(); p.done() || t.is("OR") || t.is(")") || t.is("|") {
			break
		}
		p.accept("AND")
		var right condition
		right, err = p.searchTerm()
		left = and(left, right)
	}
	return left, err
}

func (p *parser) searchTerm() (condition, error) {
	switch {
	case p.accept("NOT"):
		c, err := p.nested(p.searchTerm)
		return not(c), err
	case p.accept("("):
		return p.parenthesized(p.searchOr)
	}
	t, err := p.word("a condition")
	if err != nil {
		return nil, err
	}
	if p.accept(":") || p.accept("=") {
		return p.keyValue(t.text)
	}
	if t.is("*") {
		return func(Row) bool { return true }, nil
	}
	return fullText(t), nil
}

// keyValue reads what comes after "key:".
func (p *parser) keyValue(key string) (condition, error) {
	if p.accept("(") { // key:(a OR b)
		return p.parenthesized(func() (condition, error) { return p.valueList(key) })
	}
	if op := p.peek(); op.sign {
		switch op.text {
		case "<", ">", "<=", ">=", "=":
			p.next()
			t := p.next()
			n, ok := parseNumber(t.text)
			if !ok {
				return nil, fmt.Errorf("expected a number after %s:%s, found %q", key, op.text, t.text)
			}
			return func(r Row) bool {
				text, _ := r.Field(key)
				v, ok := parseNumber(text)
				return ok && satisfies(op.text, v.compare(n))
			}, nil
		}
	}
	t, err := p.word("a value of " + key)
	return p.fieldHas(key, t), err
}

func (p *parser) valueList(key string) (condition, error) {
	read := func() (condition, error) {
		t, err := p.word("a value of " + key)
		return p.fieldHas(key, t), err
	}
	left, err := read()
	for err == nil && p.accept("OR") {
		var right condition
		right, err = read()
		left = or(left, right)
	}
	return left, err
}

// fieldHas returns the condition key:t.
func (p *parser) fieldHas(key string, t token) condition {
	c := column(p.columns, key)
	test := wordTest(t, func(v string) bool { return v == t.text || c.FullText && strings.Contains(v, t.text) })
	return func(r Row) bool { v, ok := r.Field(key); return ok && test(v) }
}

// fullText returns the condition that some field contains t.
func fullText(t token) condition {
	test := wordTest(t, func(v string) bool { return strings.Contains(v, t.text) })
	return func(r Row) bool {
		found := false
		r.Fields(func(_, v string) bool { found = test(v); return !found })
		return found
	}
}

// wordTest returns a test of values for a word: one with wildcards is matched with the value and with each word of it.
func wordTest(t token, plain func(string) bool) func(string) bool {
	if t.quoted || !strings.ContainsAny(t.text, "*?") {
		return plain
	}
	m := compilePattern(t.text, '*', '?')
	return func(v string) bool {
		if m.match(v) {
			return true
		}
		for w := range strings.FieldsSeq(v) {
			if m.match(w) {
				return true
			}
		}
		return false
	}
}
