package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// look returns what the bucket has at the key of an event now; Present is false if nothing.
type look func(ctx context.Context, e event.Event) (Row, error)

type handler struct {
	table *Table
	look  look
}

// newMux routes every event of creation and removal to the table.
func newMux(table *Table, ask look) *event.Mux {
	h := &handler{table, ask}
	m := event.NewMux()
	m.Use(event.Recover())
	m.OnCreated(h.happened)
	m.OnRemoved(h.happened)
	m.OnRestored(func(context.Context, event.Event) error { return nil }) // changes nothing that the table holds
	return m
}

// happened brings one event into the table. It may come late, twice, or after a later one.
func (h *handler) happened(ctx context.Context, e event.Event) error {
	b := e.Common()
	got := rowOf(e)
	if b.Object.Key == "" || b.Bucket.Name == "" || strings.ContainsRune(b.Object.Key, 0) {
		slog.ErrorContext(ctx, "skipped", "why", "no key that a table could hold", "event", b.String())
		return nil
	}
	// Removing one version by its id may bring an older one, or the object itself if that version was a delete marker, to light.
	mustAsk := !got.Present && b.Object.VersionID != "" && b.Type != event.TypeObjectRemoveDeleteMarkerCreated
	what, err := h.table.Merge(ctx, got, mustAsk, func(ctx context.Context) (Row, error) { return h.look(ctx, e) })
	if err != nil {
		return fmt.Errorf("%s: %w", b.String(), err)
	}
	slog.InfoContext(ctx, what, "event", string(b.Type), "bucket", b.Bucket.ID(), "key", b.Object.Key, "time", got.Time)
	return nil
}

// rowOf is what an event says about its key.
func rowOf(e event.Event) Row {
	b := e.Common()
	return Row{
		Bucket: b.Bucket.ID(), Region: b.Bucket.Region, Key: b.Object.Key,
		Present: b.Type.Family() == event.FamilyCreated,
		Version: b.Object.VersionID, ETag: b.Object.ETag, Size: b.Object.Size,
		ContentType: b.Object.ContentType, StorageClass: strings.ToUpper(b.Object.StorageClass),
		Time: b.Time.Truncate(time.Second).UTC(), Event: b.ID(),
	}
}

// lookIn asks the bucket itself.
func lookIn(objects *cos.Objects) look {
	return func(ctx context.Context, e event.Event) (Row, error) {
		b := e.Common()
		row := Row{Bucket: b.Bucket.ID(), Region: b.Bucket.Region, Key: b.Object.Key}
		current := &event.ObjectCreated{Base: event.Base{Bucket: b.Bucket, Object: event.Object{Key: b.Object.Key}}}
		info, err := objects.Head(ctx, current)
		if errors.Is(err, cos.ErrNotFound) {
			return row, nil
		}
		if err != nil {
			return row, err
		}
		row.Present, row.Version, row.ETag, row.Size = true, info.VersionID, info.ETag, info.Size
		row.ContentType, row.StorageClass = info.ContentType, info.StorageClass
		return row, nil
	}
}
