package function

import "time"

// OnListen calls f with the address that an image function or the Go1 runtime listens on.
func OnListen(f func(addr string)) Option { return func(o *options) { o.onListen = f } }

// ConnectTime sets how long the Custom Runtime's API may be away.
func ConnectTime(d time.Duration) Option { return func(o *options) { o.connectTime = d } }

// RequestTime sets how long the Custom Runtime's API may take to answer.
func RequestTime(d time.Duration) Option { return func(o *options) { o.requestTime = d } }

// DetectMode is what the environment decides.
func DetectMode(getenv func(string) string) (Mode, error) { return detectMode(getenv) }

// Options is what an Option changes.
type Options = options

// NewOptions returns what Run works with, without functions, which cannot be compared.
func NewOptions(opts ...Option) Options {
	o := newOptions(opts)
	o.onListen, o.ready = nil, nil
	return *o
}
