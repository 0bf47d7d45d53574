package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode"

	"github.com/cosevent/cosevent-go/cos"
)

// refusal is why an archive is not unpacked, or not to its end: no other attempt would do better.
type refusal struct{ why string }

func (r *refusal) Error() string { return r.why }

func refuse(format string, args ...any) error { return &refusal{fmt.Sprintf(format, args...)} }

// damaged makes a refusal of an error of the archive's own; those of COS and of the context stay what they are.
func damaged(err error) error {
	var service *cos.Error
	var refused *refusal
	if errors.As(err, &service) || errors.As(err, &refused) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return refuse("the archive is damaged: %v", err)
}

// cleanName returns the name of a file in an archive as the end of a key. Names that lead out of a folder, and names that
// programs which copy the files to a disk would fall over, are refused.
func cleanName(name string) (string, error) {
	clean := strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
	if clean == "" && strings.HasSuffix(name, "/") {
		return ".", nil // the archive's own top directory
	}
	if !fs.ValidPath(clean) || strings.ContainsFunc(clean, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }) {
		return "", refuse("%q is no name for a file in a folder", name)
	}
	return clean, nil
}

// most is how many bytes an archive of this size may unpack to.
func (a *archive) most() int64 { return min(a.bytes, 1<<20+a.ratio*a.size) }

// budget counts what an archive says it holds, before any of it is unpacked.
type budget struct{ files, bytes int64 }

func (b *budget) add(a *archive, name string, size int64) error {
	if _, err := cleanName(name); err != nil {
		return err
	}
	if b.files++; b.files > a.files {
		return refuse("more than %d files", a.files)
	}
	if size < 0 || size > maxObject {
		return refuse("%q has %d bytes: more than an object can have", name, size)
	}
	if b.bytes += size; b.bytes > a.bytes {
		return refuse("more than %d bytes unpacked", a.bytes)
	}
	if b.bytes > a.most() {
		return refuse("more than %d times the %d bytes of the archive", a.ratio, a.size)
	}
	return nil
}

// capped fails when more comes than there may be: in what an archive does not say it holds.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, refuse("it unpacks to far more than it says")
	}
	return n, err
}
