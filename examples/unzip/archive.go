package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"iter"
	"strings"
)

// file is a file of an archive. It can be opened while its turn lasts.
type file struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
}

// format goes through the files of an archive, always in the same order. Directories are left out: COS needs none.
type format func(*archive) iter.Seq2[file, error]

// formatOf returns how to read an archive, or nil if the key is that of none.
func formatOf(key string) format {
	key = strings.ToLower(key)
	switch {
	case strings.HasSuffix(key, ".zip"):
		return zipFiles
	case strings.HasSuffix(key, ".tar.gz"), strings.HasSuffix(key, ".tgz"):
		return tarFiles
	}
	return nil
}

// zipFiles reads the directory at the archive's end, checks all of it, and then reads the files in its order, which is their own
// unless somebody shuffled it: that takes one request for the end and one for the rest.
func zipFiles(a *archive) iter.Seq2[file, error] {
	return func(yield func(file, error) bool) {
		z, err := a.directory()
		if err != nil {
			yield(file{}, err)
			return
		}
		var files []*zip.File
		var total budget
		for _, f := range z.File {
			if err := total.add(a, f.Name, int64(min(f.UncompressedSize64, 1<<62))); err != nil {
				yield(file{}, err)
				return
			}
			switch mode := f.Mode(); {
			case mode.IsDir():
				continue
			case !mode.IsRegular():
				yield(file{}, refuse("%q is a link or a device", f.Name))
				return
			case f.Flags&1 != 0:
				yield(file{}, refuse("%q is encrypted", f.Name))
				return
			}
			files = append(files, f)
		}
		for _, f := range files {
			name, _ := cleanName(f.Name) // checked above
			if !yield(file{name, int64(f.UncompressedSize64), f.Open}, nil) {
				return
			}
		}
	}
}

// tarFiles reads the archive once from its beginning.
func tarFiles(a *archive) iter.Seq2[file, error] {
	return func(yield func(file, error) bool) {
		err := func() error {
			in, err := a.open(0)
			if err != nil {
				return err
			}
			defer in.Close()
			gz, err := gzip.NewReader(in)
			if err != nil {
				return err
			}
			out := &capped{r: gz, left: a.most() + a.files*2048}
			t := tar.NewReader(out)
			var total budget
			for {
				h, err := t.Next()
				if err == io.EOF {
					_, err = io.Copy(io.Discard, out) // to the checksum at the end
					return err
				}
				if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
					return err
				}
				if h.Typeflag == tar.TypeXGlobalHeader {
					continue
				}
				if err := total.add(a, h.Name, h.Size); err != nil {
					return err
				}
				switch {
				case h.Typeflag == tar.TypeDir, h.Typeflag == tar.TypeReg && strings.HasSuffix(h.Name, "/"):
					continue
				case h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse:
					return refuse("%q is a link or a device", h.Name)
				}
				name, _ := cleanName(h.Name) // checked by add
				if !yield(file{name, h.Size, func() (io.ReadCloser, error) { return io.NopCloser(t), nil }}, nil) {
					return nil
				}
			}
		}()
		if err != nil {
			yield(file{}, err)
		}
	}
}
