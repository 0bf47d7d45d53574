package thumb

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif" // read; the thumbnail shows the first picture
	"image/jpeg"
	"image/png"
)

// ErrImage says that the content gives no thumbnail, however often one tries: it is no image, a damaged one, or one over a limit.
var ErrImage = errors.New("not an image to make a thumbnail of")

// Make scales an image so that its longer side has at most edge pixels, turns it upright and returns it with its content type.
// A JPEG stays one, everything else becomes a PNG, save that an opaque image of another format than PNG or GIF becomes a JPEG. An
// image smaller than edge keeps its size. Before anything is decoded, the memory that would take is held against maxDecoded, in
// bytes.
func Make(data []byte, edge int, maxDecoded int64) ([]byte, string, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrImage, err)
	}
	if need := decodedBytes(data, format, config); need > maxDecoded {
		return nil, "", fmt.Errorf("%w: %d x %d pixels would take %d bytes, over the limit of %d", ErrImage, config.Width, config.Height, need, maxDecoded)
	}
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "", fmt.Errorf("%w: damaged %s: %w", ErrImage, format, err)
	}
	small := upright(shrink(src, edge), orientation(data))
	return encode(small, format)
}

func encode(img image.Image, format string) ([]byte, string, error) {
	var out bytes.Buffer
	o, ok := img.(interface{ Opaque() bool })
	if format == "jpeg" || format != "png" && format != "gif" && ok && o.Opaque() {
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}); err != nil {
			return nil, "", fmt.Errorf("encode jpeg: %w", err)
		}
		return out.Bytes(), "image/jpeg", nil
	}
	if err := png.Encode(&out, img); err != nil {
		return nil, "", fmt.Errorf("encode png: %w", err)
	}
	return out.Bytes(), "image/png", nil
}

// shrink scales by averaging: each pixel of the result is the mean of the rectangle of pixels it stands for. The source is
// converted a band of rows at a time, which is fast for every kind of image and takes little memory.
func shrink(src image.Image, edge int) image.Image {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if w <= edge && h <= edge {
		return src
	}
	tw, th := edge, max(1, int(int64(h)*int64(edge)/int64(w)))
	if h > w {
		tw, th = max(1, int(int64(w)*int64(edge)/int64(h))), edge
	}
	out := image.NewRGBA(image.Rect(0, 0, tw, th))
	band := image.NewRGBA(image.Rect(0, 0, w, (h+th-1)/th))
	for y := range th {
		y0, y1 := y*h/th, (y+1)*h/th
		draw.Draw(band, image.Rect(0, 0, w, y1-y0), src, image.Pt(b.Min.X, b.Min.Y+y0), draw.Src)
		for x := range tw {
			mean(out.Pix[out.PixOffset(x, y):], band, image.Rect(x*w/tw, 0, (x+1)*w/tw, y1-y0))
		}
	}
	return out
}

// mean writes the average of a rectangle of pixels that is not empty. Colours are weighted by their alpha, as RGBA has them.
func mean(pixel []byte, src *image.RGBA, area image.Rectangle) {
	var sum [4]uint64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := src.Pix[src.PixOffset(area.Min.X, y):src.PixOffset(area.Max.X, y)]
		for i, v := range row {
			sum[i&3] += uint64(v)
		}
	}
	n := uint64(area.Dx() * area.Dy())
	for i := range sum {
		pixel[i] = uint8((sum[i] + n/2) / n)
	}
}
