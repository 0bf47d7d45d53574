// Package gobwire has the messages of the Go1 runtime for encoding/gob and net/rpc.
package gobwire

// Request is the argument of Function.Invoke.
type Request struct {
	Payload               []byte
	RequestId             string //nolint:revive // the wire's name
	TraceId               string //nolint:revive // the wire's name
	Deadline              Timestamp
	InvokedFunctionUnique string
	ClientContext         []byte
	Namespace             string
	FunctionName          string
	FunctionVersion       string
	MemoryLimitInMb       int32
	TimeLimitInMs         int32
	Environment           string
	TencentcloudRegion    string
	TencentcloudAppID     string
	TencentcloudUin       string
	FunctionTrace         string
}

// Timestamp is an instant.
type Timestamp struct{ Seconds, Nanos int64 }

// Response is the result.
type Response struct {
	Payload []byte
	Error   *Error
}

// Error is a failure.
type Error struct {
	Message    string
	Type       string
	StackTrace []*Frame
	ShouldExit bool
}

// Frame is a line of a stack.
type Frame struct {
	Path  string
	Line  int32
	Label string
}

// Empty is the argument and the result of Function.Ping.
type Empty struct{}

// CallHeader and ReplyHeader are the frames of net/rpc.
type (
	CallHeader struct {
		ServiceMethod string
		Seq           uint64
	}
	ReplyHeader struct {
		ServiceMethod string
		Seq           uint64
		Error         string
	}
)
