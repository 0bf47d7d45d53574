package thumb

import (
	"bytes"
	"context"
	"image"
	"image/color"

	"github.com/cosevent/cosevent-go/scf/function"
)

// limits bound the memory that one image may take.
type limits struct{ file, decoded int64 } // in bytes

// limitsOf gives half of the function's memory to the decoded image and a quarter to the file; the rest is for the program.
func limitsOf(ctx context.Context) limits {
	mb := int64(128) // the service's default
	if c, ok := function.FromContext(ctx); ok && c.MemoryLimitMB > 0 {
		mb = int64(c.MemoryLimitMB)
	}
	return limits{file: mb << 20 / 4, decoded: mb << 20 / 2}
}

// decodedBytes is about what decoding takes at most, judged by the head of the file alone.
func decodedBytes(data []byte, format string, c image.Config) int64 {
	perPixel := int64(4)
	switch c.ColorModel {
	case color.GrayModel:
		perPixel = 1
	case color.Gray16Model:
		perPixel = 2
	case color.YCbCrModel:
		perPixel = 3
	case color.RGBA64Model, color.NRGBA64Model:
		perPixel = 8
	}
	switch {
	case format == "jpeg" && progressive(data):
		perPixel += 4 * min(perPixel, 4) // all coefficients, four bytes each, wait for the last scan
	case format == "png" && len(data) > 28 && data[28] != 0, format == "webp":
		perPixel *= 2 // interlaced passes, or transforms, are images of their own
	}
	const tooMany = 1 << 62
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width) > tooMany/perPixel/int64(c.Height) {
		return tooMany
	}
	return int64(c.Width) * int64(c.Height) * perPixel
}

// progressive reports whether a JPEG file has a frame header of the progressive kind.
func progressive(data []byte) bool {
	found := false
	jpegSegments(data, func(marker byte, _ []byte) bool {
		found = marker == 0xc2
		return !found
	})
	return found
}

// jpegSegments calls f with each segment before the image data, until it returns false.
func jpegSegments(data []byte, f func(marker byte, content []byte) bool) {
	if !bytes.HasPrefix(data, []byte{0xff, 0xd8}) {
		return
	}
	for rest := data[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker := rest[1]
		if marker == 0xff { // padding
			rest = rest[1:]
			continue
		}
		size := int(rest[2])<<8 | int(rest[3])
		if marker == 0xda || size < 2 || 2+size > len(rest) || !f(marker, rest[4:2+size]) {
			return
		}
		rest = rest[2+size:]
	}
}
