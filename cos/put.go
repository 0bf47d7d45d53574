package cos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// maxPut is the largest object one PUT takes, in bytes.
const maxPut = 5 << 30

// Put writes an object of up to 5 GB and checks the CRC64 of what the service stored. It reads r from its current position and never
// closes it. The length is known for *bytes.Reader, *bytes.Buffer, *strings.Reader, *os.File and anything that seeks, or is given by
// [Size]; otherwise the body is sent in chunks. Of a reader whose length is known Put reads that many bytes and no more, as
// io.CopyN does; if there are fewer, it fails and stores nothing. Nothing is buffered.
//
// If r seeks, a failure with 408, 429, a 5xx status or no answer is repeated, with pauses, as often as a read. After a lost
// answer the first try may have been stored, so the repeat stores the same content again: the same object, but a second
// event, and a second version where versions are kept. With [ForbidOverwrite] the repeat could report ErrExists for its own
// object, so a lost answer is not repeated then. If r does not seek, nothing is repeated.
//
// When ctx ends while r.Read blocks, Put returns without waiting for that Read if r does not seek.
//
// The error is ErrBucketNotFound, ErrExists (with [ForbidOverwrite]), ErrDenied or ErrCorrupt, in an [*Error]. A function that
// writes where its own trigger listens calls itself without end; [Mark] lets the loop guard stop that. Source: PUT Object of the
// COS API.
func (o *Objects) Put(ctx context.Context, b event.Bucket, key string, r io.Reader, opts ...PutOption) error {
	t := target{op: "put", bucket: b, key: key}
	if err := t.check(); err != nil {
		return err
	}
	po, err := newPutOptions(opts)
	switch {
	case err != nil:
		return t.fail(nil, err)
	case po.fromVersion != "" || po.fromETag != "":
		return t.fail(nil, errors.New("FromVersion and FromETag are options of Copy"))
	case r == nil:
		return t.fail(nil, errors.New("the reader is nil"))
	}
	size, at, seeker := measure(r)
	if po.size >= 0 {
		if size >= 0 && size < po.size {
			return t.fail(nil, fmt.Errorf("%w: %d of %d", errSize, size, po.size))
		}
		size = po.size
	}
	if size > maxPut {
		return t.fail(nil, fmt.Errorf("%d bytes are more than the 5 GB that one PUT takes", size))
	}
	for try := 1; ; try++ {
		resp, crc, err := o.put(ctx, t, newSource(ctx, r, size, seeker == nil), size, po.header)
		again := seeker != nil && try < o.tries && worthRepeating(ctx, resp, err) && (err == nil || !po.exclusive())
		if !again {
			return t.putResult(ctx, resp, crc, err)
		}
		pause := pauseAfter(try, resp)
		if resp != nil {
			discard(resp.Body)
		}
		if err := wait(ctx, pause); err != nil {
			return t.fail(nil, err)
		}
		if _, err := seeker.Seek(at, io.SeekStart); err != nil {
			return t.fail(nil, err)
		}
	}
}

func (o *Objects) put(ctx context.Context, t target, body *source, size int64, header http.Header) (*http.Response, uint64, error) {
	req := newRequest(http.MethodPut, objectURL(t.bucket, t.key, ""))
	for name, values := range header {
		req.Header[name] = values
	}
	req.ContentLength = size
	req.Body = body
	if size == 0 {
		req.Body = http.NoBody
	}
	resp, err := o.do(ctx, req)
	return resp, body.detach(), err
}

func (t target) putResult(ctx context.Context, resp *http.Response, crc uint64, err error) error {
	if err != nil {
		return t.noAnswer(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return t.answer(resp)
	}
	if err := t.foreign(resp); err != nil {
		return err
	}
	discard(resp.Body)
	stored := resp.Header.Get("X-Cos-Hash-Crc64ecma")
	if n, perr := strconv.ParseUint(stored, 10, 64); perr == nil && n != crc {
		return t.fail(ErrCorrupt, fmt.Errorf("CRC64 is %d, the service says %s", crc, stored))
	}
	return nil
}

// measure finds out how many bytes are left in r (-1: unknown) and whether and from where it can be read again.
func measure(r io.Reader) (size, at int64, seeker io.Seeker) {
	size = -1
	if s, ok := r.(io.Seeker); ok {
		if pos, err := s.Seek(0, io.SeekCurrent); err == nil { // a pipe is an *os.File that does not seek
			at, seeker = pos, s
		}
	}
	switch v := r.(type) {
	case *bytes.Buffer:
		return int64(v.Len()), at, seeker
	case *bytes.Reader:
		return int64(v.Len()), at, seeker
	case *strings.Reader:
		return int64(v.Len()), at, seeker
	case *os.File:
		if info, err := v.Stat(); err == nil && info.Mode().IsRegular() && seeker != nil {
			return max(info.Size()-at, 0), at, seeker
		}
		return -1, at, seeker
	}
	if seeker != nil {
		end, err := seeker.Seek(0, io.SeekEnd)
		if err == nil {
			_, err = seeker.Seek(at, io.SeekStart)
		}
		if err != nil {
			return -1, at, nil
		}
		size = max(end-at, 0)
	}
	return size, at, seeker
}
