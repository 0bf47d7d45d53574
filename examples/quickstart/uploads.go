package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
)

// expectation is an event that the function has to be seen handling.
type expectation struct {
	typ    event.Type
	bucket event.Bucket
	key    string
}

// check writes to the buckets in every way there is, waits until the function's log shows each event handled, and looks at
// the thumbnails.
func (t *tour) check(ctx context.Context) error {
	photos, versions, source := t.settings.bucket, t.versions, t.source
	since := time.Now()
	for _, upload := range []struct {
		typ    event.Type
		bucket event.Bucket
		key    string
		do     func(context.Context, event.Bucket, string) error
	}{
		{event.TypeObjectCreatedPut, photos, source + "put.jpg", t.simple},
		{event.TypeObjectCreatedPost, photos, source + "post.jpg", t.form},
		{event.TypeObjectCreatedCopy, photos, source + "copy of put.jpg", t.copyOf(source + "put.jpg")},
		{event.TypeObjectCreatedCompleteMultipartUpload, photos, source + "multipart.jpg", t.multipart},
		{event.TypeObjectCreatedPut, versions, source + "versioned.jpg", t.simple},
	} {
		if err := upload.do(ctx, upload.bucket, upload.key); err != nil {
			return fmt.Errorf("%s of %s/%s: %w", upload.typ, upload.bucket.ID(), upload.key, err)
		}
		t.expected = append(t.expected, expectation{upload.typ, upload.bucket, upload.key})
	}
	// The images are deleted once their thumbnails are there, to see those go.
	if _, err := t.handled(ctx, since); err != nil {
		return err
	}
	images := t.expected
	removed := event.TypeObjectRemoveDelete
	if t.marks {
		removed = event.TypeObjectRemoveDeleteMarkerCreated
	}
	deleted := map[expectation]bool{}
	for _, del := range []struct {
		typ   event.Type
		image expectation
	}{
		{removed, images[0]},
		{event.TypeObjectRemoveDeleteMarkerCreated, images[4]},
	} {
		if err := t.hasThumbnail(ctx, del.image.bucket, del.image.key); err != nil {
			return err
		}
		if _, err := t.bucket(del.image.bucket).Object.Delete(ctx, del.image.key); err != nil {
			return fmt.Errorf("delete %s/%s: %w", del.image.bucket.ID(), del.image.key, err)
		}
		deleted[del.image] = true
		t.expected = append(t.expected, expectation{del.typ, del.image.bucket, del.image.key})
	}
	rows, err := t.handled(ctx, since)
	if err != nil {
		return err
	}
	t.table(rows)
	var kept []expectation
	for _, image := range images {
		if deleted[image] {
			err = t.hasNoThumbnail(ctx, image.bucket, image.key)
		} else {
			kept = append(kept, image)
			err = t.hasThumbnail(ctx, image.bucket, image.key)
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(t.out, "   %d thumbnails are there, %d are gone with their images\n", len(kept), len(deleted))
	if t.pictures == "" {
		return nil
	}
	return t.draw(ctx, t.pictures, rows, kept)
}

func (t *tour) simple(ctx context.Context, b event.Bucket, key string) error {
	image, err := picture(800, 600, 2, false)
	if err != nil {
		return err
	}
	return t.put(ctx, b, key, image)
}

func (t *tour) form(ctx context.Context, b event.Bucket, key string) error {
	image, err := picture(600, 800, 3, false)
	if err != nil {
		return err
	}
	return postForm(ctx, t.world, b, key, image)
}

func (t *tour) copyOf(original string) func(context.Context, event.Bucket, string) error {
	return func(ctx context.Context, b event.Bucket, key string) error {
		_, _, err := t.bucket(b).Object.Copy(ctx, key, b.Host()+"/"+original, nil)
		return err
	}
}

// multipart uploads in parts of 1 MiB, the least that the service takes for all but the last.
func (t *tour) multipart(ctx context.Context, b event.Bucket, key string) error {
	image, err := picture(1600, 1200, 4, true)
	if err != nil {
		return err
	}
	objects := t.bucket(b).Object
	upload, _, err := objects.InitiateMultipartUpload(ctx, key, &cossdk.InitiateMultipartUploadOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{ContentType: "image/jpeg"},
	})
	if err != nil {
		return err
	}
	var parts cossdk.CompleteMultipartUploadOptions
	const size = 1 << 20
	for n := 1; len(image) > 0; n++ {
		part := image[:min(size, len(image))]
		image = image[len(part):]
		resp, err := objects.UploadPart(ctx, key, upload.UploadID, n, bytes.NewReader(part), nil)
		if err != nil {
			return fmt.Errorf("part %d: %w", n, err)
		}
		parts.Parts = append(parts.Parts, cossdk.Object{PartNumber: n, ETag: resp.Header.Get("ETag")})
	}
	_, _, err = objects.CompleteMultipartUpload(ctx, key, upload.UploadID, &parts)
	return err
}
