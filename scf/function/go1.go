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

// serveGo1 listens where the platform dials and answers its calls.
func serveGo1(e *engine) error {
	addr := e.opt.addr
	if addr == "" {
		port := os.Getenv(envGo1Port)
		if port == "" {
			return errors.New("function: " + envGo1Port + " is not set")
		}
		addr = net.JoinHostPort(listenHost(), port)
	}
	return listenAndServe(e, addr, serveGo1Conn)
}

func serveGo1Conn(e *engine, conn net.Conn) {
	c := &go1Conn{e: e, conn: conn, r: gobrpc.NewReader(conn, maxPayload), w: gobrpc.NewWriter(conn)}
	c.sched.startReader = func() { c.calls.Go(c.read) }
	// The peer may have closed only its half of the connection, so what runs is still answered.
	defer c.calls.Wait()
	c.read()
}

// A go1Conn is a connection from the platform.
type go1Conn struct {
	e     *engine
	conn  net.Conn
	r     *gobrpc.Reader // used by one goroutine at a time, see scheduler
	w     *gobrpc.Writer
	sched scheduler
	calls sync.WaitGroup // goroutines beside the first reader
}

// errReplaced ends a reader whose place another one took.
var errReplaced = errors.New("function: another goroutine reads")

// read serves the connection in this goroutine, for as long as it is the one that reads.
func (c *go1Conn) read() {
	err := c.serve()
	if errors.Is(err, io.EOF) || errors.Is(err, errReplaced) || c.e.ending.Err() != nil {
		return
	}
	c.e.log("connection from " + c.conn.RemoteAddr().String() + ": " + err.Error())
}

// serve reads calls until the connection ends.
func (c *go1Conn) serve() error {
	for {
		req, err := c.r.ReadRequest()
		if err != nil {
			return err
		}
		switch req.Method {
		case "Function.Invoke":
			in, err := c.r.ReadInvoke()
			if err == nil {
				err = c.run(req, in)
			} else if isMismatch(err) {
				err = c.w.WriteError(req, err.Error())
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

// isMismatch reports whether err concerns one message only, so that the connection can go on.
func isMismatch(err error) bool {
	var m *gobrpc.MismatchError
	return errors.As(err, &m)
}

// run runs an invocation in this goroutine or in one of its own, as the scheduler decides.
func (c *go1Conn) run(req gobrpc.Request, in *gobrpc.Invoke) (err error) {
	n, inline := c.sched.begin()
	if !inline {
		c.calls.Go(func() {
			start := time.Now()
			c.invoke(req, in)
			c.sched.record(time.Since(start))
		})
		return nil
	}
	defer func() { // deferred because the handler may end the goroutine
		if !c.sched.end(n) {
			err = errReplaced
		}
	}()
	c.invoke(req, in)
	return nil
}

// invoke runs an invocation and answers it, even if the handler ends the goroutine.
func (c *go1Conn) invoke(req gobrpc.Request, in *gobrpc.Invoke) {
	meta := c.metadata(in)
	out, fail := []byte(nil), &reply{message: errGoexit.Error(), typ: "Goexit", exit: true}
	defer func() {
		var err error
		if fail == nil {
			err = c.w.WriteResult(req, out)
		} else {
			err = c.w.WriteFailure(req, fail.failure())
		}
		if err != nil {
			c.e.log("the answer to request " + meta.RequestID + " was not sent: " + err.Error())
		}
		c.e.finish(meta, fail)
	}()
	var deadline time.Time
	if in.DeadlineSeconds != 0 || in.DeadlineNanos != 0 {
		deadline = time.Unix(in.DeadlineSeconds, in.DeadlineNanos)
	}
	out, fail = c.e.invoke(meta, in.Payload, deadline)
}

// metadata applies the environment sent with an invocation and returns its Context.
func (c *go1Conn) metadata(in *gobrpc.Invoke) *Context {
	vars, ok := c.e.env.apply(in.Environment)
	if !ok {
		c.e.log("request " + in.RequestID + ": its environment is not a JSON object and was ignored")
	}
	return &Context{
		RequestID:             in.RequestID,
		FunctionName:          in.FunctionName,
		FunctionVersion:       in.FunctionVersion,
		Namespace:             in.Namespace,
		MemoryLimitMB:         int(in.MemoryLimitMB),
		TimeLimit:             time.Duration(in.TimeLimitMS) * time.Millisecond,
		Region:                in.Region,
		AppID:                 in.AppID,
		UIN:                   in.UIN,
		TraceID:               in.TraceID,
		InvokedFunctionUnique: in.InvokedFunctionUnique,
		FunctionTrace:         in.FunctionTrace,
		ClientContext:         in.ClientContext,
		Environment:           vars,
	}
}

// failure returns r in the form of the Go1 runtime.
func (r *reply) failure() gobrpc.Failure {
	f := gobrpc.Failure{Message: r.message, Type: r.typ, ShouldExit: r.exit}
	for _, s := range r.stack {
		f.Stack = append(f.Stack, gobrpc.Frame{Path: s.path, Line: int32(s.line), Label: s.label})
	}
	return f
}
