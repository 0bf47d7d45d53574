package clsql

import (
	"fmt"
	"strings"
)

// token is a word, a quoted text or a sign of a query.
type token struct {
	text   string
	quoted bool
	sign   bool
}

func (t token) is(word string) bool { return !t.quoted && strings.EqualFold(t.text, word) }

const (
	blanks = " \t\r\n"
	signs  = "(),:=|<>!"
)

// tokenize splits a query into tokens. Signs are ( ) , : = != <> < > <= >= and |.
func tokenize(q string) ([]token, error) {
	var out []token
	for q = strings.TrimLeft(q, blanks); q != ""; q = strings.TrimLeft(q, blanks) {
		n := 1
		switch c := q[0]; {
		case c == '"' || c == '\'':
			text, length, err := quotedText(q)
			if err != nil {
				return nil, err
			}
			out, n = append(out, token{text: text, quoted: true}), length
		case strings.IndexByte(signs, c) >= 0:
			if len(q) > 1 && (c == '<' || c == '>' || c == '!') && (q[1] == '=' || c == '<' && q[1] == '>') {
				n = 2
			}
			out = append(out, token{text: q[:n], sign: true})
		default:
			if n = strings.IndexAny(q, blanks+signs+`"'`); n < 0 {
				n = len(q)
			}
			out = append(out, token{text: q[:n]})
		}
		q = q[n:]
	}
	return out, nil
}

// quotedText reads the quoted text that q begins with; n is its length with the quotation marks. A backslash makes the
// character after it an ordinary one.
func quotedText(q string) (text string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(q); i++ {
		switch {
		case q[i] == '\\' && i+1 < len(q):
			i++
			b.WriteByte(q[i])
		case q[i] == q[0]:
			return b.String(), i + 1, nil
		default:
			b.WriteByte(q[i])
		}
	}
	return "", 0, fmt.Errorf("quotation %.40s has no end", q)
}

// parser reads tokens from first to last.
type parser struct {
	tokens  []token
	depth   int // of parentheses and NOT
	columns []Column
}

const maxDepth = 100

func (p *parser) done() bool { return len(p.tokens) == 0 }

// peek returns the next token, or an empty sign at the end.
func (p *parser) peek() token {
	if p.done() {
		return token{sign: true}
	}
	return p.tokens[0]
}

func (p *parser) next() token {
	t := p.peek()
	if !p.done() {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept takes the next token if it is that word or sign.
func (p *parser) accept(word string) bool {
	if p.done() || !p.peek().is(word) {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(word string) error {
	if !p.accept(word) {
		return fmt.Errorf("expected %q, found %q", word, p.peek().text)
	}
	return nil
}

// word takes the next token, which must not be a sign; what says what is expected.
func (p *parser) word(what string) (token, error) {
	t := p.next()
	if t.sign {
		return t, fmt.Errorf("expected %s, found %q", what, t.text)
	}
	return t, nil
}

// nested calls f one level deeper.
func (p *parser) nested(f func() (condition, error)) (condition, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, fmt.Errorf("more than %d levels of parentheses", maxDepth)
	}
	return f()
}

// parenthesized reads f and the parenthesis that closes it; the opening one was taken.
func (p *parser) parenthesized(f func() (condition, error)) (condition, error) {
	return p.nested(func() (condition, error) {
		c, err := f()
		if err != nil {
			return nil, err
		}
		return c, p.expect(")")
	})
}

func not(c condition) condition { return func(r Row) bool { return !c(r) } }

func and(a, b condition) condition { return func(r Row) bool { return a(r) && b(r) } }

func or(a, b condition) condition { return func(r Row) bool { return a(r) || b(r) } }
