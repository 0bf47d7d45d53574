package thumb

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var photos = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}

func picture(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 128, 255})
		}
	}
	return img
}

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, picture(w, h)))
	return b.Bytes()
}

func jpegOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, picture(w, h), nil))
	return b.Bytes()
}

// album is a cloud in which the handler keeps the thumbnails of one bucket.
type album struct {
	*triggertest.Cloud
	client  *cossdk.Client
	handler *Handler
}

func newAlbum(t *testing.T, opts ...costest.BucketOption) album {
	t.Helper()
	cloud := triggertest.New(t)
	cloud.CreateBucket(photos, opts...)
	s, err := SettingsFrom(func(string) string { return "" })
	require.NoError(t, err)
	h := New(cloud.Objects(), s)
	cloud.Handle("thumbnail", h)
	for _, typ := range []event.Type{event.AnyObjectCreated, event.AnyObjectRemove} {
		require.NoError(t, cloud.Triggers(photos.Region).Bind(t.Context(), trigger.Trigger{
			Function: "thumbnail", Bucket: photos, Event: typ, Prefix: s.Source,
		}))
	}
	return album{cloud, cloud.COS(photos), h}
}

func (a album) put(t *testing.T, key string, content []byte) {
	t.Helper()
	_, err := a.client.Object.Put(t.Context(), key, bytes.NewReader(content), nil)
	require.NoError(t, err)
}

// settle waits for every event and requires that each was handled at the first attempt.
func (a album) settle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, a.Wait(ctx))
	for _, d := range a.Deliveries() {
		if strings.HasPrefix(d.Key, "images/") {
			assert.Equal(t, triggertest.Delivered, d.State, "%s", d)
			assert.Len(t, d.Attempts, 1)
		}
	}
}

func (a album) has(t *testing.T, key string) bool {
	t.Helper()
	ok, err := a.client.Object.IsExist(t.Context(), key)
	require.NoError(t, err)
	return ok
}
