package function

import (
	"context"
	"io"
	"os"
	"time"
)

// Option changes how [Start] and [Run] work.
type Option func(*options)

type options struct {
	mode       Mode
	middleware []Middleware
	contexts   []func(context.Context, *Context) context.Context
	grace      time.Duration
	addr       string
	errorLog   io.Writer
	onShutdown []func(context.Context)

	// For ModeLocal.
	args   []string
	stdin  io.Reader
	stdout io.Writer

	// Set by tests.
	connectTime time.Duration // how long the Custom Runtime's API may be away
	requestTime time.Duration // how long it may take to answer once, other than with an event
	onListen    func(addr string)

	ready func() // called when the process can take events
}

// whenReady calls f when the process can take events.
func whenReady(f func()) Option {
	return func(o *options) { o.ready = f }
}

func newOptions(opts []Option) *options {
	o := &options{
		grace:       2 * time.Second,
		errorLog:    os.Stderr,
		args:        os.Args[min(1, len(os.Args)):],
		stdin:       os.Stdin,
		stdout:      os.Stdout,
		connectTime: 10 * time.Second,
		requestTime: 10 * time.Second,
		onListen:    func(string) {},
		ready:       func() {},
	}
	for _, opt := range opts {
		opt(o)
	}
	return o
}

// WithMode sets the mode. Without it, or with [ModeAuto], the environment decides, in this order:
//
//   - COSEVENT_MODE is the mode if it is set: go1, custom, image or local;
//   - _LAMBDA_SERVER_PORT set: [ModeGo1];
//   - SCF_RUNTIME_API set: [ModeCustom];
//   - TENCENTCLOUD_RUNENV=SCF, which the platform sets everywhere: [ModeImage];
//   - anything else: [ModeLocal].
func WithMode(m Mode) Option {
	return func(o *options) { o.mode = m }
}

// WithMiddleware wraps the handler. The first middleware given is the outermost. It panics if one is nil.
func WithMiddleware(mw ...Middleware) Option {
	for _, m := range mw {
		if m == nil {
			panic("function: WithMiddleware was given nil")
		}
	}
	return func(o *options) { o.middleware = append(o.middleware, mw...) }
}

// WithContext has f called before each invocation, also before its middleware. The invocation gets the context that f returns,
// which must be ctx or derived from it. Functions are called in the order given. A panic of f is reported like one of the
// handler. WithContext panics if f is nil.
//
// It is how code that reads the invocation's metadata from elsewhere finds it. A program that moves from scf-go-lib with
// [Reflect], and still calls that library's functioncontext.FromContext, gives it what it expects:
//
//	function.Start(function.Reflect(handle), function.WithContext(func(ctx context.Context, c *function.Context) context.Context {
//		old := &functioncontext.FunctionContext{
//			RequestID: c.RequestID, InvokedFunctionUnique: c.InvokedFunctionUnique, Namespace: c.Namespace,
//			FunctionName: c.FunctionName, FunctionVersion: c.FunctionVersion, Environment: c.Environment,
//			MemoryLimitInMb: int32(c.MemoryLimitMB), TimeLimitInMs: int32(c.TimeLimit.Milliseconds()),
//		}
//		_ = json.Unmarshal(c.ClientContext, &old.ClientContext) // empty for most events
//		return functioncontext.NewContext(ctx, old)
//	}))
func WithContext(f func(ctx context.Context, c *Context) context.Context) Option {
	if f == nil {
		panic("function: WithContext was given nil")
	}
	return func(o *options) { o.contexts = append(o.contexts, f) }
}

// WithGrace sets how long running invocations may go on after the process was told to end; the default is 2 s. After that time
// their contexts are cancelled with the cause [ErrShutdown], and they get the same time once more, but at most a second, to
// return. It panics if d is negative.
func WithGrace(d time.Duration) Option {
	if d < 0 {
		panic("function: WithGrace was given the negative time " + d.String())
	}
	return func(o *options) { o.grace = d }
}

// WithAddr sets the address on which an image function or the Go1 runtime listens. The default is the platform's: port 9000 or
// $_LAMBDA_SERVER_PORT on every interface, or on the host that the environment variable COSEVENT_HOST names, such as 127.0.0.1.
func WithAddr(addr string) Option {
	return func(o *options) { o.addr = addr }
}

// WithErrorLog sets where the runtime reports failures of its own, such as a lost connection, one line each. Nil means
// [os.Stderr]. Writes do not overlap.
func WithErrorLog(w io.Writer) Option {
	if w == nil {
		w = os.Stderr
	}
	return func(o *options) { o.errorLog = w }
}

// WithShutdown adds a function that [Run] calls once before it returns, in every mode and whatever ended it, also when the
// platform could not be reached. No invocation is running then, unless one did not return after its context was cancelled.
// The function's context ends with the grace (see [WithGrace]). Functions are called in the order given; a panic of one is
// logged and the others are still called. WithShutdown panics if f is nil.
func WithShutdown(f func(context.Context)) Option {
	if f == nil {
		panic("function: WithShutdown was given nil")
	}
	return func(o *options) { o.onShutdown = append(o.onShutdown, f) }
}

// WithArgs sets the arguments of [ModeLocal]: none or "-" for an event on standard input, the name of a file with an event, or
// "-serve" with an address. The default is those of the process. A program with flags of its own passes what remains of them,
// as flag.Args returns it.
func WithArgs(args ...string) Option {
	return func(o *options) { o.args = args }
}

// WithStdin sets where [ModeLocal] reads an event from when no file is named. Nil means [os.Stdin].
func WithStdin(r io.Reader) Option {
	if r == nil {
		r = os.Stdin
	}
	return func(o *options) { o.stdin = r }
}

// WithStdout sets where [ModeLocal] writes the result. Nil means [os.Stdout].
func WithStdout(w io.Writer) Option {
	if w == nil {
		w = os.Stdout
	}
	return func(o *options) { o.stdout = w }
}
