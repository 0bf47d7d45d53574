package function

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/scf/function/internal/gobrpc"
)

// serveGo1 listens where the platform dials, and answers its calls.
func serveGo1(e *engine) error {
	addr := e.opt.addr
	if addr == "" {
		port := os.Getenv(envGo1Port)
		if port == "" {
			return errors.New("function: " + envGo1Port + " is not set")
		}
		addr = "0.0.0.0:" + port
	}
	return listenAndServe(e, addr, serveGo1Conn)
}

func serveGo1Conn(e *engine, conn net.Conn) {
	c := &go1Conn{e: e, r: gobrpc.NewReader(conn, maxPayload), w: gobrpc.NewWriter(conn)}
	err := c.serve()
	if !errors.Is(err, io.EOF) && e.ending.Err() == nil {
		e.log("connection from " + conn.RemoteAddr().String() + ": " + err.Error())
	}
	// The peer may have closed its half only: what runs is still answered.
	c.calls.Wait()
}

type go1Conn struct {
	e     *engine
	r     *gobrpc.Reader
	w     *gobrpc.Writer
	calls sync.WaitGroup
}

// serve reads calls until the connection ends. Invocations run beside it, so that a peer may send the next call, or a ping,
// before it has the answer to the last.
func (c *go1Conn) serve() error {
	for {
		req, err := c.r.ReadRequest()
		if err != nil {
			return err
		}
		switch req.Method {
		case "Function.Invoke":
			in, err := c.r.ReadInvoke()
			var mismatch *gobrpc.MismatchError
			if errors.As(err, &mismatch) {
				err = c.w.WriteError(req, err.Error())
			} else if err == nil {
				c.calls.Add(1)
				go c.invoke(req, in)
			}
			if err != nil {
				return err
			}
		case "Function.Ping":
			if err := c.r.Discard(); err != nil {
				return err
			}
			if err := c.w.WriteEmpty(req); err != nil {
				return err
			}
		default:
			if err := c.r.Discard(); err != nil {
				return err
			}
			if err := c.w.WriteError(req, "rpc: can't find method "+req.Method); err != nil {
				return err
			}
		}
	}
}

func (c *go1Conn) invoke(req gobrpc.Request, in *gobrpc.Invoke) {
	meta := c.metadata(in)
	out, fail := []byte(nil), &reply{message: errGoexit.Error(), typ: "Goexit", exit: true}
	defer c.calls.Done()
	defer func() {
		var err error
		if fail == nil {
			err = c.w.WriteResult(req, out)
		} else {
			err = c.w.WriteFailure(req, fail.failure())
		}
		if err != nil {
			c.e.log("answer to request " + meta.RequestID + " not sent: " + err.Error())
		}
		c.e.finish(meta, fail)
	}()
	var deadline time.Time
	if in.DeadlineSeconds != 0 || in.DeadlineNanos != 0 {
		deadline = time.Unix(in.DeadlineSeconds, in.DeadlineNanos)
	}
	out, fail = c.e.invoke(meta, in.Payload, deadline)
}

func (c *go1Conn) metadata(in *gobrpc.Invoke) *Context {
	vars, ok := c.e.env.apply(in.Environment)
	if !ok {
		c.e.log("request " + in.RequestID + ": its environment is no JSON object, it is not applied")
	}
	return &Context{
		RequestID:       in.RequestID,
		FunctionName:    in.FunctionName,
		FunctionVersion: in.FunctionVersion,
		Namespace:       in.Namespace,
		MemoryLimitMB:   int(in.MemoryLimitMB),
		TimeLimit:       time.Duration(in.TimeLimitMS) * time.Millisecond,
		Region:          in.Region,
		AppID:           in.AppID,
		UIN:             in.UIN,
		TraceID:         in.TraceID,
		ClientContext:   in.ClientContext,
		Environment:     vars,
	}
}

func (r *reply) failure() gobrpc.Failure {
	f := gobrpc.Failure{Message: r.message, Type: r.typ, ShouldExit: r.exit}
	for _, s := range r.stack {
		f.Stack = append(f.Stack, gobrpc.Frame{Path: s.path, Line: int32(s.line), Label: s.label})
	}
	return f
}
