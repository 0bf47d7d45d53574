package gobrpc

import "bytes"

// A Request is the header of a call.
type Request struct {
	Method string
	Seq    uint64
}

// An Invoke is the argument of the call that delivers an event to a function. Its slices belong to the caller.
type Invoke struct {
	Payload               []byte
	RequestID             string
	TraceID               string
	DeadlineSeconds       int64
	DeadlineNanos         int64
	InvokedFunctionUnique string
	ClientContext         []byte
	Namespace             string
	FunctionName          string
	FunctionVersion       string
	MemoryLimitMB         int32
	TimeLimitMS           int32
	Environment           string
	Region                string
	AppID                 string
	UIN                   string
	FunctionTrace         string
}

// ReadRequest reads the header of the next call. It returns io.EOF if the peer closed the connection between calls.
func (r *Reader) ReadRequest() (Request, error) {
	id, c, _, err := r.nextValue()
	if err != nil {
		return Request{}, err
	}
	t, p, err := r.plan(id, structRequest, "")
	if err != nil {
		return Request{}, err
	}
	var req Request
	for f, more := c.nextField(-1, len(p)); more; f, more = c.nextField(f, len(p)) {
		switch p[f] {
		case requestMethod:
			r.previousMethod = c.text(r.previousMethod)
			req.Method = r.previousMethod
		case requestSeq:
			req.Seq = c.uint()
		default:
			r.skip(&c, t.fields[f].id, 0)
		}
	}
	return req, c.err // bytes after the value are ignored, as in encoding/gob
}

// ReadInvoke reads the argument of a call of Function.Invoke.
func (r *Reader) ReadInvoke() (*Invoke, error) {
	id, c, owned, err := r.nextValue()
	if err != nil {
		return nil, err
	}
	t, p, err := r.plan(id, structInvoke, "")
	if err != nil {
		return nil, err
	}
	in, previous := &Invoke{}, &r.previous
	for f, more := c.nextField(-1, len(p)); more; f, more = c.nextField(f, len(p)) {
		switch p[f] {
		case invokePayload:
			in.Payload = c.bytes()
		case invokeRequestID:
			in.RequestID = c.text(previous.RequestID)
		case invokeTraceID:
			in.TraceID = c.text(previous.TraceID)
		case invokeDeadline:
			if err := r.readDeadline(&c, t.fields[f].id, in); err != nil {
				return nil, err
			}
		case invokeInvokedFunctionUnique:
			in.InvokedFunctionUnique = c.text(previous.InvokedFunctionUnique)
		case invokeClientContext:
			in.ClientContext = c.bytes()
		case invokeNamespace:
			in.Namespace = c.text(previous.Namespace)
		case invokeFunctionName:
			in.FunctionName = c.text(previous.FunctionName)
		case invokeFunctionVersion:
			in.FunctionVersion = c.text(previous.FunctionVersion)
		case invokeMemoryLimitMB:
			in.MemoryLimitMB = c.int32("MemoryLimitInMb")
		case invokeTimeLimitMS:
			in.TimeLimitMS = c.int32("TimeLimitInMs")
		case invokeEnvironment:
			in.Environment = c.text(previous.Environment)
		case invokeRegion:
			in.Region = c.text(previous.Region)
		case invokeAppID:
			in.AppID = c.text(previous.AppID)
		case invokeUIN:
			in.UIN = c.text(previous.UIN)
		case invokeFunctionTrace:
			in.FunctionTrace = c.text(previous.FunctionTrace)
		default:
			r.skip(&c, t.fields[f].id, 0)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	if !owned {
		in.Payload, in.ClientContext = bytes.Clone(in.Payload), bytes.Clone(in.ClientContext)
	}
	r.previous = *in
	r.previous.Payload, r.previous.ClientContext = nil, nil
	return in, nil
}

func (r *Reader) readDeadline(c *cursor, id int64, in *Invoke) error {
	t, p, err := r.plan(id, structDeadline, "Deadline")
	if err != nil {
		return err
	}
	for f, more := c.nextField(-1, len(p)); more; f, more = c.nextField(f, len(p)) {
		switch p[f] {
		case deadlineSeconds:
			in.DeadlineSeconds = c.int()
		case deadlineNanos:
			in.DeadlineNanos = c.int()
		default:
			r.skip(c, t.fields[f].id, 0)
		}
	}
	return c.err
}

// int32 reads a number that must fit in 32 bits.
func (c *cursor) int32(field string) int32 {
	v := c.int()
	if v != int64(int32(v)) && c.err == nil {
		c.err = &MismatchError{field}
		c.b = nil
	}
	return int32(v)
}
