package main

import (
	"strings"
	"unicode"
)

// tagText makes a word fit for a tag: letters and digits of any script, spaces and + - = . _ : / @, by the COS document "Object Tag
// Overview". Everything else becomes an underscore.
func tagText(word string, most int) string {
	var out strings.Builder
	for _, r := range strings.TrimSpace(word) {
		if most--; most < 0 {
			break
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" +-=._:/@", r) || r == unicode.ReplacementChar {
			r = '_'
		}
		out.WriteRune(r)
	}
	return strings.TrimSpace(out.String())
}
