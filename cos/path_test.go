package cos

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSafePath(t *testing.T) {
	dir := t.TempDir()
	for _, key := range []string{
		"a", "a/b/c.txt", "...x", "..x/y", "x..y", "中文/图 片.png", "100%.txt", "a+b c", "%2e%2e/x",
		"console", "com", "com10", "nulls.txt", "a?b#c", "~", "-rf", ".hidden",
	} {
		got, err := SafePath(dir, key)
		require.NoError(t, err, "%q", key)
		assert.Equal(t, filepath.Join(dir, filepath.FromSlash(key)), got)
	}
	for _, key := range []string{
		"", ".", "..", "/", "//", "/etc/passwd", "//x", "../x", "a/../../x", "a/../b", "a/..", "./a", "a/./b", "a//b", "a/", "a\x00b",
		`\x`, `..\x`, `a\..\..\x`, `a\b`, `C:\x`, "C:x", "c:/x", "con", "CON", "a/NUL.txt", "nul.tar.gz", "COM1", "lpt9.x", "COM¹", "aux /x", "conin$",
		"a.", "a ", "a./b", "con:x", "a:b", "...", "file:x", "ab:c", "a/b:c", "2022-01-01T10:00:00.json",
	} {
		_, err := SafePath(dir, key)
		require.ErrorIs(t, err, ErrUnsafePath, "%q", key)
	}
	for _, dir := range []string{"", "a\x00b"} {
		_, err := SafePath(dir, "a")
		require.ErrorIs(t, err, ErrUnsafePath)
	}
}

func FuzzSafePath(f *testing.F) {
	for _, key := range hardKeys {
		f.Add(key)
	}
	for _, key := range []string{"a/b", "con.txt", "a/../b", `a\..\b`, "C:x", "aux"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		for _, dir := range []string{"/data/in", ".", "rel/dir", "/"} {
			got, err := SafePath(dir, key)
			if err != nil {
				require.ErrorIs(t, err, ErrUnsafePath)
				continue
			}
			rel, err := filepath.Rel(dir, got)
			require.NoError(t, err)
			require.Equal(t, key, filepath.ToSlash(rel), "the path stands for this key and no other")
			require.True(t, filepath.IsLocal(rel))
			require.NotContains(t, strings.Split(rel, string(filepath.Separator)), "..")
		}
	})
}
