package thumb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
)

// timerMessage returns the message of a timer trigger, if payload is one.
func timerMessage(payload []byte) (string, bool) {
	var timer struct{ Type, Message string }
	if json.Unmarshal(payload, &timer) != nil || timer.Type != "Timer" {
		return "", false
	}
	return timer.Message, true
}

// sweepFor sweeps the bucket whose host name the message of a timer is.
func (h *Handler) sweepFor(ctx context.Context, host string) error {
	b, err := event.ParseBucketHost(strings.TrimSpace(host))
	if err != nil {
		return fmt.Errorf("the message of the timer trigger must be a bucket's host name: %w", err)
	}
	n, err := h.Sweep(ctx, b)
	slog.InfoContext(ctx, "swept", "bucket", b.ID(), "orphans", n)
	return err
}

// Sweep settles every thumbnail that has no image, so that those go whose image was removed while no trigger was bound, or whose
// event was lost. It returns how many there were, and goes on after errors. Both prefixes are listed side by side, a page at a
// time: their keys are in the same order.
func (h *Handler) Sweep(ctx context.Context, b event.Bucket) (orphans int, err error) {
	images, stop := iter.Pull2(h.list(ctx, b, h.settings.Source))
	defer stop()
	image, imageErr, more := images()
	var failed []error
	for thumb, err := range h.list(ctx, b, h.settings.Target) {
		for more && imageErr == nil && image < thumb {
			image, imageErr, more = images()
		}
		if err := errors.Join(err, imageErr); err != nil {
			return orphans, errors.Join(append(failed, err)...)
		}
		if more && image == thumb || strings.HasSuffix(h.settings.Target+thumb, "/") {
			continue
		}
		orphans++
		if err := h.settle(ctx, subject{"sweep", b, h.settings.Source + thumb}); err != nil {
			failed = append(failed, err)
		}
	}
	return orphans, errors.Join(failed...)
}

// list yields the keys under a prefix, without it.
func (h *Handler) list(ctx context.Context, b event.Bucket, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		marker := ""
		for {
			page, _, err := h.objects.Client(b).Bucket.Get(ctx, &cossdk.BucketGetOptions{Prefix: prefix, Marker: marker, EncodingType: "url", MaxKeys: 1000})
			if err != nil {
				yield("", fmt.Errorf("list %s: %w", prefix, err))
				return
			}
			for _, o := range page.Contents {
				if marker, err = cossdk.DecodeURIComponent(o.Key); err != nil {
					yield("", fmt.Errorf("list %s: key %q: %w", prefix, o.Key, err))
					return
				}
				if !yield(strings.TrimPrefix(marker, prefix), nil) {
					return
				}
			}
			if !page.IsTruncated || len(page.Contents) == 0 {
				return
			}
		}
	}
}
