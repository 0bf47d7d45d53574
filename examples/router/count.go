package main

import (
	"context"
	"log/slog"
	"sync"

	"github.com/cosevent/cosevent-go/event"
)

// counter counts events by type and outcome. It shows how little a middleware is.
type counter struct {
	mu     sync.Mutex
	good   map[event.Type]int
	failed map[event.Type]int
}

// count is an event.Middleware.
func (c *counter) count(next event.Handler) event.Handler {
	return func(ctx context.Context, e event.Event) error {
		err := next(ctx, e)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.good == nil {
			c.good, c.failed = map[event.Type]int{}, map[event.Type]int{}
		}
		if err != nil {
			c.failed[e.EventType()]++
		} else {
			c.good[e.EventType()]++
		}
		return err
	}
}

// log writes the counts when the process ends.
func (c *counter) log(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	slog.InfoContext(ctx, "handled by this process", "good", c.good, "failed", c.failed)
}
