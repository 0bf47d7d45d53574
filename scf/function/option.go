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

	// What a test replaces.
	args        []string
	stdin       *os.File
	stdout      io.Writer
	connectTime time.Duration // how long the Custom Runtime's API may be away
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
		args:        os.Args,
		stdin:       os.Stdin,
		stdout:      os.Stdout,
		connectTime: 10 * time.Second,
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

// WithShutdown has f called once when the process ends cleanly or after a panic, when no invocation is running any more.
// Its context ends with the grace (see [WithGrace]). Functions are called in the order given.
func WithShutdown(f func(context.Context)) Option {
	return func(o *options) { o.onShutdown = append(o.onShutdown, f) }
}
