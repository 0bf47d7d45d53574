package main

import (
	"archive/tar"
	"bytes"
	"io"
	"io/fs"
	"testing"
)

// FuzzArchives unpacks anything: whatever it is, names stay in their folder and the limits hold.
func FuzzArchives(f *testing.F) {
	items := []item{text("a.txt", "hello"), {"dir/", nil, tar.TypeDir}, text("./dir/b", "x"), {"zeros", make([]byte, 5000), tar.TypeReg}}
	for _, archive := range [][]byte{zipOf(f, items...), tarOf(f, items...), overlapping(f, 20), claiming(f, 60000), claiming(f, 1<<40), sparse(f),
		zipOf(f, text("../up", "x")), tarOf(f, item{"link", nil, tar.TypeSymlink})} {
		f.Add(archive)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, open := range []format{zipFiles, tarFiles} {
			a := &archive{size: int64(len(data)), limits: limits{files: 50, bytes: 1 << 20, ratio: 100}, open: func(offset int64) (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(data[offset:])), nil
			}}
			var files, total int64
			for file, err := range open(a) {
				if err != nil {
					break
				}
				if !fs.ValidPath(file.name) || file.name == "." {
					t.Fatalf("name %q", file.name)
				}
				r, err := file.open()
				if err != nil {
					continue
				}
				n, _ := io.Copy(io.Discard, r) // damaged content is an error, and fine
				if n > file.size {
					t.Fatalf("%q: %d bytes of %d", file.name, n, file.size)
				}
				if files, total = files+1, total+n; files > a.files || total > a.most() {
					t.Fatalf("%d files, %d bytes", files, total)
				}
			}
			a.close()
		}
	})
}
