package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

type handler struct {
	settings
	objects *cos.Objects
}

// newMux routes both events of a restore to one handler each.
func newMux(objects *cos.Objects, s settings) *event.Mux {
	h := &handler{settings: s, objects: objects}
	m := event.NewMux(event.WithConcurrency(4))
	event.On(m, h.posted)
	event.On(m, h.completed)
	return m
}

// posted notes that a restore was asked for. It takes minutes to days.
func (h *handler) posted(ctx context.Context, e *event.ObjectRestorePost) error {
	return h.follow(ctx, e)
}

// completed copies the object, which can be read now, but only for the days that the restore was asked for.
func (h *handler) completed(ctx context.Context, e *event.ObjectRestoreCompleted) error {
	return h.follow(ctx, e)
}

// follow brings status and copy in line with what COS says of the object now. Events come in no order and more than once: the
// state is asked, not taken from the event, and asked again after it was written down, until it stays the same.
func (h *handler) follow(ctx context.Context, e event.Event) error {
	b := e.Common()
	written, err := h.readStatus(ctx, e)
	if err != nil {
		return err
	}
	for range 5 {
		now, err := h.ask(ctx, e)
		if err != nil {
			return err
		}
		if now.State == readable && now.sameAs(written) && written.State == copied {
			now.State, now.Copy = copied, written.Copy // a repeat
		}
		if now == written {
			return nil
		}
		if now.State == readable {
			err := h.copy(ctx, e, now)
			if errors.Is(err, cos.ErrNotFound) || errors.Is(err, cos.ErrChanged) {
				continue // deleted or replaced at this moment
			}
			if err != nil {
				return fmt.Errorf("copy %s: %w", b.Object.Key, err)
			}
			now.State, now.Copy = copied, h.target+b.Object.Key
		}
		if err := h.writeStatus(ctx, e, now); err != nil {
			return err
		}
		slog.InfoContext(ctx, "restore", "event", string(b.Type), "key", b.Object.Key, "state", now.State, "until", now.Until)
		written = now
	}
	return fmt.Errorf("the state of %s keeps changing", b.Object.Key)
}
