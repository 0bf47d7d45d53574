package scf

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"
)

// archive collects files for a zip whose bytes depend on nothing but their names, modes and contents.
type archive struct {
	files map[string]archived
	total int64
}

type archived struct {
	mode fs.FileMode
	data []byte
}

func newArchive() *archive { return &archive{files: map[string]archived{}} }

func checkEntryName(name string) error {
	if !fs.ValidPath(name) || name == "." || strings.Contains(name, "\\") {
		return fmt.Errorf("%q is no name of a file in a package", name)
	}
	return nil
}

func (a *archive) add(name string, mode fs.FileMode, data []byte) error {
	if err := checkEntryName(name); err != nil {
		return err
	}
	if _, ok := a.files[name]; ok {
		return fmt.Errorf("%s is in the package twice", name)
	}
	if a.total += int64(len(data)); a.total > maxUnpacked {
		return fmt.Errorf("package of more than %d MB", maxUnpacked>>20)
	}
	a.files[name] = archived{mode, data}
	return nil
}

func (a *archive) addFile(name, from string) error {
	st, err := os.Stat(from)
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", from)
	}
	if a.total+st.Size() > maxUnpacked {
		return fmt.Errorf("package of more than %d MB", maxUnpacked>>20)
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	mode := normalMode(st.Mode())
	if runtime.GOOS == "windows" && (bytes.HasPrefix(data, []byte(elf.ELFMAG)) || bytes.HasPrefix(data, []byte("#!"))) {
		mode = 0o755 // there files have no such mode
	}
	return a.add(name, mode, data)
}

// normalMode is readable to all, because the platform runs the function as another user than the one that unpacks it.
func normalMode(m fs.FileMode) fs.FileMode {
	if m.Perm()&0o111 != 0 {
		return 0o755
	}
	return 0o644
}

// epoch is the time of every entry: the first one the zip format has.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// bytes writes the zip: names sorted, one time, two modes.
func (a *archive) bytes() ([]byte, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(a.files)) {
		f := a.files[name]
		h := &zip.FileHeader{Name: path.Clean(name), Method: zip.Deflate}
		h.SetMode(f.mode)
		h.Modified = epoch
		out, err := w.CreateHeader(h)
		if err == nil {
			_, err = out.Write(f.data)
		}
		if err != nil {
			return nil, fmt.Errorf("scf: package: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("scf: package: %w", err)
	}
	return buf.Bytes(), nil
}
