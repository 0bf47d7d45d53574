package costest

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
)

// directory is the store that keeps contents in files and changes in a journal:
//
//	dir/cosevent-store          the marker: what the folder is, and the version of its format
//	dir/cosevent-store.lock     held while a process serves the directory
//	dir/cosevent-store.journal  every change since the last compaction, one line each
//	dir/data/xx/….content       contents, named at random
//
// A folder without the marker becomes a store only if it is empty; any other is refused and left as it is.
//
// A content is written whole before the line that names it, and the line before the request is answered. So what was
// acknowledged is there after the process was killed at any point; files that no line names are removed at the next start.
// The kernel holds what it was given: a kill loses nothing, a power cut may, because nothing is forced to the disk.
type directory struct {
	dir     string
	lock    io.Closer
	journal *journal
	kept    atomic.Bool // snapshots share the files: none may go
}

func (s *Server) openDir(dir string) (err error) {
	if _, err := checkStore(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("costest: open directory store: %w", err)
	}
	d := &directory{dir: dir}
	if d.lock, err = lockFile(filepath.Join(dir, lockFileIn)); err != nil {
		return fmt.Errorf("costest: %s is in use: %w", dir, err)
	}
	defer func() {
		if err != nil {
			_ = d.close()
		}
	}()
	// Looked at again under the lock: another process may have made the store meanwhile.
	isStore, err := checkStore(dir)
	if err != nil {
		return err
	}
	if !isStore {
		if err := markStore(dir); err != nil {
			return fmt.Errorf("costest: make directory store: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, contentDir), 0o700); err != nil {
		return fmt.Errorf("costest: open directory store: %w", err)
	}
	buckets, lines, err := d.replay(cmp.Or(s.opt.logger, slog.Default()))
	if err != nil {
		return err
	}
	live := 0
	used := map[string]bool{}
	for _, b := range buckets {
		live += 1 + len(b.uploads)
		b.files(func(name string) { live++; used[name] = true })
		b.tree.ascend("", func(_ string, head *object) bool {
			for o := head; o != nil; o = o.prev {
				live++
				s.sawVersion(o.version)
			}
			return true
		})
	}
	if err := d.sweep(used); err != nil {
		return err
	}
	if d.journal, err = openJournal(filepath.Join(dir, journalFile)); err != nil {
		return err
	}
	if lines > 1000 && lines > 2*live {
		if err := d.replaceAll(buckets); err != nil {
			return err
		}
	}
	s.store, s.buckets = d, buckets
	for _, b := range buckets {
		b.conf.parse()
		s.resumeRestores(b)
	}
	return nil
}

// sawVersion makes sure that no version gets a number that is in use.
func (s *Server) sawVersion(v uint64) {
	for {
		last := s.lastVersion.Load()
		if v <= last || s.lastVersion.CompareAndSwap(last, v) {
			return
		}
	}
}

// files calls f with the path of every file the bucket holds, objects and parts.
func (b *bucket) files(f func(path string)) {
	each := func(c content) {
		for _, s := range c.segs {
			if s.file != "" {
				f(s.file)
			}
		}
	}
	b.tree.ascend("", func(_ string, o *object) bool {
		for ; o != nil; o = o.prev {
			each(o.content)
		}
		return true
	})
	for _, u := range b.uploads {
		for _, p := range u.parts {
			each(p.content)
		}
	}
}

// sweep removes contents that nothing names: of writes that were never acknowledged, and of what was deleted. Files with other
// names are not the store's, and stay.
func (d *directory) sweep(used map[string]bool) error {
	root := filepath.Join(d.dir, contentDir)
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || used[path] || !contentName.MatchString(e.Name()) ||
			filepath.Dir(path) != filepath.Join(root, e.Name()[:2]) {
			return err
		}
		return os.Remove(path)
	})
}

func (d *directory) close() error {
	var err error
	if d.journal != nil {
		err = d.journal.close()
	}
	return errors.Join(err, d.lock.Close())
}

// create makes a new file for a content.
func (d *directory) create() (*os.File, error) {
	path, err := d.newPath()
	if err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (d *directory) newPath() (string, error) {
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	name := hex.EncodeToString(b[:]) + contentExt
	dir := filepath.Join(d.dir, contentDir, name[:2])
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return filepath.Join(dir, name), nil
}

func (d *directory) sink(length int64) sink {
	size := int64(64 << 10)
	if length >= 0 {
		size = min(size, length)
	}
	return &fileSink{d: d, size: size}
}

// fileSink writes a body to a file as it comes.
type fileSink struct {
	d    *directory
	f    *os.File
	size int64
	n    int64
	// Four buffers in turn: one being filled, one kept by the digests, one on its way to the second digest and one in it.
	bufs [4][]byte
	turn int
}

func (s *fileSink) next(want int64) ([]byte, error) {
	s.turn = (s.turn + 1) % len(s.bufs)
	if s.bufs[s.turn] == nil {
		s.bufs[s.turn] = make([]byte, s.size)
	}
	return s.bufs[s.turn][:min(want, s.size)], nil
}

func (s *fileSink) took(n int) error {
	if s.f == nil {
		var err error
		if s.f, err = s.d.create(); err != nil {
			return err
		}
	}
	s.n += int64(n)
	_, err := s.f.Write(s.bufs[s.turn][:n])
	return err
}

func (s *fileSink) finish() (content, error) {
	if s.f == nil {
		return content{}, nil
	}
	if err := s.f.Close(); err != nil {
		s.drop()
		return content{}, err
	}
	return content{segs: []segment{{file: s.f.Name(), size: s.n}}}, nil
}

func (s *fileSink) drop() {
	if s.f != nil {
		_ = s.f.Close()
		_ = os.Remove(s.f.Name())
		s.f = nil
	}
}

// duplicate gives the files second names, so that each object can go by itself.
func (d *directory) duplicate(c content) (content, error) {
	out := content{segs: make([]segment, len(c.segs))}
	for i, s := range c.segs {
		path, err := d.newPath()
		if err == nil {
			err = os.Link(s.file, path)
		}
		if err != nil {
			d.discardContent(content{segs: out.segs[:i]})
			return content{}, err
		}
		out.segs[i] = segment{file: path, size: s.size}
	}
	return out, nil
}

func (d *directory) discard(o, kept *object) {
	if o == nil || o.segs == nil {
		return
	}
	if kept == nil || kept.segs == nil {
		d.discardContent(o.content)
		return
	}
	shared := make(map[string]bool, len(kept.segs))
	for _, s := range kept.segs {
		shared[s.file] = true
	}
	for _, s := range o.segs {
		if !shared[s.file] {
			d.discardContent(content{segs: []segment{s}})
		}
	}
}

func (d *directory) discardContent(c content) {
	if d.kept.Load() {
		return
	}
	for _, s := range c.segs {
		_ = os.Remove(s.file) // what cannot be removed now goes at the next start
	}
}

func (d *directory) discardParts(u *pending) {
	for _, p := range u.parts {
		d.discardContent(p.content)
	}
}

func (d *directory) keep() { d.kept.Store(true) }
