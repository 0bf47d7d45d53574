package clsql

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// FuzzPattern compares the matcher with a regular expression of the same meaning.
func FuzzPattern(f *testing.F) {
	f.Add("%a_b%", "xaybz")
	f.Add("_", "ö")
	f.Add("a%a", "a")
	f.Add("%a%a%b", "aaaab")
	f.Add("_%_", "é")
	f.Fuzz(func(t *testing.T, text, s string) {
		text, s = strings.ToValidUTF8(text, "?"), strings.ToValidUTF8(s, "?")
		re := regexp.MustCompile("(?s)^" + strings.NewReplacer("%", ".*", "_", ".").Replace(regexp.QuoteMeta(text)) + "$")
		assert.Equal(t, re.MatchString(s), compilePattern(text, '%', '_').match(s), "%q in %q", text, s)
	})
}
