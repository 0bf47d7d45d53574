package gobrpc_test

// The types of the platform's side, as package net/rpc and package encoding/gob see them.

type pingRequest struct{}

type pingResponse struct{}

type timestamp struct{ Seconds, Nanos int64 }

type invokeRequest struct {
	Payload               []byte
	RequestId             string //nolint:revive // the wire's name
	TraceId               string //nolint:revive // the wire's name
	Deadline              timestamp
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

type invokeResponse struct {
	Payload []byte
	Error   *invokeError
}

type invokeError struct {
	Message    string
	Type       string
	StackTrace []*stackFrame
	ShouldExit bool
}

type stackFrame struct {
	Path  string
	Line  int32
	Label string
}

type rpcRequest struct {
	ServiceMethod string
	Seq           uint64
}

type rpcResponse struct {
	ServiceMethod string
	Seq           uint64
	Error         string
}
