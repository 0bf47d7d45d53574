package http1

import "bytes"

// A Request is the head of a request. [Reader.ReadBody] reads its body.
type Request struct {
	Method string
	Path   string // without the query
	Length int64  // of the body as claimed, -1 if it was not sent
	// Expects is set if the client waits for [Writer.WriteContinue] before it sends the body.
	Expects bool
	// Close is set if the connection cannot be used after this request.
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
		return Request{}, ErrMalformed // with two lengths, a proxy in front may see other requests than we do
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

// ReadBody reads the body of req, the request read last. It returns [ErrTooLarge] for a body over limit bytes.
func (r *Reader) ReadBody(req Request, limit int64) ([]byte, error) {
	switch {
	case req.chunked:
		return r.readChunked(limit)
	case req.Length > 0:
		return r.readSized(req.Length, limit)
	}
	return []byte{}, nil
}
