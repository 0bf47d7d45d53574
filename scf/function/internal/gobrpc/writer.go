package gobrpc

import (
	"net"
	"sync"
)

// A Failure is the result of an invocation that failed.
type Failure struct {
	Message, Type string
	Stack         []Frame
	ShouldExit    bool
}

// A Frame is one call of a stack.
type Frame struct {
	Path  string
	Line  int32
	Label string
}

// Our numbers for the types that are sent.
const (
	typeResponse = firstUserID + 1 + iota
	typeEmpty
	typeInvokeResponse
	typeFailure
	typeFrames
	typeFrame
)

// ourDefinitions returns the definitions of all types that are ever sent. They go before the first value of each stream. They
// are made for the first answer, so that they do not delay the start of the process.
var ourDefinitions = sync.OnceValue(func() []byte {
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

// joinLimit is the size in bytes up to which a result is copied into one write with what surrounds it.
const joinLimit = 16 << 10

// A Writer writes responses to one peer. It is safe for concurrent use.
type Writer struct {
	conn net.Conn

	mu      sync.Mutex
	started bool
	buf     []byte
	body    []byte
}

// NewWriter returns a Writer to conn.
func NewWriter(conn net.Conn) *Writer { return &Writer{conn: conn} }

// WriteEmpty answers a call that has no result, such as a ping.
func (w *Writer) WriteEmpty(req Request) error {
	return w.write(req, "", func(b []byte) []byte { return append(appendInt(b, typeEmpty), 0) }, nil)
}

// WriteError answers a call that did not reach the function with an error of the RPC protocol.
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

// write sends the header of a response and its body. The body is what fill appends, followed, if tail is not nil, by tail and a
// zero byte, which ends a struct.
func (w *Writer) write(req Request, text string, fill func([]byte) []byte, tail []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.buf[:0]
	if !w.started {
		out = append(out, ourDefinitions()...)
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

// appendTextField appends field n of a struct, counted from 1, unless s is empty. Last is the field appended before; the result
// is the one to pass next.
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
