package http1

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Limits of what is read.
const (
	maxHead    = 64 << 10
	bufferSize = 4 << 10
)

// Errors of reading. Errors of the connection are returned as they are: io.EOF if it ends between messages, and
// io.ErrUnexpectedEOF if it ends inside one.
var (
	ErrMalformed = errors.New("http1: malformed message")
	ErrTooLarge  = errors.New("http1: message too large")
)

// A Reader reads messages from one connection. It must not be used by several goroutines at once.
type Reader struct {
	br     *bufio.Reader
	head   []byte
	fields []field
}

type field struct{ name, value []byte }

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader {
	return &Reader{br: bufio.NewReaderSize(r, bufferSize)}
}

// Get returns the value of the header name in the message read last, or "" if it has none. Case is ignored, and '_' equals
// '-': servers mix the two.
func (r *Reader) Get(name string) string {
	for _, f := range r.fields {
		if sameName(f.name, name) {
			return string(f.value)
		}
	}
	return ""
}

func sameName(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if fold(a[i]) != fold(b[i]) {
			return false
		}
	}
	return true
}

func fold(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A'
	case c == '_':
		return '-'
	}
	return c
}

// A Response is an answer, one that was read or one to be written.
type Response struct {
	Status int
	Body   []byte
	Allow  string // written only: the methods that a path takes, for status 405
	Close  bool   // the connection cannot be used again
}

// ReadResponse reads the answer to a request whose method was not HEAD, and passes over provisional answers (1xx). It returns
// [ErrTooLarge] for a body over limit bytes. The body belongs to the caller.
func (r *Reader) ReadResponse(limit int64) (Response, error) {
	for {
		line, err := r.readHead()
		if err != nil {
			return Response{}, err
		}
		old, status, ok := parseStatusLine(line)
		if !ok {
			return Response{}, ErrMalformed
		}
		if status == 101 {
			return Response{}, ErrMalformed // we never ask for another protocol
		}
		if status < 200 {
			continue
		}
		f, err := r.framing(old)
		if err != nil {
			return Response{}, err
		}
		resp := Response{Status: status, Close: f.close}
		switch {
		case status == 204 || status == 304:
		case f.chunked:
			resp.Body, err = r.readChunked(limit)
		case f.length >= 0:
			resp.Body, err = r.readSized(f.length, limit)
		default:
			resp.Close = true
			resp.Body, err = r.readToEnd(limit)
		}
		return resp, err
	}
}

func parseStatusLine(line []byte) (old bool, status int, ok bool) {
	version, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || len(rest) < 3 || len(rest) > 3 && rest[3] != ' ' {
		return false, 0, false
	}
	old, ok = parseVersion(version)
	for _, c := range rest[:3] {
		if c < '0' || c > '9' {
			return false, 0, false
		}
		status = status*10 + int(c-'0')
	}
	return old, status, ok && status >= 100
}

func parseVersion(v []byte) (old, ok bool) {
	switch string(v) {
	case "HTTP/1.1":
		return false, true
	case "HTTP/1.0":
		return true, true
	}
	return false, false
}

// readHead reads the start line and the headers. It returns the start line and keeps the headers in r.fields.
func (r *Reader) readHead() ([]byte, error) {
	r.head, r.fields = r.head[:0], r.fields[:0]
	for {
		part, err := r.br.ReadSlice('\n')
		if len(r.head)+len(part) > maxHead {
			return nil, ErrTooLarge
		}
		r.head = append(r.head, part...)
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(r.head) > 0:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
		if bytes.HasSuffix(r.head, []byte("\n\r\n")) || bytes.HasSuffix(r.head, []byte("\n\n")) {
			break
		}
		if len(r.head) <= 2 && len(bytes.Trim(r.head, "\r\n")) == 0 {
			return nil, ErrMalformed // an empty line where a message should start
		}
	}
	start, rest, _ := bytes.Cut(r.head, []byte("\n"))
	for {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			return bytes.TrimSuffix(start, []byte("\r")), nil
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || !validName(name) || !validValue(value) {
			return nil, ErrMalformed
		}
		r.fields = append(r.fields, field{name, bytes.Trim(value, " \t")})
	}
}

func validName(b []byte) bool {
	for _, c := range b {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) >= 0:
		default:
			return false
		}
	}
	return len(b) > 0
}

func validValue(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

type framing struct {
	length  int64 // -1 if not sent
	chunked bool
	close   bool
}

// framing learns from the headers where the body ends (RFC 9112, section 6.3).
func (r *Reader) framing(old bool) (framing, error) {
	f := framing{length: -1, close: old}
	coded := false
	for _, h := range r.fields {
		switch {
		case equalFold(h.name, "content-length"):
			n, err := strconv.ParseUint(string(h.value), 10, 62)
			if err != nil || f.length >= 0 && f.length != int64(n) {
				return f, ErrMalformed
			}
			f.length = int64(n)
		case equalFold(h.name, "transfer-encoding"):
			// No other coding is understood, and HTTP/1.0 has none.
			if coded || old || !equalFold(h.value, "chunked") {
				return f, ErrMalformed
			}
			coded, f.chunked = true, true
		case equalFold(h.name, "connection"):
			for v := range bytes.SplitSeq(h.value, []byte(",")) {
				switch v = bytes.Trim(v, " \t"); {
				case equalFold(v, "close"):
					f.close = true
				case old && equalFold(v, "keep-alive"):
					f.close = false
				}
			}
		}
	}
	return f, nil
}

// equalFold reports whether b is s, an ASCII string, without regard to case. A letter outside of ASCII that folds to one of s
// takes more bytes.
func equalFold(b []byte, s string) bool {
	return len(b) == len(s) && strings.EqualFold(string(b), s)
}
