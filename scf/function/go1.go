package function

import (
	"errors"
	"net"
	"net/rpc"
	"os"
	"time"
)

func serveGo1(e *engine) error {
	addr := e.opt.addr
	if addr == "" {
		port := os.Getenv(envGo1Port)
		if port == "" {
			return errors.New("function: " + envGo1Port + " is not set")
		}
		addr = "0.0.0.0:" + port
	}
	s := rpc.NewServer()
	if err := s.RegisterName("Function", &Function{e}); err != nil {
		return err
	}
	return listenAndServe(e, addr, func(e *engine, c net.Conn) { s.ServeConn(c) })
}

type Function struct{ e *engine }

type PingRequest struct{ X int }
type PingResponse struct{ X int }
type InvokeRequest struct {
	Payload                                                                            []byte
	RequestId, TraceId                                                                 string
	Deadline                                                                           struct{ Seconds, Nanos int64 }
	InvokedFunctionUnique                                                              string
	ClientContext                                                                      []byte
	Namespace, FunctionName, FunctionVersion                                           string
	MemoryLimitInMb, TimeLimitInMs                                                     int32
	Environment, TencentcloudRegion, TencentcloudAppID, TencentcloudUin, FunctionTrace string
}
type InvokeResponse struct {
	Payload []byte
	Error   *InvokeResponse_Error
}
type InvokeResponse_Error struct {
	Message, Type string
	StackTrace    []*InvokeResponse_Error_StackTrace
	ShouldExit    bool
}
type InvokeResponse_Error_StackTrace struct {
	Path  string
	Line  int32
	Label string
}

func (f *Function) Ping(req *PingRequest, resp *PingResponse) error { return nil }
func (f *Function) Invoke(req *InvokeRequest, resp *InvokeResponse) error {
	vars, _ := f.e.env.apply(req.Environment)
	var d time.Time
	if req.Deadline.Seconds != 0 || req.Deadline.Nanos != 0 {
		d = time.Unix(req.Deadline.Seconds, req.Deadline.Nanos)
	}
	meta := &Context{RequestID: req.RequestId, FunctionName: req.FunctionName, FunctionVersion: req.FunctionVersion, Namespace: req.Namespace,
		MemoryLimitMB: int(req.MemoryLimitInMb), TimeLimit: time.Duration(req.TimeLimitInMs) * time.Millisecond,
		Region: req.TencentcloudRegion, AppID: req.TencentcloudAppID, UIN: req.TencentcloudUin, TraceID: req.TraceId, ClientContext: req.ClientContext, Environment: vars}
	out, fail := f.e.invoke(meta, req.Payload, d)
	resp.Payload = out
	if fail != nil {
		resp.Error = &InvokeResponse_Error{Message: fail.message, Type: fail.typ, ShouldExit: fail.exit}
		defer time.AfterFunc(50*time.Millisecond, func() { f.e.finish(meta, fail) })
	}
	return nil
}
