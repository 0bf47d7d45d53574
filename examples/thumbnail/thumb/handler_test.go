package thumb

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"math/rand/v2"
	"sync"
	"testing"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

func TestThumbnailsFollowTheirImages(t *testing.T) {
	for name, opts := range map[string][]costest.BucketOption{"plain": nil, "versioned": {costest.Versioned()}} {
		t.Run(name, func(t *testing.T) {
			a := newAlbum(t, opts...)
			a.put(t, "images/wide.png", pngOf(t, 400, 100))
			a.put(t, "images/deep/中文 +.jpg", jpegOf(t, 100, 320))
			a.settle(t)

			for key, want := range map[string]struct {
				format string
				size   image.Point
			}{
				"thumbs/wide.png":      {"png", image.Pt(160, 40)},
				"thumbs/deep/中文 +.jpg": {"jpeg", image.Pt(50, 160)},
			} {
				resp, err := a.client.Object.Get(t.Context(), key, nil)
				require.NoError(t, err, key)
				config, format, err := image.DecodeConfig(resp.Body)
				require.NoError(t, resp.Body.Close())
				require.NoError(t, err)
				assert.Equal(t, want.format, format)
				assert.Equal(t, want.size, image.Pt(config.Width, config.Height))
				assert.Equal(t, "image/"+format, resp.Header.Get("Content-Type"))
			}

			_, err := a.client.Object.Delete(t.Context(), "images/wide.png")
			require.NoError(t, err)
			a.settle(t)
			assert.False(t, a.has(t, "thumbs/wide.png"))
			assert.True(t, a.has(t, "thumbs/deep/中文 +.jpg"))
		})
	}
}

func TestDeletingAnOldVersionKeepsTheThumbnail(t *testing.T) {
	a := newAlbum(t, costest.Versioned())
	resp, err := a.client.Object.Put(t.Context(), "images/a.png", bytes.NewReader(pngOf(t, 300, 300)), nil)
	require.NoError(t, err)
	old := resp.Header.Get("x-cos-version-id")
	require.NotEmpty(t, old)
	a.put(t, "images/a.png", pngOf(t, 200, 100))
	_, err = a.client.Object.Delete(t.Context(), "images/a.png", &cossdk.ObjectDeleteOptions{VersionId: old})
	require.NoError(t, err)
	a.settle(t)
	assert.True(t, a.has(t, "thumbs/a.png"))
}

func TestWhatIsNoImageIsLeft(t *testing.T) {
	a := newAlbum(t)
	bomb := pngOf(t, 2, 2)
	copy(bomb[16:24], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}) // 65535 x 65535, with the header's old checksum
	a.put(t, "images/replaced.png", pngOf(t, 64, 64))
	a.settle(t)
	require.True(t, a.has(t, "thumbs/replaced.png"))
	for key, content := range map[string][]byte{
		"images/note.png":     []byte("not an image"),
		"images/replaced.png": []byte("an image no more"),
		"images/huge.png":     pngHeader(60000, 60000),
		"images/long.png":     make([]byte, 128<<20/4+1),
		"images/empty.png":    nil,
		"images/half.jpg":     jpegOf(t, 64, 64)[:200],
		"images/bomb.png":     bomb,
		"images/a folder/":    nil,
		"images/broken.png":   pngOf(t, 64, 64)[:60],
	} {
		a.put(t, key, content)
	}
	a.settle(t)
	list, _, err := a.client.Bucket.Get(t.Context(), &cossdk.BucketGetOptions{Prefix: "thumbs/"})
	require.NoError(t, err)
	assert.Empty(t, list.Contents)
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want Settings
		err  string
	}{
		"defaults":           {nil, Settings{"images/", "thumbs/", 160}, ""},
		"own":                {map[string]string{"THUMBNAIL_SOURCE": "in/", "THUMBNAIL_TARGET": "out/", "THUMBNAIL_EDGE": "64"}, Settings{"in/", "out/", 64}, ""},
		"edge is no number":  {map[string]string{"THUMBNAIL_EDGE": "large"}, Settings{}, `THUMBNAIL_EDGE is "large"`},
		"edge out of bounds": {map[string]string{"THUMBNAIL_EDGE": "0"}, Settings{}, "1 to 4096"},
		"a loop":             {map[string]string{"THUMBNAIL_TARGET": "images/small/"}, Settings{}, "lies inside"},
		"a loop backwards":   {map[string]string{"THUMBNAIL_SOURCE": "thumbs/in/"}, Settings{}, "lies inside"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := SettingsFrom(func(k string) string { return c.env[k] })
			if c.err != "" {
				assert.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestFailuresOfTheServiceAreTriedAgain(t *testing.T) {
	for _, op := range []string{"GetObject", "HeadObject", "PutObject"} {
		t.Run(op, func(t *testing.T) {
			a := newAlbum(t)
			require.NoError(t, a.COSServer().Put(photos, "images/a.png", pngOf(t, 64, 64)))
			a.Faults().Fail(op, 6, triggertest.Fault{Status: 403, Code: "AccessDenied"})
			_, err := a.handler.Invoke(t.Context(), eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("images/a.png")))
			assert.ErrorContains(t, err, "images/a.png")
			a.Faults().Reset()
			_, err = a.handler.Invoke(t.Context(), eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("images/a.png")))
			assert.NoError(t, err)
			assert.True(t, a.has(t, "thumbs/a.png"))
		})
	}
}

func TestEveryRecordIsHandled(t *testing.T) {
	a := newAlbum(t)
	for _, key := range []string{"images/a.png", "images/b.png"} {
		a.put(t, key, pngOf(t, 64, 64))
	}
	a.settle(t)
	for _, key := range []string{"thumbs/a.png", "thumbs/b.png"} {
		require.NoError(t, a.COSServer().Delete(photos, key))
	}
	elsewhere := event.Bucket{Name: "elsewhere", AppID: "1250000000", Region: "ap-guangzhou"}
	payload := eventtest.Payload(
		eventtest.Put(eventtest.Key("images/a.png")),
		eventtest.Put(eventtest.Key("images/c.png"), eventtest.Bucket(elsewhere)),
		eventtest.CompleteMultipartUpload(eventtest.Key("images/b.png")),
	)
	_, err := a.handler.Invoke(t.Context(), payload)
	assert.ErrorContains(t, err, "elsewhere")
	assert.True(t, a.has(t, "thumbs/a.png"))
	assert.True(t, a.has(t, "thumbs/b.png"))
}

func TestTheEndOfTheContextEndsTheWork(t *testing.T) {
	a := newAlbum(t)
	a.put(t, "images/a.png", pngOf(t, 64, 64))
	a.settle(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := a.handler.Invoke(ctx, eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("images/a.png")))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestThumbnailsAgreeWithTheBucketInTheEnd(t *testing.T) {
	a := newAlbum(t)
	r := rand.New(rand.NewPCG(1, 2))
	var writers sync.WaitGroup
	for n := range 3 {
		writers.Go(func() {
			for i := range 12 {
				key := fmt.Sprintf("images/%d.png", (n+i)%3)
				if i%4 == 3 {
					assert.NoError(t, a.COSServer().Delete(photos, key))
				} else {
					assert.NoError(t, a.COSServer().Put(photos, key, pngOf(t, 40+n, 40+i)))
				}
			}
		})
	}
	writers.Wait()
	require.NoError(t, a.Wait(t.Context()))

	// Whatever comes late, twice and in disorder changes nothing more.
	var late [][]byte
	for _, d := range a.Deliveries() {
		if d.Payload != nil {
			late = append(late, d.Payload, d.Payload)
		}
	}
	r.Shuffle(len(late), func(i, j int) { late[i], late[j] = late[j], late[i] })
	for _, payload := range late {
		_, err := a.handler.Invoke(t.Context(), payload)
		require.NoError(t, err)
	}
	for n := range 3 {
		image, err := a.COSServer().Get(photos, fmt.Sprintf("images/%d.png", n))
		key := fmt.Sprintf("thumbs/%d.png", n)
		if err != nil {
			assert.False(t, a.has(t, key))
			continue
		}
		thumb, err := a.COSServer().Get(photos, key)
		require.NoError(t, err)
		assert.Equal(t, sizeOf(t, image.Body), sizeOf(t, thumb.Body))
	}
}

func sizeOf(t *testing.T, data []byte) image.Point {
	t.Helper()
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	require.NoError(t, err)
	return image.Pt(c.Width, c.Height)
}
