package main

import (
	"context"
	"log/slog"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

type handler struct {
	settings
	objects *cos.Objects
	logger  *slog.Logger
}

// newMux is the whole of the routing: what comes first is around what comes after, and of the routes that match an event the
// most specific takes it.
func newMux(objects *cos.Objects, s settings, logger *slog.Logger, handled event.Store, counts *counter) *event.Mux {
	h := &handler{s, objects, logger}
	m := event.NewMux(event.WithConcurrency(4)) // records of one payload side by side
	m.Use(
		event.Log(logger),                     // a line for each event, with its outcome
		counts.count,                          // a middleware of our own
		event.Recover(),                       // a panic fails its event, with the stack in the log
		event.LoopGuard(event.OnLoop(h.loop)), // what this function wrote is none of its business
		event.Dedup(handled),                  // a repeated payload does not repeat what succeeded
		event.Timeout(s.timeout),              // one slow object does not eat the time of all
	)
	m.OnCreated(h.report, event.Prefix(s.reports), event.Suffix(".csv"))
	m.OnRemoved(h.reportRemoved, event.Prefix(s.reports), event.Suffix(".csv"))

	m.OnCreated(h.video, event.Prefix(s.videos))
	event.On(m, h.largeVideo, event.Prefix(s.videos))

	event.On(m, h.restoreAsked)
	event.On(m, h.restoreDone)
	m.OnUnhandled(h.ignore) // without it an event that has no route is an error, and tried again
	return m
}

func (h *handler) ignore(ctx context.Context, e event.Event) error {
	b := e.Common()
	level := slog.LevelInfo
	if b.Type.Family() == event.FamilyUnknown {
		level = slog.LevelWarn // a name that this version of the SDK does not know
	}
	h.logger.Log(ctx, level, "no route", "type", string(b.Type), "key", b.Object.Key)
	return nil
}

func (h *handler) loop(ctx context.Context, e event.Event, why error) error {
	h.logger.WarnContext(ctx, "dropped", "key", e.Common().Object.Key, "why", why)
	return nil
}
