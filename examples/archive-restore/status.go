package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// The states of an object.
const (
	restoring = "restoring"
	readable  = "readable" // and not copied yet
	copied    = "copied"
	archived  = "archived" // the restored copy's days are over
	online    = "online"   // in a class that needs no restore, by now
	gone      = "gone"
)

// status is kept as a JSON object for each restored object, and says what is true of it now.
type status struct {
	Key       string `json:"key"`
	VersionID string `json:"version_id,omitempty"`
	ETag      string `json:"etag,omitempty"`
	Size      int64  `json:"size"`
	State     string `json:"state"`
	Until     string `json:"until,omitempty"` // end of the restored copy's days, RFC 3339
	Copy      string `json:"copy,omitempty"`  // key of our own copy
}

// sameAs reports whether two speak of the same restore of the same content.
func (s status) sameAs(t status) bool {
	return s.Key == t.Key && s.VersionID == t.VersionID && s.ETag == t.ETag && s.Until == t.Until
}

// ask returns what COS says of the object now. Source: HEAD Object of the COS API, x-cos-restore.
func (h *handler) ask(ctx context.Context, e event.Event) (status, error) {
	b := e.Common()
	s := status{Key: b.Object.Key, VersionID: b.Object.VersionID, State: gone}
	var version []string
	if s.VersionID != "" {
		version = append(version, s.VersionID)
	}
	resp, err := h.objects.Client(b.Bucket).Object.Head(ctx, b.Object.Key, nil, version...)
	if resp != nil && resp.StatusCode == http.StatusNotFound {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("ask for %s: %w", b.Object.Key, err)
	}
	s.ETag, s.Size = resp.Header.Get("ETag"), resp.ContentLength
	restore := resp.Header.Get("X-Cos-Restore")
	switch {
	case strings.Contains(restore, `ongoing-request="true"`):
		s.State = restoring
	case strings.Contains(restore, `ongoing-request="false"`):
		s.State = readable
		_, date, _ := strings.Cut(restore, `expiry-date="`)
		date, _, _ = strings.Cut(date, `"`)
		if t, err := http.ParseTime(date); err == nil {
			s.Until = t.UTC().Format(time.RFC3339)
		}
	case strings.Contains(resp.Header.Get("X-Cos-Storage-Class"), "ARCHIVE"):
		s.State = archived
	default:
		s.State = online
	}
	return s, nil
}

func (h *handler) statusKey(e event.Event) string { return h.tickets + e.Common().Object.Key + ".json" }

// readStatus returns the status written last, or an empty one.
func (h *handler) readStatus(ctx context.Context, e event.Event) (s status, err error) {
	r, err := h.objects.Open(ctx, &event.ObjectCreated{Base: event.Base{Bucket: e.Common().Bucket, Object: event.Object{Key: h.statusKey(e)}}})
	if errors.Is(err, cos.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("open the status of %s: %w", e.Common().Object.Key, err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, 64<<10))
	if err != nil {
		return s, fmt.Errorf("read the status of %s: %w", e.Common().Object.Key, err)
	}
	if json.Unmarshal(text, &s) != nil {
		return status{}, nil // written by somebody else: ours takes its place
	}
	return s, nil
}

func (h *handler) writeStatus(ctx context.Context, e event.Event, s status) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := h.objects.Put(ctx, e.Common().Bucket, h.statusKey(e), bytes.NewReader(text), cos.ContentType("application/json")); err != nil {
		return fmt.Errorf("write the status of %s: %w", e.Common().Object.Key, err)
	}
	return nil
}
