package http1

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strconv"
)

// maxGrow is how much memory is allocated at a time for a body. It is allocated as data arrives, so that a length which is only
// claimed costs nothing.
const maxGrow = 8 << 20

func (r *Reader) readSized(n, limit int64) ([]byte, error) {
	if n > limit {
		return nil, ErrTooLarge
	}
	if n == 0 {
		return []byte{}, nil
	}
	return r.readMore(nil, int(n))
}

// readMore appends n bytes to b.
func (r *Reader) readMore(b []byte, n int) ([]byte, error) {
	for n > 0 {
		step := min(n, maxGrow)
		b = slices.Grow(b, step)
		if _, err := io.ReadFull(r.br, b[len(b):len(b)+step]); err != nil {
			return nil, unexpectedEOF(err)
		}
		b, n = b[:len(b)+step], n-step
	}
	return b, nil
}

func (r *Reader) readToEnd(limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.br, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = ErrTooLarge
	}
	return b, err
}

func (r *Reader) readChunked(limit int64) ([]byte, error) {
	body := []byte{}
	for {
		line, err := r.readLine()
		if err != nil {
			return nil, err
		}
		n, ok := parseChunkSize(line)
		if !ok {
			return nil, ErrMalformed
		}
		if n == 0 {
			return body, r.skipTrailer()
		}
		if n > limit-int64(len(body)) {
			return nil, ErrTooLarge
		}
		if body, err = r.readMore(body, int(n)); err != nil {
			return nil, err
		}
		if line, err = r.readLine(); err != nil {
			return nil, err
		}
		if len(line) != 0 {
			return nil, ErrMalformed
		}
	}
}

// parseChunkSize reads the hexadecimal size in front of a chunk. Extensions after it are ignored.
func parseChunkSize(line []byte) (n int64, ok bool) {
	size, _, _ := bytes.Cut(line, []byte(";"))
	u, err := strconv.ParseUint(string(bytes.TrimRight(size, " \t")), 16, 60)
	return int64(u), err == nil
}

// skipTrailer passes over the headers after the last chunk, which are not needed.
func (r *Reader) skipTrailer() error {
	for total := 0; total <= maxHead; {
		line, err := r.readLine()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return nil
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || !validName(name) || !validValue(value) {
			return ErrMalformed
		}
		total += len(line) + 2
	}
	return ErrTooLarge
}

// readLine reads a line and removes its CRLF.
func (r *Reader) readLine() ([]byte, error) {
	line, err := r.br.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return nil, ErrTooLarge
	}
	if err != nil {
		return nil, unexpectedEOF(err)
	}
	line, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok || bytes.IndexByte(line, '\r') >= 0 {
		return nil, ErrMalformed
	}
	return line, nil
}

// unexpectedEOF returns err, or io.ErrUnexpectedEOF for an io.EOF inside a message.
func unexpectedEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
