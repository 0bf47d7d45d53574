package scf

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIgnore(t *testing.T) {
	for _, c := range []struct {
		patterns, name string
		dir, want      bool
	}{
		{"*.log", "a.log", false, true},
		{"*.log", "x/y/a.log", false, true},
		{"/*.log", "x/a.log", false, false},
		{"/*.log", "a.log", false, true},
		{"tmp/", "tmp", true, true},
		{"tmp/", "tmp", false, false},
		{"tmp/", "x/tmp", true, true},
		{"a/b", "a/b", false, true},
		{"a/b", "x/a/b", false, false},
		{"**/a/b", "x/y/a/b", false, true},
		{"a/**", "a/b/c", false, true},
		{"a/**/z", "a/z", false, true},
		{"a/**/z", "a/b/c/z", false, true},
		{"a/**/z", "b/z", false, false},
		{"*\n!keep", "keep", false, false},
		{"!keep\n*", "keep", false, true},
		{"# a\n\n  \n", "# a", false, false},
		{`\#a`, "#a", false, true},
		{`\!a`, "!a", false, true},
		{"a \t\r\n", "a", false, true},
		{"!", "a", false, false},
		{"/", "a", false, false},
		{"[", "[", false, false},
		{"a[0-9]", "a7", false, true},
		{strings.Repeat("**/", 60) + "x", strings.Repeat("a/", 60) + "y", false, false},
	} {
		require.Equal(t, c.want, parseIgnore(c.patterns).match(c.name, c.dir), "%q of %q", c.name, c.patterns)
	}
}

func FuzzIgnore(f *testing.F) {
	f.Add("*.log\n!a/*.log\ntmp/\n/**/x/**", "a/b.log")
	f.Fuzz(func(t *testing.T, patterns, name string) {
		l := parseIgnore(patterns)
		if l.match(name, false) {
			require.True(t, l.match(name, true), "what is ignored as a file is ignored as a directory, unless taken back")
		}
	})
}
