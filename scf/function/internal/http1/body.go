package http1

import (
	"bufio"
	"bytes"
	"io"
	"slices"
)

// Memory for a body is given out as data comes in, so that a length which is only claimed costs nothing.
const firstGrant = 8 << 20

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
		step := min(n, firstGrant)
		b = slices.Grow(b, step)
		if _, err := io.ReadFull(r.br, b[len(b):len(b)+step]); err != nil {
			return nil, cut(err)
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

func parseChunkSize(line []byte) (int64, bool) {
	size, _, _ := bytes.Cut(line, []byte(";"))
	size = bytes.TrimRight(size, " \t")
	if len(size) == 0 || len(size) > 15 {
		return 0, false
	}
	var n int64
	for _, c := range size {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | int64(c)
	}
	return n, true
}

// skipTrailer passes over the headers after the last chunk: nothing in them is of use here.
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

// readLine reads up to CRLF, which it cuts.
func (r *Reader) readLine() ([]byte, error) {
	line, err := r.br.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return nil, ErrTooLarge
	}
	if err != nil {
		return nil, cut(err)
	}
	line, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok || bytes.IndexByte(line, '\r') >= 0 {
		return nil, ErrMalformed
	}
	return line, nil
}

func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
