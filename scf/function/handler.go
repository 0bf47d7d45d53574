package function

import "context"

// Handler is a function's code: it gets one event and answers with one JSON value.
//
// The payload belongs to the handler: it may be kept or changed. An answer of no bytes is reported as null. An answer that
// is no JSON text is reported as a JSON string holding it, because the platform passes answers on as JSON. Invoke may be
// called from several goroutines at once.
type Handler interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// HandlerFunc lets an ordinary function be a [Handler].
type HandlerFunc func(ctx context.Context, payload []byte) ([]byte, error)

// Invoke calls f.
func (f HandlerFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}

// Middleware wraps a whole invocation: it sees the raw payload and the raw answer, and the context it gets holds the
// [Context] of the call already, so that tracing and metrics find request id and function name. Panics of the handler pass
// through it as panics.
type Middleware func(next Handler) Handler
