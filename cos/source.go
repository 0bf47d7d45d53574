package cos

import (
	"context"
	"errors"
	"hash"
	"hash/crc64"
	"io"
	"sync"
)

// source lends a reader to the transport as the body of a request, and takes it back: after detach nobody reads it any more.
type source struct {
	ctx    context.Context // ends a Read that blocks: net/http waits for it before it reports that the request was cancelled
	done   chan struct{}   // closed when the loan ends
	ending sync.Once
	blocks bool // a Read may take for ever: do it in a goroutine that can be left behind

	mu   sync.Mutex
	r    io.Reader
	crc  hash.Hash64
	left int64 // still to come; negative: not known
}

type chunk struct {
	b   []byte
	err error
}

func newSource(ctx context.Context, r io.Reader, size int64, blocks bool) *source {
	return &source{ctx: ctx, done: make(chan struct{}), blocks: blocks, r: r, crc: crc64.New(crcTable), left: size}
}

var errSize = errors.New("the reader has fewer bytes than its size says")

// Read implements io.Reader for the transport.
func (s *source) Read(p []byte) (int, error) {
	select {
	case <-s.done:
		return 0, io.ErrClosedPipe
	default:
	}
	if !s.blocks {
		return s.read(p)
	}
	result := make(chan chunk, 1)
	go func() {
		b := make([]byte, min(len(p), 64<<10)) // not p, which is the transport's again once Read returned
		n, err := s.read(b)
		result <- chunk{b[:n], err}
	}()
	select {
	case c := <-result:
		return copy(p, c.b), c.err
	case <-s.ctx.Done():
		return 0, context.Cause(s.ctx)
	case <-s.done:
		return 0, io.ErrClosedPipe
	}
}

func (s *source) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.r == nil {
		return 0, io.ErrClosedPipe
	}
	if s.left == 0 {
		return 0, io.EOF
	}
	if s.left > 0 && int64(len(p)) > s.left {
		p = p[:s.left]
	}
	n, err := s.r.Read(p)
	if s.left > 0 {
		s.left -= int64(n)
		switch {
		case s.left == 0 && err == nil:
			err = io.EOF // without asking for the reader's own end, which may never come
		case s.left > 0 && err == io.EOF:
			err = errSize
		case s.left == 0 && err != io.EOF:
			n = 0 // the last bytes are kept back: the service stores the object as soon as it has them
		}
	}
	if n > 0 {
		_, _ = s.crc.Write(p[:n]) // a hash never fails
	}
	return n, err
}

// Close is the transport's: it ends a Read that blocks. The reader itself stays open, it is the caller's.
func (s *source) Close() error {
	s.ending.Do(func() { close(s.done) })
	return nil
}

// detach ends the loan and returns the checksum of what was read, 0 if a Read still blocks.
func (s *source) detach() uint64 {
	_ = s.Close() // always nil
	if s.blocks && !s.mu.TryLock() {
		return 0
	}
	if !s.blocks {
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	s.r = nil
	return s.crc.Sum64()
}
