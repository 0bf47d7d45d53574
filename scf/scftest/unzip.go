package scftest

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Limits of a package once it is unpacked.
const (
	maxUnpacked = 500 << 20
	maxFiles    = 20_000
)

var errUnsafeZip = errors.New("unsafe zip")

// unpack returns the directory a package is unpacked in, which all instances share.
func (s *Server) unpack(c *code) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dir == "" && c.err == nil {
		dir, err := s.tempDir("code-")
		if err != nil {
			return "", err
		}
		if c.err = extract(c.zip, dir); c.err == nil {
			c.dir = dir
		} else {
			_ = os.RemoveAll(dir)
		}
	}
	if c.err == nil {
		c.users++
	}
	return c.dir, c.err
}

// leave says that an instance does not use the directory any more.
func (c *code) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users--
	c.sweep()
}

// forsake says that no version has the package any more.
func (c *code) forsake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stale = true
	c.sweep()
}

func (c *code) sweep() {
	if c.stale && c.users == 0 && c.dir != "" {
		_ = os.RemoveAll(c.dir)
		c.dir = ""
	}
}

// extract unpacks a zip into dir. It refuses names that lead out, links of any kind, names twice, and more than the documented
// size; sizes are counted as bytes come, whatever the directory of the zip claims.
func extract(data []byte, dir string) error {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("%w: %v", errUnsafeZip, err)
	}
	if len(r.File) > maxFiles {
		return fmt.Errorf("%w: %d files, at most %d", errUnsafeZip, len(r.File), maxFiles)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(maxUnpacked)
	for _, f := range r.File {
		n, err := extractFile(root, f, left)
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}

func extractFile(root *os.Root, f *zip.File, left int64) (int64, error) {
	name := path.Clean(strings.TrimPrefix(f.Name, "./"))
	if name == "." {
		return 0, nil
	}
	if strings.ContainsAny(f.Name, "\\\x00") || !filepath.IsLocal(filepath.FromSlash(name)) || strings.HasPrefix(f.Name, "/") {
		return 0, fmt.Errorf("%w: name %q", errUnsafeZip, f.Name)
	}
	mode := f.Mode()
	switch {
	case mode.IsDir():
		return 0, root.MkdirAll(name, 0o755)
	case !mode.IsRegular():
		return 0, fmt.Errorf("%w: %q is a %v", errUnsafeZip, f.Name, mode.Type())
	}
	if parent := path.Dir(name); parent != "." {
		if err := root.MkdirAll(parent, 0o755); err != nil {
			return 0, fmt.Errorf("%w: %q: %v", errUnsafeZip, f.Name, err)
		}
	}
	src, err := f.Open()
	if err != nil {
		return 0, fmt.Errorf("%w: %q: %v", errUnsafeZip, f.Name, err)
	}
	defer src.Close()
	dst, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644|mode.Perm()&0o111)
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			return 0, fmt.Errorf("%w: %q is there twice", errUnsafeZip, f.Name)
		}
		return 0, err
	}
	n, err := io.Copy(dst, io.LimitReader(src, left+1))
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	switch {
	case err != nil:
		return n, fmt.Errorf("%w: %q: %v", errUnsafeZip, f.Name, err)
	case n > left:
		return n, fmt.Errorf("%w: more than %d bytes unpacked", errUnsafeZip, maxUnpacked)
	}
	return n, nil
}

// read returns a file of the package, if it has at most most bytes.
func (c *code) read(name string, most int64) ([]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(c.zip), int64(len(c.zip)))
	if err != nil {
		return nil, err
	}
	for _, f := range r.File {
		if strings.TrimPrefix(f.Name, "./") != name {
			continue
		}
		src, err := f.Open()
		if err != nil {
			return nil, err
		}
		defer src.Close()
		data, err := io.ReadAll(io.LimitReader(src, most+1))
		if err == nil && int64(len(data)) > most {
			err = fs.ErrInvalid
		}
		return data, err
	}
	return nil, fs.ErrNotExist
}
