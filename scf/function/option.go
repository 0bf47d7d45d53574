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
	grace      time.Duration
	addr       string
	errorLog   io.Writer
	onShutdown []func(context.Context)

	// Of ModeLocal.
	args   []string
	stdin  io.Reader
	stdout io.Writer

	// What a test replaces.
	connectTime time.Duration // how long the Custom Runtime's API may be away
	requestTime time.Duration // how long it may take to answer once, other than with an event
	onListen    func(addr string)

	ready func() // called when the process can take events
}

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

// WithMode fixes the mode. Without it the environment decides, in this order:
//
//   - COSEVENT_MODE, if set, is the mode: go1, custom, image or local;
//   - _LAMBDA_SERVER_PORT set: [ModeGo1];
//   - SCF_RUNTIME_API set: [ModeCustom];
//   - TENCENTCLOUD_RUNENV=SCF, which the platform sets everywhere: [ModeImage];
//   - anything else: [ModeLocal].
func WithMode(m Mode) Option {
	return func(o *options) { o.mode = m }
}

// WithMiddleware wraps every invocation. The first one given is the outermost.
func WithMiddleware(mw ...Middleware) Option {
	return func(o *options) { o.middleware = append(o.middleware, mw...) }
}

// WithGrace sets how long invocations that run may go on once the process was told to end (2 s without it). After that
// time their contexts are cancelled with the cause [ErrShutdown], and they get the same time once more, but at most a
// second, to come back.
func WithGrace(d time.Duration) Option {
	return func(o *options) { o.grace = d }
}

// WithAddr sets the address on which an image function or the Go1 runtime listens, in place of the platform's:
// 0.0.0.0:9000 and 0.0.0.0:$_LAMBDA_SERVER_PORT. The environment variable COSEVENT_HOST sets the host alone, for a process that
// is to be reached from its own machine only.
func WithAddr(addr string) Option {
	return func(o *options) { o.addr = addr }
}

// WithErrorLog sets where the runtime reports its own troubles, one line each: standard error without it. Writes do not
// overlap.
func WithErrorLog(w io.Writer) Option {
	return func(o *options) { o.errorLog = w }
}

// WithShutdown adds a function that [Run] calls once before it returns, in every mode and whatever ended it, also when the
// platform could not be reached. No invocation is running then, unless one did not come back after its context was cancelled.
// The function's context ends with the grace (see [WithGrace]). Functions are called in the order given; a panic of one is
// logged and the others are still called.
func WithShutdown(f func(context.Context)) Option {
	return func(o *options) { o.onShutdown = append(o.onShutdown, f) }
}

// WithArgs sets the arguments that [ModeLocal] reads in place of those of the process, without the program's name: nothing or
// "-" for an event on standard input, the name of a file with an event, or "-serve" with an address. Programs with flags of
// their own pass what is left of them, such as flag.Args.
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
