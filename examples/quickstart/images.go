package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// picture draws a JPEG of w by h pixels, different for each seed. With noise it does not compress, so that its size in bytes can be
// chosen by its size in pixels.
func picture(w, h int, seed uint32, noise bool) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	state := seed*2654435761 + 1
	cx, cy := float64(w)*(0.3+0.1*float64(seed%5)), float64(h)/2
	for y := range h {
		for x := range w {
			d := math.Hypot(float64(x)-cx, float64(y)-cy) / float64(max(w, h))
			c := color.RGBA{R: uint8(255 * (1 - min(d*1.6, 1))), G: uint8(x * 255 / w), B: uint8(y * 255 / h), A: 255}
			if noise {
				state = state*1664525 + 1013904223
				c.R ^= uint8(state >> 24)
				c.G ^= uint8(state >> 16)
			}
			img.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 92}); err != nil {
		return nil, fmt.Errorf("draw a picture: %w", err)
	}
	return out.Bytes(), nil
}
