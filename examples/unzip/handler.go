package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"path"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

const (
	// small files are read before they are written, so that a write that fails can be repeated.
	small = 1 << 20
	// Progress is saved after so many files or bytes.
	saveFiles = 64
	saveBytes = 64 << 20
)

type handler struct {
	settings
	objects *cos.Objects
}

// newMux routes the events of new archives to a handler. What the function itself wrote is marked, and never taken for one.
func newMux(objects *cos.Objects, s settings) *event.Mux {
	h := &handler{settings: s, objects: objects}
	m := event.NewMux()
	m.Use(event.LoopGuard(event.OnLoop(func(ctx context.Context, e event.Event, why error) error {
		return skip(ctx, e, why.Error())
	})))
	m.OnCreated(h.created)
	m.OnRemoved(func(ctx context.Context, e event.Event) error { return skip(ctx, e, "removed: its files stay") })
	m.OnRestored(func(ctx context.Context, e event.Event) error { return skip(ctx, e, "restored: nothing new in it") })
	return m
}

// created unpacks an archive. What can never be unpacked is noted and left: trying again would not help. Everything else that
// fails is returned, so that the platform tries again, and the next attempt goes on where this one stopped.
func (h *handler) created(ctx context.Context, e event.Event) error {
	b := e.Common()
	unpack := formatOf(b.Object.Key)
	if unpack == nil || !strings.HasPrefix(b.Object.Key, h.source) {
		return skip(ctx, e, "no archive")
	}
	p, err := h.load(ctx, e)
	if err != nil {
		return err
	}
	if p.State != unpacking {
		return skip(ctx, e, "handled before: "+p.State)
	}
	err = h.unpack(ctx, e, unpack, &p)
	refused := (*refusal)(nil)
	switch {
	case errors.Is(err, cos.ErrNotFound):
		return skip(ctx, e, "deleted since")
	case errors.Is(err, cos.ErrChanged):
		return skip(ctx, e, "overwritten since: a later event speaks of the new archive")
	case errors.As(err, &refused):
		p.State, p.Reason = "refused", refused.Error()
		slog.WarnContext(ctx, "archive refused", "key", b.Object.Key, "why", p.Reason, "files", p.Files)
		return h.save(ctx, p)
	case err != nil:
		return errors.Join(fmt.Errorf("unpack %s, after %d files: %w", b.Object.Key, p.Files, err), h.save(ctx, p))
	}
	p.State = "done"
	slog.InfoContext(ctx, "archive unpacked", "key", b.Object.Key, "files", p.Files, "bytes", p.Bytes)
	return h.save(ctx, p)
}

// unpack writes the files that p does not count yet.
func (h *handler) unpack(ctx context.Context, e event.Event, open format, p *progress) error {
	ctx, cancel := withMargin(ctx)
	defer cancel()
	info, err := h.objects.Head(ctx, e)
	if err != nil {
		return err
	}
	a := &archive{size: info.Size, limits: h.limits, open: func(offset int64) (io.ReadCloser, error) {
		if offset == 0 {
			return h.objects.Open(ctx, e, cos.IfUnchanged())
		}
		return h.objects.Open(ctx, e, cos.IfUnchanged(), cos.Range(offset, -1))
	}}
	if a.size == 0 {
		return refuse("the archive is empty")
	}
	defer a.close()
	done, saved := 0, *p
	for f, err := range open(a) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return damaged(err)
		}
		if done++; done <= p.Files {
			continue // written by an earlier attempt
		}
		if err := h.write(ctx, e, f); err != nil {
			return err
		}
		p.Files, p.Bytes = done, p.Bytes+f.size
		if p.Files-saved.Files >= saveFiles || p.Bytes-saved.Bytes >= saveBytes {
			saved = *p
			if err := h.save(ctx, *p); err != nil {
				return err
			}
		}
	}
	return nil
}

// write puts one file where it belongs. The content is read from the archive while it is written.
func (h *handler) write(ctx context.Context, e event.Event, f file) error {
	key := h.folder(e) + f.name
	if len(key) > 850 {
		return refuse("%q: its key would be longer than the 850 bytes that COS takes", f.name)
	}
	content, err := f.open()
	if err != nil {
		return damaged(err)
	}
	defer content.Close()
	from := &source{r: content, left: f.size}
	var body io.Reader = from
	if f.size <= small {
		all, err := io.ReadAll(io.LimitReader(from, f.size+1))
		if err != nil {
			return damaged(err)
		}
		if int64(len(all)) != f.size {
			return refuse("%q: it has not the %d bytes that the archive says", f.name, f.size)
		}
		body = bytes.NewReader(all)
	}
	err = h.objects.Put(ctx, e.Common().Bucket, key, body, cos.Size(f.size), cos.ContentType(mime.TypeByExtension(path.Ext(f.name))),
		cos.Metadata(map[string]string{event.LoopMark: event.MarkLoop(e)}))
	if from.err != nil {
		return damaged(from.err) // the archive is what failed, not the write
	}
	return err
}

// source remembers why reading ended.
type source struct {
	r    io.Reader
	left int64 // bytes of the content that are to come
	err  error
}

// Read asks for the end together with the last bytes: archives check their digests there, and whoever knows the size reads no further.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.left -= int64(n); s.left == 0 && n > 0 && err == nil {
		var more [1]byte
		var extra int
		if extra, err = io.ReadFull(s.r, more[:]); extra > 0 {
			err = errors.New("it has more bytes than the archive says")
		}
	}
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// folder is where the files of an archive go: named like the archive, so that no two have the same.
func (h *handler) folder(e event.Event) string {
	return h.target + strings.TrimPrefix(e.Common().Object.Key, h.source) + "/"
}

// withMargin ends the work a little before the platform does, so that there is time to save the progress.
func withMargin(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-min(5*time.Second, time.Until(end)/10)))
}

func skip(ctx context.Context, e event.Event, why string) error {
	b := e.Common()
	slog.InfoContext(ctx, "skipped", "event", string(b.Type), "key", b.Object.Key, "why", why)
	return nil
}
