package http1

import (
	"net"
	"strconv"
)

// joinLimit is the size in bytes up to which a body is copied into one write with its head.
const joinLimit = 16 << 10

// A Writer writes messages to one connection. It must not be used by several goroutines at once.
type Writer struct {
	conn net.Conn
	buf  []byte
}

// NewWriter returns a Writer to conn.
func NewWriter(conn net.Conn) *Writer { return &Writer{conn: conn} }

// WriteRequest sends a request. A GET is sent without a body.
func (w *Writer) WriteRequest(method, path, host string, body []byte) error {
	b := append(w.buf[:0], method...)
	b = append(b, ' ')
	b = append(b, path...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, host...)
	b = append(b, "\r\nUser-Agent: cosevent-go\r\n"...)
	if method != "GET" {
		b = appendBodyHeaders(b, body)
	}
	return w.send(append(b, "\r\n"...), body)
}

// WriteResponse sends the answer to req, which is the zero Request if none could be read. A HEAD is answered without the body:
// its client would take that for the head of the next answer.
func (w *Writer) WriteResponse(req Request, resp Response) error {
	b := append(w.buf[:0], "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(resp.Status), 10)
	b = append(b, ' ')
	b = append(b, reason(resp.Status)...)
	b = append(b, "\r\n"...)
	switch {
	case resp.Close:
		b = append(b, "Connection: close\r\n"...)
	case req.keepAlive:
		b = append(b, "Connection: keep-alive\r\n"...)
	}
	if resp.Allow != "" {
		b = append(append(append(b, "Allow: "...), resp.Allow...), "\r\n"...)
	}
	b = append(appendBodyHeaders(b, resp.Body), "\r\n"...)
	if req.Method == "HEAD" {
		return w.send(b, nil)
	}
	return w.send(b, resp.Body)
}

// reason is the text beside a status that a function answers.
func reason(status int) string {
	switch status {
	case 200:
		return "OK"
	case 400:
		return "Bad Request"
	case 404:
		return "Not Found"
	case 405:
		return "Method Not Allowed"
	case 413:
		return "Content Too Large"
	}
	return "Internal Server Error"
}

// WriteContinue tells a client to go on and send its body, see [Request].Expects.
func (w *Writer) WriteContinue() error {
	_, err := w.conn.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	return err
}

func appendBodyHeaders(b, body []byte) []byte {
	b = append(b, "Content-Type: application/json\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	return append(b, "\r\n"...)
}

func (w *Writer) send(head, body []byte) error {
	if len(body) <= joinLimit {
		head = append(head, body...)
		w.buf = head
		_, err := w.conn.Write(head)
		return err
	}
	w.buf = head
	_, err := (&net.Buffers{head, body}).WriteTo(w.conn)
	return err
}
