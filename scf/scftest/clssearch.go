package scftest

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// clsTest is a condition on a line.
type clsTest func(clsRow) bool

// clsSearch reads the part of a query before "|", in the CQL syntax: *, key:value, key:"phrase", key:>3, words, AND OR NOT and
// parentheses; conditions side by side mean AND.
func clsSearch(r *clsReader) (clsTest, error) {
	if len(r.tokens) == 0 || r.peek().is("|") {
		return func(clsRow) bool { return true }, nil
	}
	return clsAny(r)
}

func clsAny(r *clsReader) (clsTest, error) {
	left, err := clsAll(r)
	if err != nil {
		return nil, err
	}
	for r.accept("OR") {
		right, err := clsAll(r)
		if err != nil {
			return nil, err
		}
		a := left
		left = func(row clsRow) bool { return a(row) || right(row) }
	}
	return left, nil
}

func clsAll(r *clsReader) (clsTest, error) {
	left, err := clsOne(r)
	if err != nil {
		return nil, err
	}
	for {
		t := r.peek()
		if len(r.tokens) == 0 || t.is("OR") || t.is(")") || t.is("|") {
			return left, nil
		}
		r.accept("AND")
		right, err := clsOne(r)
		if err != nil {
			return nil, err
		}
		a := left
		left = func(row clsRow) bool { return a(row) && right(row) }
	}
}

func clsOne(r *clsReader) (clsTest, error) {
	switch {
	case r.accept("NOT"):
		if err := r.enter(); err != nil {
			return nil, err
		}
		t, err := clsOne(r)
		r.depth--
		if err != nil {
			return nil, err
		}
		return func(row clsRow) bool { return !t(row) }, nil
	case r.accept("("):
		if err := r.enter(); err != nil {
			return nil, err
		}
		t, err := clsAny(r)
		r.depth--
		if err != nil {
			return nil, err
		}
		return t, r.expect(")")
	}
	t := r.next()
	if t.sign {
		return nil, fmt.Errorf("a condition expected, %q found", t.text)
	}
	if !r.accept(":") && !r.accept("=") {
		if t.is("*") {
			return func(clsRow) bool { return true }, nil
		}
		return clsFullText(t), nil
	}
	return clsKeyValue(r, t.text)
}

func clsKeyValue(r *clsReader, key string) (clsTest, error) {
	if r.accept("(") { // key:(a OR b)
		if err := r.enter(); err != nil {
			return nil, err
		}
		defer func() { r.depth-- }()
		var values []clsTest
		for {
			t := r.next()
			if t.sign {
				return nil, fmt.Errorf("a value of %s expected, %q found", key, t.text)
			}
			values = append(values, clsValue(key, t))
			if !r.accept("OR") {
				break
			}
		}
		return func(row clsRow) bool {
			for _, v := range values {
				if v(row) {
					return true
				}
			}
			return false
		}, r.expect(")")
	}
	op := r.peek()
	if op.sign {
		switch op.text {
		case "<", ">", "<=", ">=", "=":
			r.next()
			t := r.next()
			n, err := strconv.ParseFloat(t.text, 64)
			if err != nil {
				return nil, fmt.Errorf("%s is compared with %q, which is no number", key, t.text)
			}
			return func(row clsRow) bool {
				v, err := strconv.ParseFloat(value(row, key), 64)
				return err == nil && compare(op.text, v-n)
			}, nil
		}
		return nil, fmt.Errorf("a value of %s expected, %q found", key, op.text)
	}
	return clsValue(key, r.next()), nil
}

// compare tells whether a difference satisfies a comparison.
func compare(op string, d float64) bool {
	switch op {
	case "<":
		return d < 0
	case ">":
		return d > 0
	case "<=":
		return d <= 0
	case ">=":
		return d >= 0
	case "!=", "<>":
		return d != 0
	}
	return d == 0
}

func clsValue(key string, t clsToken) clsTest {
	if t.quoted == 0 && strings.ContainsAny(t.text, "*?") {
		return func(row clsRow) bool { v, ok := row.field(key); return ok && wildcard(t.text, v) }
	}
	if key == "SCF_Message" {
		return func(row clsRow) bool { return strings.Contains(value(row, key), t.text) }
	}
	return func(row clsRow) bool { v, ok := row.field(key); return ok && v == t.text }
}

// wildcard matches a value, or a word in it, with * and ?.
func wildcard(pattern, value string) bool {
	pattern = strings.NewReplacer("[", `\[`, "/", "\x00").Replace(pattern)
	for _, v := range append(strings.Fields(value), value) {
		if ok, err := path.Match(pattern, strings.ReplaceAll(v, "/", "\x00")); ok && err == nil {
			return true
		}
	}
	return false
}

func clsFullText(t clsToken) clsTest {
	if t.quoted == 0 && strings.ContainsAny(t.text, "*?") {
		return func(row clsRow) bool { return row.any(func(v string) bool { return wildcard(t.text, v) }) }
	}
	return func(row clsRow) bool { return row.any(func(v string) bool { return strings.Contains(v, t.text) }) }
}
