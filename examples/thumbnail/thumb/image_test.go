package thumb

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function"
)

const enough = 1 << 30

func TestFormats(t *testing.T) {
	var animation bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 300, 150), color.Palette{color.Transparent, color.Black})
	require.NoError(t, gif.EncodeAll(&animation, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}))
	for name, c := range map[string]struct {
		data []byte
		want string
		size image.Point
	}{
		"png":         {pngOf(t, 300, 150), "image/png", image.Pt(100, 50)},
		"jpeg":        {jpegOf(t, 150, 300), "image/jpeg", image.Pt(50, 100)},
		"gif":         {animation.Bytes(), "image/png", image.Pt(100, 50)},
		"small stays": {pngOf(t, 30, 20), "image/png", image.Pt(30, 20)},
		"a line":      {pngOf(t, 1000, 1), "image/png", image.Pt(100, 1)},
		"a column":    {pngOf(t, 1, 1000), "image/png", image.Pt(1, 100)},
	} {
		t.Run(name, func(t *testing.T) {
			out, contentType, err := Make(c.data, 100, enough)
			require.NoError(t, err)
			assert.Equal(t, c.want, contentType)
			config, format, err := image.DecodeConfig(bytes.NewReader(out))
			require.NoError(t, err)
			assert.Equal(t, c.want, "image/"+format)
			assert.Equal(t, c.size, image.Pt(config.Width, config.Height))
		})
	}
}

func TestAveraging(t *testing.T) {
	src := image.NewNRGBA(image.Rect(5, 7, 9, 11)) // not at the origin
	for i := range src.Pix {
		src.Pix[i] = 255
	}
	for y := 7; y < 11; y++ {
		src.Set(5, y, color.Black)
		src.Set(8, y, color.Transparent)
	}
	small := shrink(src, 2)
	assert.Equal(t, image.Rect(0, 0, 2, 2), small.Bounds())
	assert.Equal(t, color.RGBA{128, 128, 128, 255}, small.At(0, 1), "half black, half white")
	assert.Equal(t, color.RGBA{128, 128, 128, 128}, small.At(1, 0), "half transparent")
}

func TestMemoryIsJudgedBeforeDecoding(t *testing.T) {
	_, _, err := Make(pngHeader(60000, 60000), 160, 64<<20)
	assert.ErrorIs(t, err, ErrImage)
	assert.ErrorContains(t, err, "60000 x 60000")
	_, _, err = Make(pngOf(t, 100, 100), 160, 100*100*4-1)
	assert.ErrorIs(t, err, ErrImage)
	_, _, err = Make(pngOf(t, 100, 100), 160, 100*100*4)
	assert.NoError(t, err)

	config := image.Config{Width: 1000, Height: 10, ColorModel: color.YCbCrModel}
	baseline := jpegOf(t, 8, 8)
	assert.EqualValues(t, 30_000, decodedBytes(baseline, "jpeg", config))
	progressive := bytes.Replace(baseline, []byte{0xff, 0xc0}, []byte{0xff, 0xc2}, 1)
	assert.EqualValues(t, 150_000, decodedBytes(progressive, "jpeg", config))
	config.ColorModel = color.NRGBA64Model
	assert.EqualValues(t, 80_000, decodedBytes(nil, "png", config))
	assert.Greater(t, decodedBytes(nil, "png", image.Config{Width: 1 << 30, Height: 1 << 30}), int64(enough))
	assert.Greater(t, decodedBytes(nil, "png", image.Config{Width: 0, Height: 1}), int64(enough))
}

func TestLimitsFollowTheFunctionsMemory(t *testing.T) {
	assert.Equal(t, limits{file: 32 << 20, decoded: 64 << 20}, limitsOf(t.Context()))
	ctx := function.NewContext(context.Background(), &function.Context{MemoryLimitMB: 1024})
	assert.Equal(t, limits{file: 256 << 20, decoded: 512 << 20}, limitsOf(ctx))
}

// exif is an Exif block with one orientation tag.
func exif(order binary.AppendByteOrder, mark string, value uint16) []byte {
	b := []byte("Exif\x00\x00" + mark)
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = append(order.AppendUint16(order.AppendUint16(b, 0x010f), 2), make([]byte, 8)...) // the maker, empty
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x0112), 3), 1)
	return append(order.AppendUint16(b, value), 0, 0)
}

// withExif puts an Exif block into a file.
func withExif(data, block []byte) []byte {
	var part []byte
	at := 2
	if data[0] == 0xff {
		part = append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(block)+2)), block...)
	} else {
		at = 33 // behind IHDR
		chunk := append([]byte("eXIf"), block[6:]...)
		part = append(binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-4)), chunk...)
		part = binary.BigEndian.AppendUint32(part, crc32.ChecksumIEEE(chunk))
	}
	return append(append(append([]byte{}, data[:at]...), part...), data[at:]...)
}

func TestOrientation(t *testing.T) {
	// The picture as it is meant has red in the corner named; the file has it in the top left.
	src := image.NewRGBA(image.Rect(0, 0, 20, 10))
	for i := range src.Pix {
		src.Pix[i] = 255
	}
	src.Set(0, 0, color.RGBA{255, 0, 0, 255})
	src.Set(1, 0, color.RGBA{0, 0, 255, 255}) // beside it, along the file's row
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, src))
	for value, c := range map[uint16]struct{ size, red, blue image.Point }{
		1: {image.Pt(20, 10), image.Pt(0, 0), image.Pt(1, 0)},
		2: {image.Pt(20, 10), image.Pt(19, 0), image.Pt(18, 0)},
		3: {image.Pt(20, 10), image.Pt(19, 9), image.Pt(18, 9)},
		4: {image.Pt(20, 10), image.Pt(0, 9), image.Pt(1, 9)},
		5: {image.Pt(10, 20), image.Pt(0, 0), image.Pt(0, 1)},
		6: {image.Pt(10, 20), image.Pt(9, 0), image.Pt(9, 1)},
		7: {image.Pt(10, 20), image.Pt(9, 19), image.Pt(9, 18)},
		8: {image.Pt(10, 20), image.Pt(0, 19), image.Pt(0, 18)},
		9: {image.Pt(20, 10), image.Pt(0, 0), image.Pt(1, 0)},
	} {
		for mark, order := range map[string]binary.AppendByteOrder{"II": binary.LittleEndian, "MM": binary.BigEndian} {
			out, _, err := Make(withExif(file.Bytes(), exif(order, mark, value)), 20, enough)
			require.NoError(t, err)
			img, err := png.Decode(bytes.NewReader(out))
			require.NoError(t, err)
			assert.Equal(t, c.size, img.Bounds().Size(), "%d", value)
			assert.Equal(t, color.RGBA{255, 0, 0, 255}, color.RGBAModel.Convert(img.At(c.red.X, c.red.Y)), "%d", value)
			assert.Equal(t, color.RGBA{0, 0, 255, 255}, color.RGBAModel.Convert(img.At(c.blue.X, c.blue.Y)), "%d", value)
		}
	}
	out, _, err := Make(withExif(jpegOf(t, 20, 10), exif(binary.BigEndian, "MM", 6)), 20, enough)
	require.NoError(t, err)
	config, err := jpeg.DecodeConfig(bytes.NewReader(out))
	require.NoError(t, err)
	assert.Equal(t, image.Pt(10, 20), image.Pt(config.Width, config.Height))
}

func FuzzOrientation(f *testing.F) {
	block := exif(binary.LittleEndian, "II", 6)
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x40" + string(block)))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x20eXIf" + string(block)))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\x20\x00\x00\x00" + string(block)))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got := orientation(data)
		assert.True(t, got >= 1 && got <= 8, "%d", got)
		progressive(data)
	})
}

// pngHeader is the beginning of a PNG: all that tells its size.
func pngHeader(w, h int) []byte {
	data := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	data = binary.BigEndian.AppendUint32(data, uint32(w))
	data = binary.BigEndian.AppendUint32(data, uint32(h))
	data = append(data, 8, 0, 0, 0, 0)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(data[12:]))
}
