package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// item is what a test puts into an archive.
type item struct {
	name    string
	content []byte
	typ     byte // of tar; '2' is a symbolic link, in a zip too
}

func text(name, content string) item {
	return item{name: name, content: []byte(content), typ: tar.TypeReg}
}

// noise does not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // never fails
	return b
}

func zipOf(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, i := range items {
		h := &zip.FileHeader{Name: i.name, Method: zip.Deflate}
		if len(i.content) > 1<<20 && i.content[0] != 0 {
			h.Method = zip.Store // to be quick
		}
		if i.typ == tar.TypeSymlink {
			h.SetMode(0o777 | 1<<27) // fs.ModeSymlink
		}
		f, err := w.CreateHeader(h)
		require.NoError(t, err)
		if len(i.name) > 0 && i.name[len(i.name)-1] != '/' {
			_, err = f.Write(i.content)
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func tarOf(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	level := gzip.DefaultCompression
	for _, i := range items {
		if len(i.content) > 1<<20 && i.content[0] != 0 {
			level = gzip.NoCompression // to be quick
		}
	}
	gz, err := gzip.NewWriterLevel(&b, level)
	require.NoError(t, err)
	w := tar.NewWriter(gz)
	for _, i := range items {
		h := &tar.Header{Name: i.name, Typeflag: i.typ, Mode: 0o644, Size: int64(len(i.content))}
		if i.typ != tar.TypeReg {
			h.Size, h.Linkname = 0, "/etc/passwd"
		}
		require.NoError(t, w.WriteHeader(h))
		if h.Size > 0 {
			_, err := w.Write(i.content)
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, gz.Close())
	return b.Bytes()
}

func numbered(n, size int) (items []item) {
	for i := range n {
		items = append(items, item{fmt.Sprintf("dir/%03d.bin", i), append(noise(size), byte(i)), tar.TypeReg})
	}
	return items
}

// overlapping is a zip of the kind that David Fifield described in "A better zip bomb": every entry of the directory is the same
// content.
func overlapping(t testing.TB, entries int) []byte {
	t.Helper()
	one := zipOf(t, item{"a", make([]byte, 1<<20), tar.TypeReg})
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	start := int(binary.LittleEndian.Uint32(one[end+16:]))
	entry := one[start:end]
	b := bytes.Clone(one[:start])
	for range entries {
		b = append(b, entry...)
	}
	tail := bytes.Clone(one[end:])
	binary.LittleEndian.PutUint16(tail[8:], uint16(entries))
	binary.LittleEndian.PutUint16(tail[10:], uint16(entries))
	binary.LittleEndian.PutUint32(tail[12:], uint32(entries*len(entry)))
	return append(b, tail...)
}

// claiming is a zip whose end, or whose ZIP64 end, claims more entries than there are.
func claiming(t testing.TB, count uint64) []byte {
	t.Helper()
	one := zipOf(t, text("a", "x"))
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	if count < 0xffff {
		binary.LittleEndian.PutUint16(one[end+10:], uint16(count))
		return one
	}
	b := bytes.Clone(one[:end])
	b = append(b, make([]byte, 56+20)...)
	big, locator := b[end:], b[end+56:]
	copy(big, "PK\x06\x06")
	binary.LittleEndian.PutUint64(big[4:], 44)
	binary.LittleEndian.PutUint64(big[24:], count)
	binary.LittleEndian.PutUint64(big[32:], count)
	copy(locator, "PK\x06\x07")
	binary.LittleEndian.PutUint64(locator[8:], uint64(end))
	binary.LittleEndian.PutUint32(locator[16:], 1)
	tail := bytes.Clone(one[end:])
	binary.LittleEndian.PutUint16(tail[10:], 0xffff)
	binary.LittleEndian.PutUint32(tail[16:], 0xffffffff)
	return append(b, tail...)
}

func gzipOf(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	_, err := gz.Write(content)
	require.NoError(t, err)
	require.NoError(t, gz.Close())
	return b.Bytes()
}
