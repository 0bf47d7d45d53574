package http1

import "bytes"

// A Request is what a client asked. Its Body is read by [Reader.ReadBody].
type Request struct {
	Method string
	Path   string // without the query
	Length int64  // of the body as claimed, -1 if it is not known beforehand or there is none
	// Expects tells that the client waits for a provisional answer before it sends the body.
	Expects bool
	// Close tells that the client wants no further answer on this connection.
	Close bool

	chunked   bool
	keepAlive bool // an HTTP/1.0 client asked to keep the connection, and waits to be told that it is kept
}

// ReadRequest reads a request up to its body.
func (r *Reader) ReadRequest() (Request, error) {
	line, err := r.readHead()
	if err != nil {
		return Request{}, err
	}
	method, rest, ok1 := bytes.Cut(line, []byte(" "))
	target, version, ok2 := bytes.Cut(rest, []byte(" "))
	old, ok3 := parseVersion(version)
	if !ok1 || !ok2 || !ok3 || !validName(method) || len(target) == 0 || !validValue(target) {
		return Request{}, ErrMalformed
	}
	f, err := r.framing(old)
	if err != nil {
		return Request{}, err
	}
	if f.chunked && f.length >= 0 {
		return Request{}, ErrMalformed // two lengths: somebody is being smuggled past
	}
	path, _, _ := bytes.Cut(target, []byte("?"))
	return Request{
		Method:  string(method),
		Path:    string(path),
		Length:  f.length,
		Expects: !old && equalFold([]byte(r.Get("expect")), "100-continue"),
		Close:   f.close,
		chunked: f.chunked, keepAlive: old && !f.close,
	}, nil
}

// ReadBody reads the body of req, the request read last. A body over limit bytes is ErrTooLarge.
func (r *Reader) ReadBody(req Request, limit int64) ([]byte, error) {
	switch {
	case req.chunked:
		return r.readChunked(limit)
	case req.Length > 0:
		return r.readSized(req.Length, limit)
	}
	return []byte{}, nil
}
