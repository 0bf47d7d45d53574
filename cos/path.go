package cos

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// ErrUnsafePath says that a key cannot be a path below a directory.
var ErrUnsafePath = errors.New("key is not a safe path")

// SafePath returns the local path for a key below dir: dir, a separator and the key. Different keys give different paths on a
// case-sensitive file system. It rejects with [ErrUnsafePath] keys that would leave dir and keys that no file below dir can stand
// for, the same ones on every system:
//
//   - absolute keys ("/x", `\x`), and keys with a ".." segment, even if the path would stay inside dir;
//   - keys with an empty or "." segment, and folder markers ("a//b", "./a", "a/"): they would share the path of another key;
//   - keys with a NUL byte, a backslash, or a colon, which on Windows names a drive or a second stream of a file ("C:x", "file:x");
//   - keys with a segment that Windows reserves ("con", "NUL.txt", "com1"), or that ends in a dot or a space.
//
// SafePath does not look at the file system: if others can place symbolic links below dir, open the path through os.Root.
func SafePath(dir, key string) (string, error) {
	refuse := func(why string) (string, error) { return "", fmt.Errorf("cos: %w: %q %s", ErrUnsafePath, key, why) }
	switch {
	case dir == "":
		return "", fmt.Errorf("cos: %w: no directory", ErrUnsafePath)
	case strings.ContainsRune(dir, 0):
		return "", fmt.Errorf("cos: %w: the directory holds a NUL byte", ErrUnsafePath)
	case key == "":
		return refuse("is empty")
	case strings.ContainsRune(key, 0):
		return refuse("holds a NUL byte")
	case strings.Contains(key, `\`):
		return refuse("holds a backslash")
	case key[0] == '/':
		return refuse("is absolute")
	case strings.Contains(key, ":"):
		return refuse("holds a colon")
	}
	for segment := range strings.SplitSeq(key, "/") {
		switch {
		case segment == "":
			return refuse("has an empty segment")
		case segment == "." || segment == "..":
			return refuse("has a segment " + segment)
		case strings.HasSuffix(segment, ".") || strings.HasSuffix(segment, " "):
			return refuse("has a segment that ends in a dot or a space")
		case reserved(segment):
			return refuse("has a reserved name")
		}
	}
	local := filepath.FromSlash(key)
	if !filepath.IsLocal(local) {
		return refuse("is not local")
	}
	return filepath.Join(dir, local), nil
}

// reserved reports whether a segment is a device name of Windows, which it stays with any extension.
func reserved(segment string) bool {
	base, _, _ := strings.Cut(segment, ".")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	for _, device := range [...]string{"COM", "LPT"} {
		if n, ok := strings.CutPrefix(base, device); ok {
			switch n {
			case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
				return true
			}
		}
	}
	return false
}
