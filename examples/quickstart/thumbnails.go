package main

import (
	"context"
	"fmt"
	"image"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

func (t *tour) thumbnail(key string) string { return t.target + strings.TrimPrefix(key, t.source) }

// hasThumbnail returns an error unless a proper thumbnail of the image is there.
func (t *tour) hasThumbnail(ctx context.Context, b event.Bucket, key string) error {
	resp, err := t.bucket(b).Object.Get(ctx, t.thumbnail(key), nil)
	if err != nil {
		return fmt.Errorf("the thumbnail of %s/%s is missing: %w", b.ID(), key, err)
	}
	defer resp.Body.Close()
	config, format, err := image.DecodeConfig(resp.Body)
	if err != nil {
		return fmt.Errorf("the thumbnail of %s/%s is no image: %w", b.ID(), key, err)
	}
	if longer := max(config.Width, config.Height); format != "jpeg" || longer != edge {
		return fmt.Errorf("the thumbnail of %s/%s is a %s of %d x %d: want a jpeg with a longer side of %d",
			b.ID(), key, format, config.Width, config.Height, edge)
	}
	return nil
}

// hasNoThumbnail returns an error if the image still has a thumbnail.
func (t *tour) hasNoThumbnail(ctx context.Context, b event.Bucket, key string) error {
	there, err := t.bucket(b).Object.IsExist(ctx, t.thumbnail(key))
	if err != nil {
		return fmt.Errorf("ask for the thumbnail of %s/%s: %w", b.ID(), key, err)
	}
	if there {
		return fmt.Errorf("the thumbnail of %s/%s is still there, and the image is deleted", b.ID(), key)
	}
	return nil
}
