package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// suffix of the JSON object beside an image. Bind the function to the suffixes of images only, so that it costs no invocation.
const suffix = ".labels.json"

type handler struct {
	objects *cos.Objects
	settings
}

func newMux(objects *cos.Objects, s settings) *event.Mux {
	h := &handler{objects, s}
	ignore := func(context.Context, event.Event) error { return nil }
	m := event.NewMux()
	m.Use(event.Recover())
	m.OnCreated(h.settle, event.Prefix(s.prefix))
	m.OnRemoved(h.settle, event.Prefix(s.prefix))
	m.OnCreated(ignore, event.Prefix(s.prefix), event.Suffix(suffix)) // what it wrote itself
	m.OnRemoved(ignore, event.Prefix(s.prefix), event.Suffix(suffix))
	return m
}

// maxTurns bounds how often an image is looked at again because it changed in the meantime.
const maxTurns = 5

var errUnsettled = errors.New("the image changes faster than it can be labelled")

// settle makes tags and JSON agree with the image as it is now, whatever the event said: events come in no order and more than
// once. Labels are those of the newest content, so afterwards it looks whether that is still the same.
func (h *handler) settle(ctx context.Context, e event.Event) error {
	for range maxTurns {
		before, contentType, err := h.now(ctx, e)
		if err != nil {
			return err
		}
		switch {
		case before == "":
			err = h.forget(ctx, e, "labels removed", "")
		case !image(contentType):
			err = h.forget(ctx, e, "skipped", "the object is "+contentType)
		default:
			err = h.label(ctx, e, before)
		}
		if err != nil {
			return err
		}
		if after, _, err := h.now(ctx, e); err != nil || after == before {
			return err
		}
	}
	return fmt.Errorf("%s: %w", e.Common().Object.Key, errUnsettled)
}

// label writes what the service sees in the image of this ETag.
func (h *handler) label(ctx context.Context, e event.Event, etag string) error {
	b := e.Common()
	client := h.objects.Client(b.Bucket)
	labels, err := detect(ctx, client, b.Object.Key)
	if errors.Is(err, errNoLabels) {
		return h.forget(ctx, e, "skipped", err.Error())
	}
	if cossdk.IsNotFoundError(err) {
		return nil // gone meanwhile: the next look says so
	}
	if err != nil {
		return err
	}
	sure := make([]label, 0, len(labels)) // not nil: the JSON has a list in any case
	for _, l := range labels {
		if l.Confidence >= h.confidence {
			sure = append(sure, l)
		}
	}
	text, err := json.Marshal(struct {
		Key    string  `json:"key"`
		ETag   string  `json:"etag"`
		Labels []label `json:"labels"`
	}{b.Object.Key, strings.Trim(etag, `"`), sure})
	if err != nil {
		return fmt.Errorf("encode the labels of %s: %w", b.Object.Key, err)
	}
	if err := h.objects.Put(ctx, b.Bucket, b.Object.Key+suffix, bytes.NewReader(text), cos.ContentType("application/json")); err != nil {
		return fmt.Errorf("write the labels of %s: %w", b.Object.Key, err)
	}
	if err := h.tag(ctx, e, sure); err != nil {
		return err
	}
	note(ctx, e, "labelled", "labels", len(sure))
	return nil
}

// tag puts labels on the object beside the tags it has.
func (h *handler) tag(ctx context.Context, e event.Event, labels []label) error {
	key, client := e.Common().Object.Key, h.objects.Client(e.Common().Bucket)
	old, _, err := client.Object.GetTagging(ctx, key)
	if cossdk.IsNotFoundError(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tags of %s: %w", key, err)
	}
	tags := withLabels(old.TagSet, labels, h.tags)
	if len(tags) == 0 && len(old.TagSet) == 0 {
		return nil
	}
	if len(tags) == 0 {
		_, err = client.Object.DeleteTagging(ctx, key)
	} else {
		_, err = client.Object.PutTagging(ctx, key, &cossdk.ObjectPutTaggingOptions{TagSet: tags})
	}
	if err != nil && !cossdk.IsNotFoundError(err) {
		return fmt.Errorf("tag %s: %w", key, err)
	}
	return nil
}

// forget removes the labels of what is gone or no image.
func (h *handler) forget(ctx context.Context, e event.Event, what, why string) error {
	b := e.Common()
	if _, err := h.objects.Client(b.Bucket).Object.Delete(ctx, b.Object.Key+suffix); err != nil {
		return fmt.Errorf("remove the labels of %s: %w", b.Object.Key, err)
	}
	if why != "" { // still there: it may have been an image before
		if err := h.tag(ctx, e, nil); err != nil {
			return err
		}
	}
	note(ctx, e, what, "why", why)
	return nil
}

// now returns ETag and type of the object as it is, an empty ETag if it is gone.
func (h *handler) now(ctx context.Context, e event.Event) (etag, contentType string, err error) {
	b := e.Common()
	resp, err := h.objects.Client(b.Bucket).Object.Head(ctx, b.Object.Key, nil)
	if resp != nil && resp.StatusCode == http.StatusNotFound {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("ask for %s: %w", b.Object.Key, err)
	}
	return resp.Header.Get("ETag"), resp.Header.Get("Content-Type"), nil
}

// image reports whether a Content-Type may be that of an image. Uploads that told none are left to the service to judge.
func image(contentType string) bool {
	return contentType == "" || strings.HasPrefix(contentType, "image/") || contentType == "application/octet-stream"
}

func note(ctx context.Context, e event.Event, what string, attrs ...any) {
	b := e.Common()
	slog.InfoContext(ctx, what, append([]any{"event", string(b.Type), "bucket", b.Bucket.ID(), "key", b.Object.Key}, attrs...)...)
}
