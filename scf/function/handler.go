package function

import (
	"context"
	"time"
)

type Handler interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}
type HandlerFunc func(ctx context.Context, payload []byte) ([]byte, error)

func (f HandlerFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}

type Context struct {
	RequestID, FunctionName, FunctionVersion, Namespace string
	MemoryLimitMB                                       int
	TimeLimit                                           time.Duration
	Region, AppID, UIN                                  string
	Environment                                         map[string]string
}
type key struct{}

func NewContext(ctx context.Context, c *Context) context.Context {
	return context.WithValue(ctx, key{}, c)
}
func FromContext(ctx context.Context) (*Context, bool) {
	c, ok := ctx.Value(key{}).(*Context)
	return c, ok
}

type Option func()

func Start(h Handler, opts ...Option)                          { panic("seam") }
func Run(ctx context.Context, h Handler, opts ...Option) error { panic("seam") }
