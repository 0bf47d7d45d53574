package main

import (
	"context"
	"net/http"
	"strings"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// maxCopy is the largest object that one PUT Object - Copy takes; larger ones are copied in parts.
const maxCopy = 5 << 30

// copy copies the restored content inside COS: none of it comes through the function. A repeat makes the same copy again.
func (h *handler) copy(ctx context.Context, e event.Event, s status) error {
	b := e.Common()
	if strings.Contains(b.Object.Key, "?") && s.VersionID == "" {
		return h.stream(ctx, e, s) // the official client takes what follows for the version
	}
	opt := &cossdk.ObjectCopyOptions{ObjectCopyHeaderOptions: &cossdk.ObjectCopyHeaderOptions{
		XCosStorageClass: h.class, XCosCopySourceIfMatch: s.ETag,
	}}
	var version []string
	if s.VersionID != "" {
		version = append(version, s.VersionID)
	}
	objects := h.objects.Client(b.Bucket).Object
	from, to := b.Bucket.Host()+"/"+b.Object.Key, h.target+b.Object.Key
	var resp *cossdk.Response
	var err error
	if s.Size > maxCopy {
		_, resp, err = objects.MultiCopy(ctx, to, from, &cossdk.MultiCopyOptions{OptCopy: opt, PartSize: 512, ThreadPoolSize: 8}, version...)
	} else {
		_, resp, err = objects.Copy(ctx, to, from, opt, version...)
	}
	switch {
	case err != nil && resp != nil && resp.StatusCode == http.StatusNotFound && !strings.Contains(err.Error(), "NoSuchBucket"):
		return cos.ErrNotFound
	case err != nil && resp != nil && resp.StatusCode == http.StatusPreconditionFailed:
		return cos.ErrChanged
	}
	return err
}

// stream copies through the function, without keeping more than a buffer.
func (h *handler) stream(ctx context.Context, e event.Event, s status) error {
	r, err := h.objects.Open(ctx, e)
	if err != nil {
		return err
	}
	defer r.Close()
	if r.Info().ETag != s.ETag {
		return cos.ErrChanged
	}
	return h.objects.Put(ctx, e.Common().Bucket, h.target+e.Common().Object.Key, r,
		cos.Size(s.Size), cos.StorageClass(h.class), cos.ContentType(r.Info().ContentType), cos.Metadata(r.Info().Metadata))
}
