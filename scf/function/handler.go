package function

import "context"

// Handler is the code of a function: it gets one event and answers with one JSON value.
//
// The payload belongs to the handler, which may keep or change it. An empty answer is sent as null. An answer that is not valid
// JSON is sent as a JSON string, because the platform passes answers on as JSON. Invoke may be called from several goroutines at
// once.
type Handler interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// HandlerFunc is a function that is a [Handler].
type HandlerFunc func(ctx context.Context, payload []byte) ([]byte, error)

// Invoke calls f.
func (f HandlerFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}

// Middleware wraps a [Handler] in another. It sees the payload and the answer as bytes, and its context has the [Context] of the
// invocation, so that tracing and metrics find the request id and the function's name. A panic of the handler passes through it.
type Middleware func(next Handler) Handler
