package function

import (
	"context"
	"log/slog"
	"os"
)

// NewLogHandler returns a [slog.Handler] that adds the attributes request_id, function and version to records logged with the
// context of an invocation, and passes them to next. The attributes are at the top level even if groups are open. If next is
// nil, records go to standard output as JSON: the platform's log takes each line as an entry and the members of a JSON line as
// fields to search by.
//
//	slog.SetDefault(slog.New(function.NewLogHandler(nil)))
//
// Both handlers of log/slog write a record as one line, whatever it contains. Check this for any other handler.
func NewLogHandler(next slog.Handler) slog.Handler {
	if next == nil {
		next = slog.NewJSONHandler(os.Stdout, nil)
	}
	return &logHandler{root: next, next: next}
}

type logHandler struct {
	root  slog.Handler // next as it was before the first group
	next  slog.Handler
	after []func(slog.Handler) slog.Handler // the steps that turn root into next: the first group and all after it
}

func (h *logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	c, ok := FromContext(ctx)
	if !ok {
		return h.next.Handle(ctx, r)
	}
	attrs := []slog.Attr{slog.String("request_id", c.RequestID)}
	if c.FunctionName != "" {
		attrs = append(attrs, slog.String("function", c.FunctionName))
	}
	if c.FunctionVersion != "" {
		attrs = append(attrs, slog.String("version", c.FunctionVersion))
	}
	next := h.root.WithAttrs(attrs)
	for _, step := range h.after {
		next = step(next)
	}
	return next.Handle(ctx, r)
}

func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	return h.with(func(next slog.Handler) slog.Handler { return next.WithAttrs(attrs) }, len(h.after) > 0)
}

func (h *logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return h.with(func(next slog.Handler) slog.Handler { return next.WithGroup(name) }, true)
}

func (h *logHandler) with(step func(slog.Handler) slog.Handler, grouped bool) slog.Handler {
	n := *h
	n.next = step(h.next)
	if grouped {
		n.after = append(h.after[:len(h.after):len(h.after)], step)
	} else {
		n.root = n.next
	}
	return &n
}
