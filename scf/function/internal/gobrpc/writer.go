package gobrpc

import (
	"net"
	"sync"
)

// A Failure is what an invocation reports in place of a result.
type Failure struct {
	Message, Type string
	Stack         []Frame
	ShouldExit    bool
}

// A Frame is one line of a stack.
type Frame struct {
	Path  string
	Line  int32
	Label string
}

// Numbers of our types. They mean something within a connection only.
const (
	typeResponse = firstUserID + 1 + iota
	typeEmpty
	typeInvokeResponse
	typeFailure
	typeFrames
	typeFrame
)

// definitions of all types that are ever sent, as they stand at the head of each stream. They are made for the first answer
// and not before: a function that starts has better things to do.
var definitions = sync.OnceValue(func() []byte {
	var b []byte
	b = appendStruct(b, typeResponse, "Response",
		wireField{"ServiceMethod", idString}, wireField{"Seq", idUint}, wireField{"Error", idString})
	b = appendStruct(b, typeEmpty, "PingResponse")
	b = appendStruct(b, typeInvokeResponse, "InvokeResponse",
		wireField{"Payload", idBytes}, wireField{"Error", typeFailure})
	b = appendStruct(b, typeFailure, "InvokeResponse_Error",
		wireField{"Message", idString}, wireField{"Type", idString}, wireField{"StackTrace", typeFrames},
		wireField{"ShouldExit", idBool})
	b = appendSlice(b, typeFrames, "[]*messages.InvokeResponse_Error_StackFrame", typeFrame)
	return appendStruct(b, typeFrame, "InvokeResponse_Error_StackFrame",
		wireField{"Path", idString}, wireField{"Line", idInt}, wireField{"Label", idString})
})

// Results over this size are not copied together with what surrounds them.
const joinLimit = 16 << 10

// A Writer writes responses to one peer. Its methods may be called from several goroutines at once.
type Writer struct {
	conn net.Conn

	mu      sync.Mutex
	started bool
	buf     []byte
	body    []byte
}

// NewWriter writes to conn.
func NewWriter(conn net.Conn) *Writer { return &Writer{conn: conn} }

// WriteEmpty answers a call that has no result.
func (w *Writer) WriteEmpty(req Request) error {
	return w.write(req, "", func(b []byte) []byte { return append(appendInt(b, typeEmpty), 0) }, nil)
}

// WriteError answers a call that was not made: text says why.
func (w *Writer) WriteError(req Request, text string) error {
	return w.write(req, text, func(b []byte) []byte { return append(appendInt(b, typeEmpty), 0) }, nil)
}

// WriteResult answers an invocation.
func (w *Writer) WriteResult(req Request, payload []byte) error {
	if len(payload) == 0 {
		return w.write(req, "", func(b []byte) []byte { return append(appendInt(b, typeInvokeResponse), 0) }, nil)
	}
	return w.write(req, "", func(b []byte) []byte {
		return appendUint(append(appendInt(b, typeInvokeResponse), 1), uint64(len(payload)))
	}, payload)
}

// WriteFailure answers an invocation that failed.
func (w *Writer) WriteFailure(req Request, f Failure) error {
	return w.write(req, "", func(b []byte) []byte {
		b = append(appendInt(b, typeInvokeResponse), 2)
		last := 0
		b, last = appendTextField(b, 1, last, f.Message)
		b, last = appendTextField(b, 2, last, f.Type)
		if len(f.Stack) > 0 {
			b = appendUint(append(b, byte(3-last)), uint64(len(f.Stack)))
			last = 3
			for _, s := range f.Stack {
				b = appendFrame(b, s)
			}
		}
		if f.ShouldExit {
			b = append(b, byte(4-last), 1)
		}
		return append(b, 0, 0)
	}, nil)
}

func appendFrame(b []byte, s Frame) []byte {
	last := 0
	b, last = appendTextField(b, 1, last, s.Path)
	if s.Line != 0 {
		b = appendInt(append(b, byte(2-last)), int64(s.Line))
		last = 2
	}
	b, _ = appendTextField(b, 3, last, s.Label)
	return append(b, 0)
}

// write sends the header of a response and its body. The body is what fill appends and, if there is a tail, the tail and the
// mark that ends a struct.
func (w *Writer) write(req Request, text string, fill func([]byte) []byte, tail []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.buf[:0]
	if !w.started {
		out = append(out, definitions()...)
		w.started = true
	}
	body := appendInt(w.body[:0], typeResponse)
	last := 0
	body, last = appendTextField(body, 1, last, req.Method)
	if req.Seq != 0 {
		body = appendUint(append(body, byte(2-last)), req.Seq)
		last = 2
	}
	body, _ = appendTextField(body, 3, last, text)
	body = append(body, 0)
	out = append(appendUint(out, uint64(len(body))), body...)

	body = fill(body[:0])
	w.body = body
	if tail == nil {
		out = append(appendUint(out, uint64(len(body))), body...)
		w.buf = out
		_, err := w.conn.Write(out)
		return err
	}
	out = append(appendUint(out, uint64(len(body)+len(tail)+1)), body...)
	if len(tail) <= joinLimit {
		out = append(append(out, tail...), 0)
		w.buf = out
		_, err := w.conn.Write(out)
		return err
	}
	w.buf = out
	_, err := (&net.Buffers{out, tail, {0}}).WriteTo(w.conn)
	return err
}

// appendTextField appends field number n (from 1) of a struct after field last, unless it is empty.
func appendTextField(b []byte, n, last int, s string) ([]byte, int) {
	if s == "" {
		return b, last
	}
	return appendText(append(b, byte(n-last)), s), n
}

func appendText(b []byte, s string) []byte {
	return append(appendUint(b, uint64(len(s))), s...)
}

func appendUint(b []byte, v uint64) []byte {
	if v < 128 {
		return append(b, byte(v))
	}
	n := 1
	for x := v >> 8; x > 0; x >>= 8 {
		n++
	}
	b = append(b, byte(-n))
	for n--; n >= 0; n-- {
		b = append(b, byte(v>>(8*n)))
	}
	return b
}

func appendInt(b []byte, v int64) []byte {
	if v < 0 {
		return appendUint(b, uint64(^v)<<1|1)
	}
	return appendUint(b, uint64(v)<<1)
}

// appendStruct appends the message that defines a struct type.
func appendStruct(b []byte, id int64, name string, fields ...wireField) []byte {
	m := append(appendInt(nil, -id), 3) // wireType.StructT
	m = appendCommon(m, id, name)
	if len(fields) > 0 {
		m = appendUint(append(m, 1), uint64(len(fields)))
		for _, f := range fields {
			m = appendText(append(m, 1), f.name)
			m = append(appendInt(append(m, 1), f.id), 0)
		}
	}
	m = append(m, 0, 0)
	return append(appendUint(b, uint64(len(m))), m...)
}

// appendSlice appends the message that defines a slice type.
func appendSlice(b []byte, id int64, name string, elem int64) []byte {
	m := append(appendInt(nil, -id), 2) // wireType.SliceT
	m = appendCommon(m, id, name)
	m = append(appendInt(append(m, 1), elem), 0, 0)
	return append(appendUint(b, uint64(len(m))), m...)
}

func appendCommon(m []byte, id int64, name string) []byte {
	m = append(m, 1)
	last := 0
	m, last = appendTextField(m, 1, last, name)
	return append(appendInt(append(m, byte(2-last)), id), 0)
}
