package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// An event of creation does not tell whether there was a file before. In a bucket with versioning the versions tell. Without
// it nothing in COS does, so the program keeps a note for each file: a small object under settings.state.

// note is the history of a file since it was created, in the order of time.
type note struct {
	Key    string  `json:"key"` // for people
	Events []noted `json:"events"`
}

// noted is an event of creation and what was told of it.
type noted struct {
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
	Was  bool      `json:"overwritten"`
}

// history is how many events of a file are kept: as many as may be late or repeated at one time.
const history = 16

// tell returns whether an event overwrote a file, and puts it into the history if it is new.
func (n *note) tell(id string, at time.Time) (was, changed bool) {
	place := 0
	for i, e := range n.Events {
		if e.ID == id {
			return e.Was, false // a repeat
		}
		if !e.Time.After(at) {
			place = i + 1
		}
	}
	was = place > 0 || len(n.Events) > 0 && n.Events[0].Was
	n.Events = slices.Insert(n.Events, place, noted{id, at, was})
	if over := len(n.Events) - history; over > 0 {
		n.Events = n.Events[over:]
	}
	return was, true
}

// existed reports whether the file of an event of creation was there before. It gives the same answer when the event is repeated.
func (h *handler) existed(ctx context.Context, e event.Event) (bool, error) {
	b := e.Common()
	if b.Object.VersionID != "" {
		return h.olderVersion(ctx, e)
	}
	for range 3 {
		n, err := h.readNote(ctx, e)
		if err == nil {
			was, changed := n.tell(idempotencyKey(e), b.Time)
			if changed {
				err = h.writeNote(ctx, e, n)
			}
			return was, err
		}
		if !errors.Is(err, cos.ErrNotFound) {
			return false, err
		}
		// Never heard of. In a bucket whose versioning is suspended there may be a version from before.
		was, err := h.olderVersion(ctx, e)
		if err != nil {
			return false, err
		}
		n = note{b.Object.Key, []noted{{idempotencyKey(e), b.Time, was}}}
		err = h.writeNote(ctx, e, n, cos.ForbidOverwrite())
		if errors.Is(err, cos.ErrExists) {
			continue // another event of the same file is being handled at this moment
		}
		if err != nil {
			return false, err
		}
		return was, h.forget(ctx, e) // the file may be gone again, and that event told already
	}
	return false, fmt.Errorf("note of %s: it comes and goes", b.Object.Key)
}

// olderVersion reports whether there is a version of the file right below the one the event speaks of.
func (h *handler) olderVersion(ctx context.Context, e event.Event) (bool, error) {
	b := e.Common()
	below := b.Object.VersionID
	if below == "" {
		below = "null" // the version that writes make while versioning is suspended, and the only one without it
	}
	list, _, err := h.objects.Client(b.Bucket).Bucket.GetObjectVersions(ctx, &cossdk.BucketGetObjectVersionsOptions{
		Prefix: b.Object.Key, KeyMarker: b.Object.Key, VersionIdMarker: below, MaxKeys: 1, // a list begins after its markers
	})
	if err != nil {
		return false, fmt.Errorf("list the versions of %s: %w", b.Object.Key, err)
	}
	return len(list.Version) > 0 && list.Version[0].Key == b.Object.Key, nil // a delete marker is no file
}

// exists reports whether there is a file now, whatever version the event speaks of.
func (h *handler) exists(ctx context.Context, e event.Event) (bool, error) {
	b := e.Common()
	resp, err := h.objects.Client(b.Bucket).Object.Head(ctx, b.Object.Key, nil)
	if resp != nil && resp.StatusCode == http.StatusNotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask for %s: %w", b.Object.Key, err)
	}
	return true, nil
}

// forget deletes the note of a file that is not there any more: events come in no order, so that is asked, not believed.
func (h *handler) forget(ctx context.Context, e event.Event) error {
	b := e.Common()
	if b.Object.VersionID != "" {
		return nil // there is none
	}
	there, err := h.exists(ctx, e)
	if err != nil || there {
		return err
	}
	if _, err := h.objects.Client(b.Bucket).Object.Delete(ctx, h.noteKey(e)); err != nil {
		return fmt.Errorf("delete the note of %s: %w", b.Object.Key, err)
	}
	return nil
}

// noteKey is of one length, so that the longest key of a file has a note too.
func (h *handler) noteKey(e event.Event) string {
	sum := sha256.Sum256([]byte(e.Common().Object.Key))
	return h.state + hex.EncodeToString(sum[:]) + ".json"
}

func (h *handler) readNote(ctx context.Context, e event.Event) (n note, err error) {
	about := &event.ObjectCreated{Base: event.Base{Bucket: e.Common().Bucket, Object: event.Object{Key: h.noteKey(e)}}}
	r, err := h.objects.Open(ctx, about)
	if err != nil {
		return n, fmt.Errorf("open the note of %s: %w", e.Common().Object.Key, err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, 8<<10))
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	if err != nil {
		return n, fmt.Errorf("read the note of %s: %w", e.Common().Object.Key, err)
	}
	return n, nil
}

func (h *handler) writeNote(ctx context.Context, e event.Event, n note, opts ...cos.PutOption) error {
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	err = h.objects.Put(ctx, e.Common().Bucket, h.noteKey(e), strings.NewReader(string(text)), append(opts, cos.ContentType("application/json"))...)
	if err != nil {
		return fmt.Errorf("write the note of %s: %w", e.Common().Object.Key, err)
	}
	return nil
}
