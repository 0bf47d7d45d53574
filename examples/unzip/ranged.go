package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	tailSize = 128 << 10 // of the end that is read at once: the directory of a small archive is in it
	maxGap   = 256 << 10 // that is read over rather than asking anew
)

// archive reads an object at any place, as archive/zip does, by one request for the end and, as long as reading goes forward,
// one for the rest. Nothing but the end is kept.
type archive struct {
	limits
	size int64
	open func(offset int64) (io.ReadCloser, error)

	tail  []byte
	r     io.ReadCloser // at the place at
	at    int64
	allow int64 // bytes that may still be read while the directory is; -1: any number
}

// ReadAt implements io.ReaderAt, for one goroutine.
func (a *archive) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= a.size {
		return 0, io.EOF
	}
	if a.allow >= 0 {
		if a.allow -= int64(len(p)); a.allow < 0 {
			return 0, refuse("its directory is too large for %d files", a.files)
		}
	}
	if start := a.size - int64(len(a.tail)); off >= start {
		n := copy(p, a.tail[off-start:])
		if n < len(p) {
			return n, io.EOF
		}
		return n, nil
	}
	if a.r == nil || off < a.at || off > a.at+maxGap {
		a.close()
		r, err := a.open(off)
		if err != nil {
			return 0, err
		}
		a.r, a.at = r, off
	}
	gap, err := io.CopyN(io.Discard, a.r, off-a.at)
	a.at += gap
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(a.r, p)
	a.at += int64(n)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

func (a *archive) close() {
	if a.r != nil {
		_ = a.r.Close() // of a body that is not needed to its end
		a.r = nil
	}
}

// directory reads the directory of a zip. What it holds is bounded before memory is taken for it.
func (a *archive) directory() (*zip.Reader, error) {
	end, err := a.open(max(0, a.size-tailSize))
	if err != nil {
		return nil, err
	}
	tail, err := io.ReadAll(io.LimitReader(end, tailSize))
	_ = end.Close() // it was read to its end
	if err != nil {
		return nil, err
	}
	a.tail = tail
	a.allow = 1<<20 + a.files*1024
	if err := a.checkCount(); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(a, a.size)
	if errors.Is(err, zip.ErrInsecurePath) {
		err = nil // names are checked anyway
	}
	a.allow = -1
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	return z, nil
}

// checkCount refuses a directory that claims too many files: archive/zip takes memory for as many as an archive of its size
// could have. Sources: sections 4.3.14 to 4.3.16 of PKWARE's APPNOTE.
func (a *archive) checkCount() error {
	search := a.tail
	for range 16 { // an archive in the archive, stored last, has an end of its own
		i := bytes.LastIndex(search, []byte("PK\x05\x06"))
		if i < 0 {
			return nil
		}
		count := uint64(0)
		if end := a.tail[i:]; len(end) >= 22 {
			count = uint64(binary.LittleEndian.Uint16(end[10:]))
		}
		if at := i - 20; at >= 0 && string(a.tail[at:at+4]) == "PK\x06\x07" { // ZIP64
			var big [56]byte
			_, err := a.ReadAt(big[:], int64(min(binary.LittleEndian.Uint64(a.tail[at+8:]), 1<<62)))
			if err != nil && err != io.EOF {
				return err
			}
			count = max(count, binary.LittleEndian.Uint64(big[32:]))
		}
		if count > uint64(a.files) {
			return refuse("%d files: more than %d", count, a.files)
		}
		search = search[:i]
	}
	return refuse("its directory cannot be told from its content")
}
