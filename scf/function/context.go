package function

import (
	"context"
	"os"
	"strconv"
	"time"
)

// Context is what the platform says about one invocation. The Go1 runtime sends all fields. The Custom Runtime and image
// functions are sent some, and take the others from the environment of the process (SCF_NAMESPACE, SCF_FUNCTIONNAME,
// SCF_FUNCTIONVERSION, TENCENTCLOUD_REGION, TENCENTCLOUD_APPID, TENCENTCLOUD_UIN). What is not known is the zero value.
type Context struct {
	RequestID       string // the same for each retry of an asynchronous event
	FunctionName    string
	FunctionVersion string // "$LATEST" or a number
	Namespace       string
	MemoryLimitMB   int
	TimeLimit       time.Duration
	Region          string // long form, such as ap-guangzhou
	AppID           string
	UIN             string
	TraceID         string
	// InvokedFunctionUnique and FunctionTrace are sent by the Go1 runtime only, as they came. Their meaning is not documented.
	InvokedFunctionUnique string
	FunctionTrace         string
	// ClientContext is sent by the Go1 runtime only. It is kept as it came, usually JSON.
	ClientContext []byte
	// Environment has the variables sent with the invocation (Go1 runtime only). Invocations share it: do not change it.
	Environment map[string]string
}

type contextKey struct{}

// NewContext returns a context that carries c. [Run] calls it before it calls the handler; a test of a handler calls it itself.
func NewContext(ctx context.Context, c *Context) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// FromContext returns the [Context] of an invocation, and whether ctx has one. All code that handles the invocation shares the
// value: do not change it.
func FromContext(ctx context.Context) (*Context, bool) {
	c, ok := ctx.Value(contextKey{}).(*Context)
	return c, ok
}

// withContexts applies the functions given to WithContext.
func (e *engine) withContexts(ctx context.Context) context.Context {
	c, _ := FromContext(ctx)
	for _, f := range e.opt.contexts {
		if ctx = f(ctx, c); ctx == nil {
			panic("function: the function given to WithContext returned nil")
		}
	}
	return ctx
}

// contextFromEnv returns what the environment of the process says about its function.
func contextFromEnv() Context {
	return Context{
		FunctionName:    os.Getenv("SCF_FUNCTIONNAME"),
		FunctionVersion: os.Getenv("SCF_FUNCTIONVERSION"),
		Namespace:       os.Getenv("SCF_NAMESPACE"),
		Region:          os.Getenv("TENCENTCLOUD_REGION"),
		AppID:           os.Getenv("TENCENTCLOUD_APPID"),
		UIN:             os.Getenv("TENCENTCLOUD_UIN"),
	}
}

// setLimits sets the limits that a platform sends as text, in MB and ms, and returns the deadline that follows from the limit
// of time: zero if none was sent.
func (c *Context) setLimits(memory, timeLimit string, now time.Time) (deadline time.Time) {
	if mb, err := strconv.Atoi(memory); err == nil && mb > 0 {
		c.MemoryLimitMB = mb
	}
	if ms, err := strconv.ParseInt(timeLimit, 10, 32); err == nil && ms > 0 {
		c.TimeLimit = time.Duration(ms) * time.Millisecond
		deadline = now.Add(c.TimeLimit)
	}
	return deadline
}
