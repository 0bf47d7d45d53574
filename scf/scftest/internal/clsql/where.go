package clsql

import (
	"fmt"
	"slices"
)

var comparisons = []string{"=", "!=", "<>", "<", ">", "<=", ">="}

func (p *parser) whereOr() (condition, error) {
	left, err := p.whereAnd()
	for err == nil && p.accept("OR") {
		var right condition
		right, err = p.whereAnd()
		left = or(left, right)
	}
	return left, err
}

func (p *parser) whereAnd() (condition, error) {
	left, err := p.whereTerm()
	for err == nil && p.accept("AND") {
		var right condition
		right, err = p.whereTerm()
		left = and(left, right)
	}
	return left, err
}

func (p *parser) whereTerm() (condition, error) {
	switch {
	case p.accept("NOT"):
		c, err := p.nested(p.whereTerm)
		return not(c), err
	case p.accept("("):
		return p.parenthesized(p.whereOr)
	}
	f, err := p.word("a field")
	if err != nil {
		return nil, err
	}
	if p.accept("NOT") {
		c, err := p.predicate(f.text)
		return not(c), err
	}
	return p.predicate(f.text)
}

// predicate reads what comes after a field in WHERE.
func (p *parser) predicate(field string) (condition, error) {
	kind := column(p.columns, field).Type
	switch {
	case p.accept("BETWEEN"):
		low, err := p.word("a value after BETWEEN")
		if err != nil {
			return nil, err
		}
		if err := p.expect("AND"); err != nil {
			return nil, err
		}
		high, err := p.word("a value after AND")
		return func(r Row) bool {
			v := value(r, field)
			return compareAs(kind, v, low.text) >= 0 && compareAs(kind, v, high.text) <= 0
		}, err
	case p.accept("LIKE"):
		t, err := p.word("a pattern after LIKE")
		m := compilePattern(t.text, '%', '_')
		return func(r Row) bool { return m.match(value(r, field)) }, err
	case p.accept("IN"):
		return p.in(field, kind)
	}
	op := p.next()
	if !op.sign || !slices.Contains(comparisons, op.text) {
		return nil, fmt.Errorf("expected a comparison after %s, found %q", field, op.text)
	}
	t, err := p.word("a value after " + op.text)
	return func(r Row) bool { return satisfies(op.text, compareAs(kind, value(r, field), t.text)) }, err
}

// in reads the list of values after IN.
func (p *parser) in(field string, kind Type) (condition, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var values []string
	if err := p.list(func() error {
		t, err := p.word("a value in the list of IN")
		values = append(values, t.text)
		return err
	}); err != nil {
		return nil, err
	}
	return func(r Row) bool {
		v := value(r, field)
		for _, w := range values {
			if compareAs(kind, v, w) == 0 {
				return true
			}
		}
		return false
	}, p.expect(")")
}

// value returns a row's field, "" if it has none of that name.
func value(r Row, name string) string {
	v, _ := r.Field(name)
	return v
}
