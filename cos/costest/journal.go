package costest

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/cosevent/cosevent-go/event"
)

// line is one change in the journal. Which members it has depends on Do.
type line struct {
	Do      string // bucket, rmbucket, push, drop, swap, upload, part, rmupload
	Bucket  event.Bucket
	Conf    *config       `json:",omitempty"`
	Key     string        `json:",omitempty"`
	Version uint64        `json:",omitempty"`
	Object  *objectOnDisk `json:",omitempty"`
	Upload  *uploadOnDisk `json:",omitempty"`
	Number  int           `json:",omitempty"`
}

type objectOnDisk struct {
	Files    []fileOnDisk `json:",omitempty"`
	Attrs    *attrs       `json:",omitempty"`
	More     *extra       `json:",omitempty"`
	Size     int64        `json:",omitempty"`
	Modified int64
	CRC      uint64 `json:",omitempty"`
	Version  uint64 `json:",omitempty"`
	Sum      string `json:",omitempty"`
	Parts    int32  `json:",omitempty"`
	Marker   bool   `json:",omitempty"`
}

type fileOnDisk struct {
	Name string
	Size int64
}

type uploadOnDisk struct {
	ID      string
	Attrs   *attrs
	More    *extra `json:",omitempty"`
	Started int64
	Forbid  bool `json:",omitempty"`
}

func filesOf(c content) []fileOnDisk {
	var out []fileOnDisk
	for _, s := range c.segs {
		out = append(out, fileOnDisk{filepath.Base(s.file), s.size})
	}
	return out
}

func toDisk(o *object) *objectOnDisk {
	return &objectOnDisk{
		Files: filesOf(o.content), Attrs: o.attrs, More: o.more, Size: o.size, Modified: o.modified, CRC: o.crc, Version: o.version,
		Sum: hex.EncodeToString(o.sum[:]), Parts: o.parts, Marker: o.marker,
	}
}

func (d *directory) fromDisk(x *objectOnDisk) (*object, error) {
	o := &object{
		attrs: x.Attrs, more: x.More, size: x.Size, modified: x.Modified, crc: x.CRC, version: x.Version, parts: x.Parts, marker: x.Marker,
	}
	if o.attrs == nil {
		o.attrs = &noAttrs
	}
	if n, err := hex.Decode(o.sum[:], []byte(x.Sum)); err != nil || n != len(o.sum) {
		return nil, errors.New("a digest is damaged")
	}
	for _, f := range x.Files {
		if !contentName.MatchString(f.Name) {
			return nil, errors.New("a file's name is damaged")
		}
		o.segs = append(o.segs, segment{file: filepath.Join(d.dir, contentDir, f.Name[:2], f.Name), size: f.Size})
	}
	return o, nil
}

// journal is a file of lines: the CRC-32 of the text in eight hexadecimal digits, a space, the text in JSON.
type journal struct {
	mu     sync.Mutex
	f      *os.File
	size   int64
	broken error // a line could not be taken back: nothing may follow it
}

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &journal{f: f, size: info.Size()}, nil
}

func encodeLine(l line) ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(text)+10)
	out = fmt.Appendf(out, "%08x ", crc32.ChecksumIEEE(text))
	out = append(out, text...)
	return append(out, '\n'), nil
}

func decodeLine(b []byte) (line, error) {
	var l line
	b = bytes.TrimSuffix(b, []byte("\n"))
	if len(b) < 9 || b[8] != ' ' {
		return l, errors.New("a line is too short")
	}
	text := b[9:]
	if fmt.Sprintf("%08x", crc32.ChecksumIEEE(text)) != string(b[:8]) {
		return l, errors.New("a line's checksum is wrong")
	}
	return l, json.Unmarshal(text, &l)
}

// add writes a line whole or not at all.
func (j *journal) add(l line) error {
	b, err := encodeLine(l)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return j.broken
	}
	if _, err := j.f.Write(b); err != nil {
		if terr := j.f.Truncate(j.size); terr != nil {
			j.broken = fmt.Errorf("the journal is damaged: %w", terr)
		}
		return err
	}
	j.size += int64(len(b))
	return nil
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.f.Close()
}

func (d *directory) putBucket(b *bucket) error {
	conf := b.conf
	return d.journal.add(line{Do: "bucket", Bucket: b.Bucket, Conf: &conf})
}

func (d *directory) dropBucket(b *bucket) error {
	return d.journal.add(line{Do: "rmbucket", Bucket: b.Bucket})
}

func (d *directory) push(b *bucket, key string, o *object) error {
	return d.journal.add(line{Do: "push", Bucket: b.Bucket, Key: key, Object: toDisk(o)})
}

func (d *directory) drop(b *bucket, key string, version uint64) error {
	return d.journal.add(line{Do: "drop", Bucket: b.Bucket, Key: key, Version: version})
}

func (d *directory) swap(b *bucket, key string, o *object) error {
	return d.journal.add(line{Do: "swap", Bucket: b.Bucket, Key: key, Object: toDisk(o)})
}

func (d *directory) putUpload(b *bucket, u *pending) error {
	return d.journal.add(line{Do: "upload", Bucket: b.Bucket, Key: u.key, Upload: &uploadOnDisk{u.id, u.attrs, u.more, u.started, u.forbid}})
}

func (d *directory) putPart(b *bucket, u *pending, number int, p *part) error {
	return d.journal.add(line{Do: "part", Bucket: b.Bucket, Number: number, Upload: &uploadOnDisk{ID: u.id},
		Object: toDisk(&object{content: p.content, size: p.size, crc: p.crc, sum: p.sum, modified: p.modified})})
}

func (d *directory) dropUpload(b *bucket, u *pending) error {
	return d.journal.add(line{Do: "rmupload", Bucket: b.Bucket, Upload: &uploadOnDisk{ID: u.id}})
}

// replay reads the journal. A last line that is not whole was being written when the process ended, and was not acknowledged:
// it is cut off. A line for a bucket that is not there changes nothing, and is skipped with a warning: it was written by a request that
// the bucket's deletion overtook. Damage anywhere else is an error.
func (d *directory) replay(warn *slog.Logger) (map[string]*bucket, int, error) {
	buckets := map[string]*bucket{}
	path := filepath.Join(d.dir, journalFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return buckets, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }()
	in := bufio.NewReaderSize(f, 1<<20)
	var at int64
	n := 0
	for {
		b, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			if len(b) > 0 {
				err = os.Truncate(path, at)
			} else {
				err = nil
			}
			dropFinished(buckets)
			return buckets, n, err
		}
		if err != nil {
			return nil, 0, err
		}
		l, err := decodeLine(b)
		if err == nil {
			err = d.apply(buckets, l)
		}
		if errors.Is(err, errUnknownBucket) {
			warn.Warn("costest: skipped a line of the journal: its bucket was deleted before", "line", n+1, "change", l.Do, "bucket", l.Bucket.ID(), "key", l.Key)
			err = nil
		}
		if err != nil {
			return nil, 0, fmt.Errorf("costest: %s, line %d: %w", path, n+1, err)
		}
		n++
		at += int64(len(b))
	}
}

var errUnknownBucket = errors.New("the bucket does not exist")

// apply does what a line says. It returns errUnknownBucket for a line about a bucket that is not there.
func (d *directory) apply(buckets map[string]*bucket, l line) error {
	id := l.Bucket.ID()
	b := buckets[id]
	switch l.Do {
	case "bucket":
		if l.Conf == nil {
			return errors.New("a bucket has no settings")
		}
		if b == nil {
			b = newBucket(l.Bucket, *l.Conf)
			buckets[id] = b
		}
		b.conf = *l.Conf
		return nil
	case "rmbucket":
		delete(buckets, id)
		return nil
	}
	if b == nil {
		return errUnknownBucket
	}
	var o *object
	if l.Object != nil {
		var err error
		if o, err = d.fromDisk(l.Object); err != nil {
			return err
		}
	}
	head := b.tree.get(l.Key)
	switch {
	case l.Do == "push" && o != nil:
		b.tree.set(l.Key, head.pushed(o))
	case l.Do == "drop":
		b.tree.set(l.Key, head.without(l.Version))
	case l.Do == "swap" && o != nil && head.find(o.version) != nil:
		b.tree.set(l.Key, head.replaced(o))
	case l.Do == "upload" && l.Upload != nil:
		u := l.Upload
		b.uploads[u.ID] = &pending{id: u.ID, key: l.Key, attrs: u.Attrs, more: u.More, started: u.Started, forbid: u.Forbid, parts: map[int]*part{}}
	case l.Do == "part" && l.Upload != nil && o != nil && b.uploads[l.Upload.ID] != nil:
		b.uploads[l.Upload.ID].parts[l.Number] = &part{content: o.content, size: o.size, crc: o.crc, sum: o.sum, modified: o.modified}
	case l.Do == "rmupload" && l.Upload != nil:
		delete(b.uploads, l.Upload.ID)
	default:
		return fmt.Errorf("%q makes no sense", l.Do)
	}
	return nil
}

// dropFinished takes away uploads whose parts are an object's content already: the process ended between the two lines that
// complete an upload.
func dropFinished(buckets map[string]*bucket) {
	for _, b := range buckets {
		if len(b.uploads) == 0 {
			continue
		}
		uploads := b.uploads
		b.uploads = nil
		used := map[string]bool{}
		b.files(func(path string) { used[path] = true })
		b.uploads = uploads
		for id, u := range uploads {
			for _, p := range u.parts {
				if len(p.segs) > 0 && used[p.segs[0].file] {
					delete(uploads, id)
				}
			}
		}
	}
}

// replaceAll writes a new journal that says only what is there now, and puts it in the old one's place in one step.
func (d *directory) replaceAll(buckets map[string]*bucket) error {
	d.journal.mu.Lock()
	defer d.journal.mu.Unlock()
	path := filepath.Join(d.dir, journalFile)
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	fresh := &journal{f: f}
	next := &directory{dir: d.dir, journal: fresh}
	for _, b := range buckets {
		if err == nil {
			err = next.writeBucket(b)
		}
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	err = d.journal.f.Close()
	d.journal.f, d.journal.size, d.journal.broken = fresh.f, fresh.size, nil
	return err
}

// writeBucket writes the lines that make a bucket as it is.
func (d *directory) writeBucket(b *bucket) error {
	err := d.putBucket(b)
	b.tree.ascend("", func(key string, head *object) bool {
		var chain []*object
		for o := head; o != nil; o = o.prev {
			chain = append(chain, o)
		}
		for i := len(chain) - 1; i >= 0 && err == nil; i-- {
			err = d.push(b, key, chain[i])
		}
		return err == nil
	})
	for _, u := range b.uploads {
		if err == nil {
			err = d.putUpload(b, u)
		}
		for n, p := range u.parts {
			if err == nil {
				err = d.putPart(b, u, n, p)
			}
		}
	}
	return err
}
