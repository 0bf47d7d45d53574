package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// draw writes two pictures to a directory: the thumbnails the function made, and when it handled which event.
func (t *tour) draw(ctx context.Context, dir string, rows []row, images []expectation) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	sheet, err := t.sheet(ctx, images)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "thumbnails.png"), sheet, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "trace.svg"), trace(rows), 0o644)
}

// sheet lays the thumbnails of images side by side.
func (t *tour) sheet(ctx context.Context, images []expectation) ([]byte, error) {
	const gap = 12
	out := image.NewRGBA(image.Rect(0, 0, gap+len(images)*(edge+gap), edge+2*gap))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	for i, e := range images {
		resp, err := t.bucket(e.bucket).Object.Get(ctx, t.thumbnail(e.key), nil)
		if err != nil {
			return nil, fmt.Errorf("draw the thumbnail of %s: %w", e.key, err)
		}
		thumb, _, err := image.Decode(resp.Body)
		_ = resp.Body.Close() // read to the end
		if err != nil {
			return nil, fmt.Errorf("draw the thumbnail of %s: %w", e.key, err)
		}
		size := thumb.Bounds().Size()
		corner := image.Pt(gap+i*(edge+gap)+(edge-size.X)/2, gap+(edge-size.Y)/2)
		draw.Draw(out, image.Rectangle{Min: corner, Max: corner.Add(size)}, thumb, thumb.Bounds().Min, draw.Src)
	}
	var b bytes.Buffer
	err := png.Encode(&b, out)
	return b.Bytes(), err
}

// trace draws a line for each event, with a bar from when its execution began until it ended.
func trace(rows []row) []byte {
	const left, width, line = 430, 400, 24
	var first, last time.Time
	for _, r := range rows {
		if first.IsZero() || r.started.Before(first) {
			first = r.started
		}
		if end := r.started.Add(r.duration); end.After(last) {
			last = end
		}
	}
	scale := width / max(float64(last.Sub(first)), 1)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="monospace" font-size="12">`+"\n", left+width+80, line*(len(rows)+1))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	for i, r := range rows {
		y := line*i + line/2
		fill := "#2a7ae2"
		if strings.HasPrefix(string(r.typ), "cos:ObjectRemove") {
			fill = "#c0392b"
		}
		var label bytes.Buffer
		_ = xml.EscapeText(&label, fmt.Appendf(nil, "%s %s", strings.TrimPrefix(string(r.typ), "cos:"), strings.TrimPrefix(r.key, "images/"))) // to memory
		x, w := left+scale*float64(r.started.Sub(first)), max(scale*float64(r.duration), 2)
		fmt.Fprintf(&b, `<text x="8" y="%d">%s</text><rect x="%.1f" y="%d" width="%.1f" height="14" fill="%s"/><text x="%.1f" y="%d" fill="#555">%v</text>`+"\n",
			y+12, label.Bytes(), x, y, w, fill, x+w+4, y+12, r.duration.Round(time.Millisecond))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}
