package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// What a call can say of a file.
const (
	created        = "created"
	overwritten    = "overwritten"
	deleted        = "deleted"
	versionDeleted = "version_deleted" // one version of a file, and the file is still there
	other          = "other"           // restored, or an event this program does not know: see "event"
)

type handler struct {
	settings
	objects *cos.Objects
	client  *http.Client
}

// newMux routes every event to a handler.
func newMux(objects *cos.Objects, s settings) *event.Mux {
	h := &handler{settings: s, objects: objects, client: &http.Client{
		Timeout: s.timeout,
		// A redirected POST becomes a GET without the body that was signed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	m := event.NewMux(event.WithConcurrency(4))
	m.OnCreated(h.created)
	m.OnRemoved(h.removed)
	m.OnUnhandled(func(ctx context.Context, e event.Event) error { return h.call(ctx, e, other) })
	m.OnCreated(ignore, event.Prefix(s.state))
	m.OnRemoved(ignore, event.Prefix(s.state))
	return m
}

// ignore takes the events of the program's own notes: they are no files of anybody.
func ignore(context.Context, event.Event) error { return nil }

func (h *handler) created(ctx context.Context, e event.Event) error {
	was, err := h.existed(ctx, e)
	if err != nil {
		return err
	}
	if was {
		return h.call(ctx, e, overwritten)
	}
	return h.call(ctx, e, created)
}

func (h *handler) removed(ctx context.Context, e event.Event) error {
	if _, marker := e.(*event.ObjectRemoveDeleteMarkerCreated); !marker && e.Common().Object.VersionID != "" {
		there, err := h.exists(ctx, e)
		if err != nil {
			return err
		}
		if there {
			return h.call(ctx, e, versionDeleted)
		}
	}
	if err := h.call(ctx, e, deleted); err != nil {
		return err
	}
	return h.forget(ctx, e)
}

// message is the body of a call.
type message struct {
	ID           string            `json:"id"` // the same at every repeat, as in the header Idempotency-Key
	Kind         string            `json:"kind"`
	Event        string            `json:"event"`
	Time         time.Time         `json:"time"` // when it happened, to the second: calls come in no order
	Bucket       string            `json:"bucket"`
	Region       string            `json:"region"`
	Key          string            `json:"key"`
	VersionID    string            `json:"version_id,omitempty"`
	Size         int64             `json:"size"`
	ETag         string            `json:"etag,omitempty"`
	ContentType  string            `json:"content_type,omitempty"`
	StorageClass string            `json:"storage_class,omitempty"`
	Metadata     map[string]string `json:"metadata,omitempty"`
}

// call sends one signed request. Whatever is not a 2xx answer within the time-out is an error: the platform tries the event again
// a minute later, twice, and then keeps it as a dead letter. Nothing here waits.
func (h *handler) call(ctx context.Context, e event.Event, kind string) error {
	b := e.Common()
	o := b.Object
	m := message{
		ID: idempotencyKey(e), Kind: kind, Event: string(b.Type), Time: b.Time,
		Bucket: b.Bucket.ID(), Region: b.Bucket.Region, Key: o.Key, VersionID: o.VersionID,
		Size: o.Size, ETag: o.ETag, ContentType: o.ContentType, StorageClass: o.StorageClass, Metadata: o.Metadata,
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "cosevent-webhook")
	req.Header.Set("Idempotency-Key", m.ID)
	req.Header.Set(signatureHeader, sign(h.secret, body, time.Now()))
	resp, err := h.client.Do(req)
	if refused := (*url.Error)(nil); errors.As(err, &refused) {
		err = refused.Err // without the URL, which may hold a token
	}
	if err != nil {
		return fmt.Errorf("tell of %s %s: %w", kind, o.Key, err)
	}
	defer resp.Body.Close()
	says, _ := io.ReadAll(io.LimitReader(resp.Body, 300)) // what can be had of it, for the log
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("tell of %s %s: the service answers %s: %q", kind, o.Key, resp.Status, strings.TrimSpace(string(says)))
	}
	slog.InfoContext(ctx, "told", "kind", kind, "event", string(b.Type), "key", o.Key, "id", m.ID, "status", resp.StatusCode)
	return nil
}

// idempotencyKey is the same for every attempt to tell of one event, and no other event has it.
func idempotencyKey(e event.Event) string {
	sum := sha256.Sum256([]byte(e.Common().ID()))
	return hex.EncodeToString(sum[:16])
}
