package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/examples/thumbnail/thumb"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// bits writes the bit stream of lossless WebP: least significant bit first.
type bits struct {
	buf []byte
	n   int
}

func (b *bits) put(v uint32, n int) {
	for i := range n {
		if b.n%8 == 0 {
			b.buf = append(b.buf, 0)
		}
		b.buf[b.n/8] |= byte(v>>i&1) << (b.n % 8)
		b.n++
	}
}

func chunk(name string, content []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content)))
	out = append(out, content...)
	return append(out, make([]byte, len(content)%2)...)
}

// webpOf is a lossless WebP image, opaque, magenta where dark says so and white elsewhere, in the extended form with an Exif block.
func webpOf(w, h int, orientation byte, dark func(x, y int) bool) []byte {
	var b bits
	b.put(0x2f, 8)
	b.put(uint32(w-1), 14)
	b.put(uint32(h-1), 14)
	b.put(0, 4)     // no alpha, version 0
	b.put(0, 3)     // no transform, no colour cache, one group of codes
	b.put(0b111, 3) // green: a simple code of two symbols, the first of eight bits
	b.put(0, 8)
	b.put(255, 8)
	for range 3 { // red, blue, alpha: always 255
		b.put(0b101, 3)
		b.put(255, 8)
	}
	b.put(0b0001, 4) // distance: never used
	for y := range h {
		for x := range w {
			if dark(x, y) {
				b.put(0, 1)
			} else {
				b.put(1, 1)
			}
		}
	}
	size := func(v int) []byte { return []byte{byte(v - 1), byte((v - 1) >> 8), byte((v - 1) >> 16)} }
	head := append(append([]byte{0x08, 0, 0, 0}, size(w)...), size(h)...)
	exif := []byte("II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00" + string(orientation) + "\x00\x00\x00")
	body := append([]byte("WEBP"), chunk("VP8X", head)...)
	body = append(body, chunk("VP8L", b.buf)...)
	body = append(body, chunk("EXIF", exif)...)
	return chunk("RIFF", body)
}

func TestWebPImagesGetThumbnails(t *testing.T) {
	photos := event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	cloud := triggertest.New(t)
	cloud.CreateBucket(photos)
	s, err := thumb.SettingsFrom(os.Getenv)
	require.NoError(t, err)
	cloud.Handle("thumbnail", thumb.New(cloud.Objects(), s))
	require.NoError(t, cloud.Triggers(photos.Region).Bind(t.Context(), trigger.Trigger{
		Function: "thumbnail", Bucket: photos, Event: event.AnyObjectCreated, Prefix: "images/", Suffix: ".webp",
	}))

	// The file's upper half is dark; turned upright by its Exif block, the right half is.
	data := webpOf(640, 320, 6, func(_, y int) bool { return y < 160 })
	_, err = cloud.COS(photos).Object.Put(t.Context(), "images/a.webp", bytes.NewReader(data), nil)
	require.NoError(t, err)
	_, err = cloud.COS(photos).Object.Put(t.Context(), "images/half.webp", bytes.NewReader(data[:len(data)/2]), nil)
	require.NoError(t, err)
	require.NoError(t, cloud.Wait(t.Context()))

	for _, d := range cloud.Deliveries() {
		if d.Function != "" {
			assert.Equal(t, triggertest.Delivered, d.State, "%s", d)
		}
	}
	keys, err := cloud.COSServer().Keys(photos, "thumbs/")
	require.NoError(t, err)
	require.Equal(t, []string{"thumbs/a.webp"}, keys)
	small, err := cloud.COSServer().Get(photos, "thumbs/a.webp")
	require.NoError(t, err)
	assert.Equal(t, "image/jpeg", small.ContentType)
	img, err := jpeg.Decode(bytes.NewReader(small.Body))
	require.NoError(t, err)
	assert.Equal(t, image.Pt(80, 160), img.Bounds().Size())
	green := func(x, y int) int { return int(color.RGBAModel.Convert(img.At(x, y)).(color.RGBA).G) }
	assert.Greater(t, green(10, 80), 230)
	assert.Less(t, green(70, 80), 25)
}
