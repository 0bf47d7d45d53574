package scftest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/rpc"
	"strconv"
	"sync"
	"time"
)

// goHost is the platform's side of the Go1 runtime: the program serves net/rpc, the platform calls it.
type goHost struct {
	port int

	mu     sync.Mutex
	client *rpc.Client
	closed bool
}

// The wire types of the Go1 runtime; gob knows them by their field names.
type (
	goPing   struct{}
	goInvoke struct {
		Payload               []byte
		RequestId             string
		TraceId               string
		Deadline              goTime
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
	}
	goTime  struct{ Seconds, Nanos int64 }
	goReply struct {
		Payload []byte
		Error   *goReplyError
	}
	goReplyError struct {
		Message    string
		Type       string
		StackTrace []*goFrame
		ShouldExit bool
	}
)

func newGoHost() (runtimeHost, [][2]string, error) {
	port, err := freePort()
	if err != nil {
		return nil, nil, err
	}
	n := strconv.Itoa(port)
	// COSEVENT_HOST keeps what package function listens on off the network.
	return &goHost{port: port}, [][2]string{{"_SCF_SERVER_PORT", n}, {"_LAMBDA_SERVER_PORT", n}, {"COSEVENT_HOST", "127.0.0.1"}}, nil
}

// freePort finds a port nobody listens on, below the range that the kernel takes outgoing ports from, so that no connection
// made meanwhile can take it.
func freePort() (int, error) {
	var err error
	for range 200 {
		port := 12000 + rand.IntN(20000)
		var ln net.Listener
		if ln, err = net.Listen("tcp", ":"+strconv.Itoa(port)); err == nil {
			return port, ln.Close()
		}
	}
	return 0, fmt.Errorf("find a free port: %w", err)
}

func (h *goHost) ready(ctx context.Context) error {
	var d net.Dialer
	pause := time.Millisecond
	for {
		conn, err := d.DialContext(ctx, "tcp", "127.0.0.1:"+strconv.Itoa(h.port))
		if err == nil {
			client := rpc.NewClient(conn)
			call := client.Go("Function.Ping", &goPing{}, &goPing{}, make(chan *rpc.Call, 1))
			select {
			case <-call.Done:
				err = call.Error
			case <-ctx.Done():
				err = ctx.Err()
			}
			if err == nil {
				return h.keep(client)
			}
			_ = client.Close()
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		pause = min(pause*3/2, 20*time.Millisecond)
	}
}

func (h *goHost) keep(c *rpc.Client) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		_ = c.Close()
		return errExited
	}
	h.client = c
	return nil
}

func (h *goHost) send(inv *invocation, env string, limit time.Duration) <-chan result {
	deadline := time.Now().Add(limit)
	req := &goInvoke{
		Payload: inv.payload, RequestId: inv.id, TraceId: inv.id, Deadline: goTime{deadline.Unix(), int64(deadline.Nanosecond())},
		InvokedFunctionUnique: inv.fn.id, Namespace: inv.namespace, FunctionName: inv.function, FunctionVersion: inv.version.name,
		MemoryLimitInMb: int32(inv.cfg.memory), TimeLimitInMs: int32(limit.Milliseconds()), Environment: env,
		TencentcloudRegion: inv.region, TencentcloudAppID: inv.pool.s.cfg.appID, TencentcloudUin: inv.pool.s.cfg.uin,
	}
	out := make(chan result, 1)
	resp := &goReply{}
	call := h.client.Go("Function.Invoke", req, resp, make(chan *rpc.Call, 1))
	go func() { // ends with the reply, or when close breaks the connection
		<-call.Done
		out <- goResult(resp, call.Error)
	}()
	return out
}

func goResult(resp *goReply, err error) result {
	switch e := resp.Error; {
	case err != nil:
		if _, ok := err.(rpc.ServerError); ok {
			return failed(statusUserCode, -1, "UserCodeError: %v", err)
		}
		return failed(statusExit, -1, "User process exit when running")
	case e != nil:
		ge := goError{Message: e.Message, Type: e.Type, ShouldExit: e.ShouldExit}
		for _, f := range e.StackTrace {
			if f != nil {
				ge.StackTrace = append(ge.StackTrace, *f)
			}
		}
		r := userError(ge)
		r.aborted = e.ShouldExit // the process is to be replaced
		return r
	}
	return result{status: statusOK, ret: string(resp.Payload)}
}

func (h *goHost) forget() {}

func (h *goHost) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.client != nil {
		_ = h.client.Close()
	}
}
