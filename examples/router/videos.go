package main

import (
	"context"
	"fmt"
	"net/http"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
)

// largeVideo takes what was uploaded in parts, as tools do with large files: its type is more specific than video's.
func (h *handler) largeVideo(ctx context.Context, e *event.ObjectCreatedCompleteMultipartUpload) error {
	return h.tag(ctx, e, "parts")
}

// video takes all others, whichever way they came.
func (h *handler) video(ctx context.Context, e event.Event) error { return h.tag(ctx, e, "whole") }

// tag writes how a video came onto the object. Tags are no change of the object: there is no event of it.
func (h *handler) tag(ctx context.Context, e event.Event, upload string) error {
	b := e.Common()
	var version []string
	if b.Object.VersionID != "" {
		version = append(version, b.Object.VersionID)
	}
	resp, err := h.objects.Client(b.Bucket).Object.PutTagging(ctx, b.Object.Key, &cossdk.ObjectPutTaggingOptions{
		TagSet: []cossdk.ObjectTaggingTag{{Key: "upload", Value: upload}},
	}, version...)
	if resp != nil && resp.StatusCode == http.StatusNotFound {
		return nil // deleted since
	}
	if err != nil {
		return fmt.Errorf("tag %s: %w", b.Object.Key, err)
	}
	return nil
}

func (h *handler) restoreAsked(ctx context.Context, e *event.ObjectRestorePost) error {
	h.logger.InfoContext(ctx, "restore asked for", "key", e.Object.Key, "class", e.Object.StorageClass)
	return nil
}

func (h *handler) restoreDone(ctx context.Context, e *event.ObjectRestoreCompleted) error {
	h.logger.InfoContext(ctx, "restored", "key", e.Object.Key, "class", e.Object.StorageClass)
	return nil
}
