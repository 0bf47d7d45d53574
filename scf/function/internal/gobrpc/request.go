package gobrpc

// A Request is the header of a call.
type Request struct {
	Method string
	Seq    uint64
}

// An Invoke is the argument of the call that hands an event to a function. Its slices are the caller's.
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

// The uses that are made of the peer's struct types.
const (
	useRequest = iota
	useInvoke
	useDeadline
	plans
)

// A plan maps the fields of a peer's struct to those of one of ours: -1 is a field that is passed over.
type plan []int8

type target struct {
	name string
	id   int64 // the basic type, 0 for a struct
}

var targets = [plans][]target{
	useRequest: {{"ServiceMethod", idString}, {"Seq", idUint}},
	useInvoke: {
		{"Payload", idBytes}, {"RequestId", idString}, {"TraceId", idString}, {"Deadline", 0},
		{"InvokedFunctionUnique", idString}, {"ClientContext", idBytes}, {"Namespace", idString},
		{"FunctionName", idString}, {"FunctionVersion", idString}, {"MemoryLimitInMb", idInt}, {"TimeLimitInMs", idInt},
		{"Environment", idString}, {"TencentcloudRegion", idString}, {"TencentcloudAppID", idString},
		{"TencentcloudUin", idString}, {"FunctionTrace", idString},
	},
	useDeadline: {{"Seconds", idInt}, {"Nanos", idInt}},
}

// plan returns what to do with the fields of the peer's type id.
func (r *Reader) plan(id int64, use int, field string) (*wireType, plan, error) {
	t := r.types[id]
	if t == nil && id > idInterface {
		return nil, nil, unknownType(id)
	}
	if t == nil || t.kind != kindStruct {
		return nil, nil, &MismatchError{field}
	}
	if t.plans[use] == nil {
		p := make(plan, len(t.fields))
		for i, f := range t.fields {
			p[i] = -1
			for j, want := range targets[use] {
				if want.name != f.name {
					continue
				}
				if want.id != 0 && want.id != f.id {
					return nil, nil, &MismatchError{f.name}
				}
				p[i] = int8(j)
			}
		}
		t.plans[use] = p
	}
	return t, t.plans[use], nil
}

// ReadRequest reads the header of the next call. io.EOF means that the peer has no more.
func (r *Reader) ReadRequest() (Request, error) {
	id, c, _, err := r.value()
	if err != nil {
		return Request{}, err
	}
	t, p, err := r.plan(id, useRequest, "")
	if err != nil {
		return Request{}, err
	}
	var req Request
	for f, more := c.field(-1, len(p)); more; f, more = c.field(f, len(p)) {
		switch p[f] {
		case 0:
			r.last = c.text(r.last)
			req.Method = r.last
		case 1:
			req.Seq = c.uint()
		default:
			r.skip(&c, t.fields[f].id, 0)
		}
	}
	return req, c.err // bytes after the value are passed over, as encoding/gob does
}

// ReadInvoke reads the argument of a call.
func (r *Reader) ReadInvoke() (*Invoke, error) {
	id, c, own, err := r.value()
	if err != nil {
		return nil, err
	}
	t, p, err := r.plan(id, useInvoke, "")
	if err != nil {
		return nil, err
	}
	in, old := &Invoke{}, &r.keep
	for f, more := c.field(-1, len(p)); more; f, more = c.field(f, len(p)) {
		switch p[f] {
		case 0:
			in.Payload = c.bytes()
		case 1:
			in.RequestID = c.text(old.RequestID)
		case 2:
			in.TraceID = c.text(old.TraceID)
		case 3:
			if err := r.readDeadline(&c, t.fields[f].id, in); err != nil {
				return nil, err
			}
		case 4:
			in.InvokedFunctionUnique = c.text(old.InvokedFunctionUnique)
		case 5:
			in.ClientContext = c.bytes()
		case 6:
			in.Namespace = c.text(old.Namespace)
		case 7:
			in.FunctionName = c.text(old.FunctionName)
		case 8:
			in.FunctionVersion = c.text(old.FunctionVersion)
		case 9:
			in.MemoryLimitMB = c.int32("MemoryLimitInMb")
		case 10:
			in.TimeLimitMS = c.int32("TimeLimitInMs")
		case 11:
			in.Environment = c.text(old.Environment)
		case 12:
			in.Region = c.text(old.Region)
		case 13:
			in.AppID = c.text(old.AppID)
		case 14:
			in.UIN = c.text(old.UIN)
		case 15:
			in.FunctionTrace = c.text(old.FunctionTrace)
		default:
			r.skip(&c, t.fields[f].id, 0)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	if !own {
		in.Payload, in.ClientContext = clone(in.Payload), clone(in.ClientContext)
	}
	r.keep = *in
	r.keep.Payload, r.keep.ClientContext = nil, nil
	return in, nil
}

func (r *Reader) readDeadline(c *cursor, id int64, in *Invoke) error {
	t, p, err := r.plan(id, useDeadline, "Deadline")
	if err != nil {
		return err
	}
	for f, more := c.field(-1, len(p)); more; f, more = c.field(f, len(p)) {
		switch p[f] {
		case 0:
			in.DeadlineSeconds = c.int()
		case 1:
			in.DeadlineNanos = c.int()
		default:
			r.skip(c, t.fields[f].id, 0)
		}
	}
	return c.err
}

// int32 reads a number that must fit.
func (c *cursor) int32(field string) int32 {
	v := c.int()
	if v != int64(int32(v)) && c.err == nil {
		c.err = &MismatchError{field}
		c.b = nil
	}
	return int32(v)
}

func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append(make([]byte, 0, len(b)), b...)
}
