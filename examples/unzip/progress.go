package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

const unpacking = "unpacking"

// progress is kept as a small object beside the folder of an archive: for the next attempt, and for people.
type progress struct {
	ID      string `json:"id"` // of the event: another upload of the archive begins anew
	Archive string `json:"archive"`
	State   string `json:"state"` // unpacking, done or refused
	Reason  string `json:"reason,omitempty"`
	Files   int    `json:"files"` // written so far, in the archive's order
	Bytes   int64  `json:"bytes"`

	about event.Event
	key   string
}

// load returns how far the event was handled, or the beginning.
func (h *handler) load(ctx context.Context, e event.Event) (progress, error) {
	b := e.Common()
	start := progress{ID: b.ID(), Archive: b.Object.Key, State: unpacking, about: e, key: strings.TrimSuffix(h.folder(e), "/") + ".json"}
	r, err := h.objects.Open(ctx, &event.ObjectCreated{Base: event.Base{Bucket: b.Bucket, Object: event.Object{Key: start.key}}})
	if errors.Is(err, cos.ErrNotFound) {
		return start, nil
	}
	if err != nil {
		return start, fmt.Errorf("open the progress of %s: %w", b.Object.Key, err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, 64<<10))
	if err != nil {
		return start, fmt.Errorf("read the progress of %s: %w", b.Object.Key, err)
	}
	p := start
	if json.Unmarshal(text, &p) != nil || p.ID != start.ID {
		return start, nil // of another upload, or not ours
	}
	return p, nil
}

// save writes how far the event was handled, also when ctx has ended.
func (h *handler) save(ctx context.Context, p progress) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*time.Second)
	defer cancel()
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	err = h.objects.Put(ctx, p.about.Common().Bucket, p.key, bytes.NewReader(text), cos.ContentType("application/json"),
		cos.Metadata(map[string]string{event.LoopMark: event.MarkLoop(p.about)}))
	if err != nil {
		return fmt.Errorf("save the progress of %s: %w", p.Archive, err)
	}
	return nil
}
