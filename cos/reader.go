package cos

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"net/http"
)

var crcTable = crc64.MakeTable(crc64.ECMA)

// Reader reads an object's content as it arrives. When the connection breaks, it asks for the rest, on condition that the object
// still has the ETag it had, and goes on; the caller notices nothing, or gets [ErrChanged] if the object was overwritten. It
// gives up when as many requests in a row as a read has attempts bring not one byte. At the end of a whole object it
// compares the CRC64 with the service's; if they differ, the last Read returns [ErrCorrupt] instead of io.EOF: do not act on
// content before it is read to the end.
//
// A Reader is not safe for concurrent use, except that Close may be called at any time from the goroutine that reads.
type Reader struct {
	ctx    context.Context
	o      *Objects
	t      target
	info   *Info
	body   io.ReadCloser
	off    int64 // of the next byte, in the object
	end    int64 // behind the last byte wanted, in the object; -1 if the service did not tell the length
	crc    hash.Hash64
	broken error // why body can give no more; resume at the next Read
	idle   int   // resumed requests since the last byte
	err    error // what Read returns from now on
}

var errClosed = errors.New("cos: read from a closed Reader")

func newReader(ctx context.Context, o *Objects, t target, oo openOptions, info *Info, resp *http.Response) (*Reader, error) {
	r := &Reader{ctx: ctx, o: o, t: t, info: info, body: resp.Body, end: -1}
	r.t.op = "read"
	if oo.ranged {
		start, _, ok := contentRange(resp.Header.Get("Content-Range"))
		if resp.StatusCode != http.StatusPartialContent || !ok || start != oo.offset {
			discard(resp.Body)
			return nil, t.fail(nil, fmt.Errorf("asked for a range, got status %d and Content-Range %q",
				resp.StatusCode, resp.Header.Get("Content-Range")))
		}
		r.off = oo.offset
	} else if info.HasCRC64 {
		r.crc = crc64.New(crcTable)
	}
	if resp.ContentLength >= 0 {
		r.end = r.off + resp.ContentLength
	}
	return r, nil
}

// Info returns what the service said about the object when it was opened.
func (r *Reader) Info() *Info { return r.info }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if r.broken != nil {
			if err := r.resume(); err != nil {
				r.err = err
				return 0, err
			}
		}
		n, err := r.body.Read(p)
		if n > 0 {
			r.off += int64(n)
			r.idle = 0
			if r.crc != nil {
				_, _ = r.crc.Write(p[:n]) // a hash never fails
			}
		}
		switch {
		case r.end >= 0 && r.off >= r.end, r.end < 0 && err == io.EOF:
			// Checked together with the last bytes: whoever knows the size reads no further.
			r.err = r.finish()
			if n > 0 && r.err == io.EOF {
				return n, nil
			}
			return n, r.err
		case err == nil:
			return n, nil
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		r.broken = err
		if n > 0 {
			return n, nil
		}
	}
}

// finish is called when every byte was read.
func (r *Reader) finish() error {
	if r.end >= 0 && r.off > r.end {
		return r.t.fail(ErrCorrupt, fmt.Errorf("read %d bytes of %d", r.off, r.end))
	}
	if r.crc != nil && r.crc.Sum64() != r.info.CRC64 {
		return r.t.fail(ErrCorrupt, fmt.Errorf("CRC64 is %d, the service says %d", r.crc.Sum64(), r.info.CRC64))
	}
	return io.EOF
}

// resume asks for the rest of a body that broke.
func (r *Reader) resume() error {
	why := r.broken
	_ = r.body.Close() // broken already
	if r.ctx.Err() != nil || r.info.ETag == "" || r.end < 0 {
		return r.t.noAnswer(r.ctx, why)
	}
	r.idle++
	if r.idle >= r.o.tries {
		return r.t.fail(nil, fmt.Errorf("broke off at byte %d: %w", r.off, why))
	}
	if err := wait(r.ctx, pauseAfter(r.idle, nil)); err != nil {
		return r.t.fail(nil, err)
	}
	req := newRequest(http.MethodGet, objectURL(r.t.bucket, r.t.key, r.t.version))
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", r.off, r.end-1))
	req.Header.Set("If-Match", quoted(r.info.ETag))
	resp, err := r.o.do(r.ctx, req)
	if err != nil {
		return r.t.noAnswer(r.ctx, err)
	}
	start, size, ok := contentRange(resp.Header.Get("Content-Range"))
	switch {
	case resp.StatusCode != http.StatusPartialContent && resp.StatusCode != http.StatusOK:
		return r.t.answer(resp)
	case bare(resp.Header.Get("Etag")) != bare(r.info.ETag), ok && size >= 0 && r.info.Size >= 0 && size != r.info.Size:
		discard(resp.Body)
		return r.t.fail(ErrChanged, nil)
	case resp.StatusCode == http.StatusOK || !ok || start != r.off || resp.ContentLength > r.end-r.off:
		discard(resp.Body)
		return r.t.fail(nil, fmt.Errorf("broke off at byte %d and the service does not give the rest: %w", r.off, why))
	}
	r.body, r.broken = resp.Body, nil
	return nil
}

// Close lets the connection go; the rest of the content is not read. It may be called more than once.
func (r *Reader) Close() error {
	if r.err == errClosed {
		return nil
	}
	r.err = errClosed
	return r.body.Close()
}
