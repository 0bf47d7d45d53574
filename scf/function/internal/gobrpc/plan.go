package gobrpc

// The structs that are read.
const (
	structRequest = iota
	structInvoke
	structDeadline
	structs // their number
)

// The fields of those structs that are read.
const (
	requestMethod = iota
	requestSeq
)

const (
	invokePayload = iota
	invokeRequestID
	invokeTraceID
	invokeDeadline
	invokeInvokedFunctionUnique
	invokeClientContext
	invokeNamespace
	invokeFunctionName
	invokeFunctionVersion
	invokeMemoryLimitMB
	invokeTimeLimitMS
	invokeEnvironment
	invokeRegion
	invokeAppID
	invokeUIN
	invokeFunctionTrace
)

const (
	deadlineSeconds = iota
	deadlineNanos
)

// A field is the name of one of them on the wire and the number of its basic type, 0 for a struct.
type field struct {
	name string
	id   int64
}

var fieldsOf = [structs][]field{
	structRequest: {requestMethod: {"ServiceMethod", idString}, requestSeq: {"Seq", idUint}},
	structInvoke: {
		invokePayload:               {"Payload", idBytes},
		invokeRequestID:             {"RequestId", idString},
		invokeTraceID:               {"TraceId", idString},
		invokeDeadline:              {"Deadline", 0},
		invokeInvokedFunctionUnique: {"InvokedFunctionUnique", idString},
		invokeClientContext:         {"ClientContext", idBytes},
		invokeNamespace:             {"Namespace", idString},
		invokeFunctionName:          {"FunctionName", idString},
		invokeFunctionVersion:       {"FunctionVersion", idString},
		invokeMemoryLimitMB:         {"MemoryLimitInMb", idInt},
		invokeTimeLimitMS:           {"TimeLimitInMs", idInt},
		invokeEnvironment:           {"Environment", idString},
		invokeRegion:                {"TencentcloudRegion", idString},
		invokeAppID:                 {"TencentcloudAppID", idString},
		invokeUIN:                   {"TencentcloudUin", idString},
		invokeFunctionTrace:         {"FunctionTrace", idString},
	},
	structDeadline: {deadlineSeconds: {"Seconds", idInt}, deadlineNanos: {"Nanos", idInt}},
}

// ignored stands in a plan for a field that is passed over.
const ignored = -1

// A plan says for each field of a peer's struct type which field of ours it is, or that it is ignored.
type plan []int8

// plan returns the plan for reading the given struct from values of the peer's type id. Name is the field that has this type,
// for the error of a type that is not a struct.
func (r *Reader) plan(id int64, want int, name string) (*wireType, plan, error) {
	t := r.types[id]
	if t == nil && id > idInterface {
		return nil, nil, unknownType(id)
	}
	if t == nil || t.kind != kindStruct {
		return nil, nil, &MismatchError{name}
	}
	if t.plans[want] == nil {
		p := make(plan, len(t.fields))
		for i, f := range t.fields {
			p[i] = ignored
			for j, ours := range fieldsOf[want] {
				if ours.name != f.name {
					continue
				}
				if ours.id != 0 && ours.id != f.id {
					return nil, nil, &MismatchError{f.name}
				}
				p[i] = int8(j)
			}
		}
		t.plans[want] = p
	}
	return t, t.plans[want], nil
}
