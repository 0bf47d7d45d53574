package clsql

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// pattern is a text with wildcards, cut at those that stand for any number of characters. The pieces between them are looked
// for one after the other, each as early as possible: if any match exists, this finds one, without going back.
type pattern struct {
	pieces []piece // at least one; the first is bound to the beginning, the last to the end
}

// piece is a part of a pattern that has a fixed number of characters.
type piece struct {
	text   string // if it has no wildcard
	single []rune // otherwise its characters, with anyRune for a wildcard
}

const anyRune = -1

// compilePattern reads a pattern in which many stands for any number of characters and one for a single character.
func compilePattern(text string, many, one rune) pattern {
	var p pattern
	for _, s := range strings.Split(text, string(many)) {
		if !strings.ContainsRune(s, one) {
			p.pieces = append(p.pieces, piece{text: s})
			continue
		}
		runes := []rune(s)
		for i, r := range runes {
			if r == one {
				runes[i] = anyRune
			}
		}
		p.pieces = append(p.pieces, piece{single: runes})
	}
	return p
}

// match reports whether the pattern stands for the whole of s.
func (p pattern) match(s string) bool {
	first, rest := p.pieces[0], p.pieces[1:]
	n, ok := first.prefix(s)
	if !ok {
		return false
	}
	s = s[n:]
	if len(rest) == 0 {
		return s == ""
	}
	last := rest[len(rest)-1]
	for _, piece := range rest[:len(rest)-1] {
		if s, ok = piece.after(s); !ok {
			return false
		}
	}
	return last.suffix(s)
}

// prefix reports whether s begins with the piece, and the length of that beginning.
func (p piece) prefix(s string) (n int, ok bool) {
	if p.single == nil {
		return len(p.text), strings.HasPrefix(s, p.text)
	}
	for _, want := range p.single {
		r, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || want != anyRune && want != r {
			return 0, false
		}
		n += size
	}
	return n, true
}

// after returns what follows the first place of the piece in s.
func (p piece) after(s string) (rest string, ok bool) {
	if p.single == nil {
		_, rest, ok = strings.Cut(s, p.text)
		return rest, ok
	}
	for {
		if n, ok := p.prefix(s); ok {
			return s[n:], true
		}
		_, size := utf8.DecodeRuneInString(s)
		if size == 0 {
			return "", false
		}
		s = s[size:]
	}
}

// suffix reports whether s ends with the piece.
func (p piece) suffix(s string) bool {
	if p.single == nil {
		return strings.HasSuffix(s, p.text)
	}
	for _, want := range slices.Backward(p.single) {
		r, size := utf8.DecodeLastRuneInString(s)
		if size == 0 || want != anyRune && want != r {
			return false
		}
		s = s[:len(s)-size]
	}
	return true
}
