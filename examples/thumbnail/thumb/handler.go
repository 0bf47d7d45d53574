package thumb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// Handler keeps the thumbnails of images. It fits function.Start and is safe for concurrent use.
type Handler struct {
	objects  *cos.Objects
	settings Settings
	mux      *event.Mux
}

// New returns a Handler that reads and writes through objects.
func New(objects *cos.Objects, s Settings) *Handler {
	h := &Handler{objects: objects, settings: s, mux: event.NewMux()}
	h.mux.Use(event.Recover())
	h.mux.OnCreated(h.happened, event.Prefix(s.Source))
	h.mux.OnRemoved(h.happened, event.Prefix(s.Source))
	return h
}

// Invoke takes the events of a bucket, or the message of a timer trigger, which asks for a sweep.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if message, ok := timerMessage(payload); ok {
		return nil, h.sweepFor(ctx, message)
	}
	return h.mux.Invoke(ctx, payload)
}

func (h *Handler) happened(ctx context.Context, e event.Event) error {
	b := e.Common()
	return h.settle(ctx, subject{string(b.Type), b.Bucket, b.Object.Key})
}

// subject is the image at hand, and why.
type subject struct {
	event  string
	bucket event.Bucket
	key    string
}

// maxTurns bounds how often an image is looked at again because it changed in the meantime.
const maxTurns = 5

// errUnsettled leaves an image that keeps changing to the platform's retry.
var errUnsettled = errors.New("the image changes faster than its thumbnail can be made")

// settle makes the thumbnail agree with the image, whatever the event said: events come in no order and more than once, and an
// event of removal may speak of an old version only. The image is looked at again afterwards, because another invocation
// may have been at work at the same time; the one that writes last sees the image that counts.
func (h *Handler) settle(ctx context.Context, s subject) error {
	if strings.HasSuffix(s.key, "/") {
		note(ctx, s, "skipped", "why", "a folder marker")
		return nil
	}
	for range maxTurns {
		before, err := h.renew(ctx, s)
		if err != nil {
			return err
		}
		after, err := h.etag(ctx, s)
		if err != nil || after == before {
			return err
		}
	}
	return fmt.Errorf("%s: %w", s.key, errUnsettled)
}

// renew writes or removes the thumbnail and returns the ETag of the image it did this for, "" if there is none. An image that is
// too large or damaged has no thumbnail: trying again would not help. Everything else that fails is returned, so that the
// platform tries again.
func (h *Handler) renew(ctx context.Context, s subject) (etag string, err error) {
	target := h.settings.ThumbnailKey(s.key)
	image, etag, err := h.read(ctx, s)
	if errors.Is(err, cos.ErrNotFound) {
		return "", h.remove(ctx, s, "thumbnail removed", "thumbnail", target)
	}
	if errors.Is(err, cos.ErrArchived) {
		note(ctx, s, "skipped", "why", "the image is archived")
		return etag, nil
	}
	var content []byte
	var contentType string
	if err == nil {
		content, contentType, err = Make(image, h.settings.Edge, limitsOf(ctx).decoded)
	}
	if errors.Is(err, ErrImage) {
		return etag, h.remove(ctx, s, "skipped", "why", err.Error())
	}
	if err != nil {
		return "", err
	}
	if err := h.objects.Put(ctx, s.bucket, target, bytes.NewReader(content), cos.ContentType(contentType)); err != nil {
		return "", fmt.Errorf("write thumbnail %s: %w", target, err)
	}
	note(ctx, s, "thumbnail made", "thumbnail", target, "bytes", len(content))
	return etag, nil
}

// read returns the current content of the image and its ETag.
func (h *Handler) read(ctx context.Context, s subject) ([]byte, string, error) {
	r, err := h.objects.Open(ctx, &event.ObjectCreated{Base: event.Base{Bucket: s.bucket, Object: event.Object{Key: s.key}}})
	if errors.Is(err, cos.ErrArchived) {
		etag, headErr := h.etag(ctx, s)
		return nil, etag, errors.Join(err, headErr)
	}
	if err != nil {
		return nil, "", fmt.Errorf("open %s: %w", s.key, err)
	}
	defer r.Close()
	limit := limitsOf(ctx).file
	tooLarge := fmt.Errorf("%w: over the limit of %d bytes", ErrImage, limit)
	if r.Info().Size > limit {
		return nil, r.Info().ETag, tooLarge
	}
	image, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", s.key, err)
	}
	if int64(len(image)) > limit {
		return nil, r.Info().ETag, tooLarge
	}
	return image, r.Info().ETag, nil
}

// etag returns that of the image as it is now, "" if there is none.
func (h *Handler) etag(ctx context.Context, s subject) (string, error) {
	resp, err := h.objects.Client(s.bucket).Object.Head(ctx, s.key, nil)
	if resp != nil && resp.StatusCode == http.StatusNotFound {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("ask for %s: %w", s.key, err)
	}
	return resp.Header.Get("ETag"), nil
}

// remove deletes the thumbnail, which may never have been made: deleting what is not there is no error.
func (h *Handler) remove(ctx context.Context, s subject, what string, attrs ...any) error {
	target := h.settings.ThumbnailKey(s.key)
	if _, err := h.objects.Client(s.bucket).Object.Delete(ctx, target); err != nil {
		return fmt.Errorf("delete thumbnail %s: %w", target, err)
	}
	note(ctx, s, what, attrs...)
	return nil
}

// note writes one line to the log.
func note(ctx context.Context, s subject, what string, attrs ...any) {
	slog.InfoContext(ctx, what, append([]any{"event", s.event, "bucket", s.bucket.ID(), "key", s.key}, attrs...)...)
}
