package scftest

import (
	"fmt"
	"strings"
)

// clsToken is a word, a quoted text or a sign of a query.
type clsToken struct {
	text   string
	quoted byte // the quotation mark, 0 for none
	sign   bool
	spaced bool // a blank went before
}

func (t clsToken) is(word string) bool {
	return t.quoted == 0 && strings.EqualFold(t.text, word)
}

// clsLex takes a query apart. Signs are ( ) , : = != <> < > <= >= and |.
func clsLex(q string) ([]clsToken, error) {
	var out []clsToken
	spaced := false
	for i := 0; i < len(q); {
		c := q[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			spaced = true
			i++
			continue
		case c == '"' || c == '\'':
			text, n, err := clsQuoted(q[i:])
			if err != nil {
				return nil, err
			}
			out = append(out, clsToken{text: text, quoted: c, spaced: spaced})
			i += n
		case strings.ContainsRune("(),:=|", rune(c)):
			out = append(out, clsToken{text: string(c), sign: true, spaced: spaced})
			i++
		case c == '<' || c == '>' || c == '!':
			n := 1
			if i+1 < len(q) && (q[i+1] == '=' || c == '<' && q[i+1] == '>') {
				n = 2
			}
			out = append(out, clsToken{text: q[i : i+n], sign: true, spaced: spaced})
			i += n
		default:
			n := strings.IndexAny(q[i:], " \t\r\n\"'(),:=|<>!")
			if n < 0 {
				n = len(q) - i
			}
			out = append(out, clsToken{text: q[i : i+n], spaced: spaced})
			i += n
		}
		spaced = false
	}
	return out, nil
}

func clsQuoted(q string) (text string, n int, err error) {
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
	return "", 0, fmt.Errorf("a quotation is not ended: %s", q)
}

// clsReader walks over tokens.
type clsReader struct {
	tokens []clsToken
	depth  int
}

const clsDepth = 100 // of parentheses

func (r *clsReader) peek() clsToken {
	if len(r.tokens) == 0 {
		return clsToken{sign: true}
	}
	return r.tokens[0]
}

func (r *clsReader) next() clsToken {
	t := r.peek()
	if len(r.tokens) > 0 {
		r.tokens = r.tokens[1:]
	}
	return t
}

// accept takes the next token if it is that word or sign.
func (r *clsReader) accept(word string) bool {
	if len(r.tokens) > 0 && r.peek().is(word) {
		r.next()
		return true
	}
	return false
}

func (r *clsReader) expect(word string) error {
	if !r.accept(word) {
		return fmt.Errorf("%q expected, %q found", word, r.peek().text)
	}
	return nil
}

// enter guards against parentheses without end.
func (r *clsReader) enter() error {
	if r.depth++; r.depth > clsDepth {
		return fmt.Errorf("more than %d levels", clsDepth)
	}
	return nil
}
