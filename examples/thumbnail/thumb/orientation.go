package thumb

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// orientation returns how the image is to be turned, 1 to 8, as the Exif tag of that name tells in a JPEG, PNG or WebP file; 1,
// upright, if nothing tells.
func orientation(data []byte) int {
	exif := exifOf(data)
	exif = bytes.TrimPrefix(exif, []byte("Exif\x00\x00"))
	if len(exif) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if exif[0] == 'M' {
		order = binary.BigEndian
	}
	if order.Uint16(exif[2:]) != 42 {
		return 1
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 1
	}
	entries := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(entries) < 12 {
			return 1
		}
		const tagOrientation, typeShort = 0x0112, 3
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == typeShort {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// exifOf finds the Exif data of a file.
func exifOf(data []byte) (exif []byte) {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		for rest := data[8:]; len(rest) >= 12; { // length, name, content, checksum
			size := uint64(binary.BigEndian.Uint32(rest))
			if size > uint64(len(rest)-12) {
				return nil
			}
			if string(rest[4:8]) == "eXIf" {
				return rest[8 : 8+size]
			}
			rest = rest[12+size:]
		}
	case bytes.HasPrefix(data, []byte("RIFF")) && len(data) >= 12 && string(data[8:12]) == "WEBP":
		for rest := data[12:]; len(rest) >= 8; { // name, length, content, padding
			size := uint64(binary.LittleEndian.Uint32(rest[4:]))
			if size > uint64(len(rest)-8) {
				return nil
			}
			if string(rest[:4]) == "EXIF" {
				return rest[8 : 8+size]
			}
			rest = rest[min(8+size+size%2, uint64(len(rest))):]
		}
	default:
		jpegSegments(data, func(marker byte, content []byte) bool {
			if marker == 0xe1 && bytes.HasPrefix(content, []byte("Exif\x00\x00")) {
				exif = content
			}
			return exif == nil
		})
	}
	return exif
}

// upright turns and mirrors an image by its orientation.
func upright(src image.Image, orientation int) image.Image {
	if orientation <= 1 || orientation > 8 {
		return src
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sx, sy := x, y
			if orientation >= 5 { // rows of the file are columns of the picture
				sx, sy = y, x
			}
			switch orientation {
			case 2, 3, 7, 8:
				sx = w - 1 - sx
			}
			switch orientation {
			case 3, 4, 6, 7:
				sy = h - 1 - sy
			}
			out.SetRGBA(x, y, color.RGBAModel.Convert(src.At(b.Min.X+sx, b.Min.Y+sy)).(color.RGBA))
		}
	}
	return out
}
