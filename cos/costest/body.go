package costest

import (
	"crypto/md5"
	"crypto/sha1"
	"errors"
	"hash"
	"io"
	"net"
	"os"
)

// content is an object's bytes, in pieces; it never changes. One piece in memory, the usual case, needs no list.
type content struct {
	mem  []byte
	segs []segment
}

// segment is a piece of content: in memory, or a file of a directory store.
type segment struct {
	mem  []byte
	file string // path; "" if in memory
	size int64
}

// pieces returns the content as a list.
func (c content) pieces() []segment {
	if c.segs == nil && len(c.mem) > 0 {
		return []segment{{mem: c.mem, size: int64(len(c.mem))}}
	}
	return c.segs
}

// joined returns the content of cs one after the other, without copying.
func joined(cs ...content) content {
	var out content
	for _, c := range cs {
		out.segs = append(out.segs, c.pieces()...)
	}
	if len(out.segs) == 1 && out.segs[0].file == "" {
		return content{mem: out.segs[0].mem}
	}
	return out
}

// reader is content opened for reading from an offset on. Files are opened at once: the reader outlives their removal.
type reader struct {
	pieces []segment
	files  []*os.File
	skip   int64 // of the first piece
	left   int64
}

func (c content) open(off, n int64) (*reader, error) {
	r := &reader{left: n}
	for _, p := range c.pieces() {
		if off >= p.size {
			off -= p.size
			continue
		}
		r.pieces = append(r.pieces, p)
	}
	r.skip = off
	for _, p := range r.pieces {
		var f *os.File
		if p.file != "" {
			var err error
			if f, err = os.Open(p.file); err != nil {
				r.Close()
				return nil, err
			}
		}
		r.files = append(r.files, f)
	}
	return r, nil
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	for len(r.pieces) > 0 && r.left > 0 {
		s := r.pieces[0]
		if r.skip >= s.size {
			r.next()
			continue
		}
		p = p[:min(int64(len(p)), r.left, s.size-r.skip)]
		n := len(p)
		if s.file == "" {
			copy(p, s.mem[r.skip:])
		} else {
			var err error
			if n, err = r.files[0].ReadAt(p, r.skip); n == 0 && err != nil {
				return 0, io.ErrUnexpectedEOF
			}
		}
		r.skip += int64(n)
		r.left -= int64(n)
		return n, nil
	}
	return 0, io.EOF
}

// WriteTo implements io.WriterTo: memory is written as it lies.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	var buf []byte
	for len(r.pieces) > 0 && r.left > 0 {
		s := r.pieces[0]
		var p []byte
		if s.file == "" {
			p = s.mem[r.skip:min(s.size, r.skip+r.left)]
		} else {
			if buf == nil {
				buf = make([]byte, min(r.left, 128<<10))
			}
			n, err := r.files[0].ReadAt(buf[:min(int64(len(buf)), s.size-r.skip, r.left)], r.skip)
			if n == 0 && err != nil {
				return total, io.ErrUnexpectedEOF
			}
			p = buf[:n]
		}
		n, err := w.Write(p)
		total += int64(n)
		r.skip += int64(n)
		r.left -= int64(n)
		if err != nil {
			return total, err
		}
		if r.skip >= s.size {
			r.next()
		}
	}
	return total, nil
}

func (r *reader) next() {
	if f := r.files[0]; f != nil {
		_ = f.Close()
	}
	r.pieces, r.files, r.skip = r.pieces[1:], r.files[1:], 0
}

// Close closes what is still open.
func (r *reader) Close() error {
	for _, f := range r.files {
		if f != nil {
			_ = f.Close()
		}
	}
	r.pieces, r.files = nil, nil
	return nil
}

// upload is a body received whole, with its digests.
type upload struct {
	content
	n    int64
	md5  [md5.Size]byte
	crc  uint64
	sha1 [sha1.Size]byte // only if asked for
}

// sink takes the bytes of a body that is being received.
type sink interface {
	// next returns room for the next bytes, at most want; what was returned before must not be touched any more.
	next(want int64) ([]byte, error)
	// took says how much of the room was filled.
	took(n int) error
	// finish returns what was stored; drop forgets it.
	finish() (content, error)
	drop()
}

// sideBySide is the size from which on the two digests run on two processors.
const sideBySide = 64 << 10

// receive reads exactly length bytes, or up to the end of r if length is negative, into a sink. More than limit is
// EntityTooLarge. If it fails, nothing stays behind.
func receive(r io.Reader, length, limit int64, s sink, withSHA1 bool) (u upload, err error) {
	if length > limit {
		return u, errEntityTooLarge
	}
	defer func() {
		if err != nil {
			s.drop()
		}
	}()
	d := newDigests(length < 0 || length >= sideBySide, withSHA1)
	defer d.stop()
	for length < 0 || u.n < length {
		want := limit - u.n + 1
		if length >= 0 {
			want = length - u.n
		}
		buf, err := s.next(want)
		if err != nil {
			return u, err
		}
		n, err := r.Read(buf)
		if n > 0 {
			if u.n += int64(n); u.n > limit {
				return u, errEntityTooLarge
			}
			d.add(buf[:n])
			if err := s.took(n); err != nil {
				return u, err
			}
		}
		if err == io.EOF {
			if length >= 0 && u.n < length {
				return u, errIncompleteBody
			}
			break
		}
		if err != nil {
			return u, bodyError(err)
		}
	}
	u.md5, u.crc, u.sha1 = d.sums()
	u.content, err = s.finish()
	return u, err
}

// bodyError says why a body could not be read.
func bodyError(err error) error {
	var e *Error
	var ne net.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &ne) && ne.Timeout():
		return errRequestTimeout
	}
	return errIncompleteBody
}

// digests computes MD5 here and CRC64 beside, in a goroutine of its own if the body is large.
type digests struct {
	md5, sha1 hash.Hash
	crc       uint64
	ch        chan []byte
	done      chan struct{}
	wait      []byte // for the other goroutine, which gets large runs: waking it costs more than a small one
}

// handOver is the length from which on a run goes to the other goroutine.
const handOver = 256 << 10

func newDigests(parallel, withSHA1 bool) *digests {
	d := &digests{md5: md5.New()}
	if withSHA1 {
		d.sha1 = sha1.New()
	}
	if parallel {
		d.ch, d.done = make(chan []byte, 1), make(chan struct{})
		go func() {
			defer close(d.done)
			for b := range d.ch {
				d.crc = crcUpdate(d.crc, b)
			}
		}()
	}
	return d
}

func (d *digests) add(b []byte) {
	switch n := len(d.wait); {
	case d.ch == nil:
		d.crc = crcUpdate(d.crc, b)
	case n > 0 && n < handOver && cap(d.wait) > n && &d.wait[:n+1][n] == &b[0]:
		d.wait = d.wait[:n+len(b)] // it lies right behind
	default:
		d.flush()
		d.wait = b
	}
	d.md5.Write(b)
	if d.sha1 != nil {
		d.sha1.Write(b)
	}
}

func (d *digests) flush() {
	if len(d.wait) > 0 {
		d.ch <- d.wait
		d.wait = nil
	}
}

func (d *digests) stop() {
	if d.ch != nil {
		d.flush()
		close(d.ch)
		<-d.done
		d.ch = nil
	}
}

func (d *digests) sums() (sum [md5.Size]byte, crc uint64, sha [sha1.Size]byte) {
	d.stop()
	d.md5.Sum(sum[:0])
	if d.sha1 != nil {
		d.sha1.Sum(sha[:0])
	}
	return sum, d.crc, sha
}

// memPiece is the largest piece of memory taken at once: a length that is only claimed costs no more than this.
const memPiece = 4 << 20

// memSink keeps a body in memory.
type memSink struct {
	known bool // the length is known: the first piece fits exactly
	segs  []segment
	cur   []byte
	used  int
}

func (s *memSink) next(want int64) ([]byte, error) {
	if s.used == len(s.cur) {
		s.flush()
		size := min(want, memPiece)
		if !s.known {
			// Grow with what has come: a short body of unknown length must not cost a large piece.
			size = min(want, memPiece, max(4<<10, 2*s.total()))
		}
		s.cur, s.used = make([]byte, size), 0
	}
	return s.cur[s.used:], nil
}

func (s *memSink) total() (n int64) {
	for i := range s.segs {
		n += s.segs[i].size
	}
	return n
}

func (s *memSink) took(n int) error {
	s.used += n
	return nil
}

func (s *memSink) flush() {
	if s.used == 0 {
		return
	}
	mem := s.cur[:s.used:s.used]
	if cap(s.cur)-s.used > s.used/8 {
		mem = append(make([]byte, 0, s.used), mem...)
	}
	s.segs = append(s.segs, segment{mem: mem, size: int64(s.used)})
	s.cur, s.used = nil, 0
}

func (s *memSink) finish() (content, error) {
	if s.segs == nil && s.used == len(s.cur) {
		return content{mem: s.cur}, nil
	}
	s.flush()
	if len(s.segs) == 1 {
		return content{mem: s.segs[0].mem}, nil
	}
	return content{segs: s.segs}, nil
}

func (s *memSink) drop() { *s = memSink{} }
