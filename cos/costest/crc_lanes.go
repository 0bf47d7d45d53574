package costest

import (
	"encoding/binary"
	"hash/crc64"
	"sync"
)

// Every byte of a checksum waits for the one before, so one processor computes several at once at little more than the price
// of one: long runs are cut into lanes whose checksums are then combined.
const (
	lanes   = 4
	laneLen = 8 << 10
)

// crcTables are what the lanes need: eight tables to take eight bytes at a time, and the effect of laneLen zero bytes.
type crcTables struct {
	slice [8]crc64.Table
	shift [8][256]uint64
}

var lanesOnce = sync.OnceValue(func() *crcTables {
	t := &crcTables{}
	t.slice[0] = *crcTable
	for i := range 256 {
		crc := t.slice[0][i]
		for j := 1; j < 8; j++ {
			crc = t.slice[0][byte(crc)] ^ crc>>8
			t.slice[j][i] = crc
		}
	}
	by := powX(laneLen * 8)
	for j := range 8 {
		for i := range 256 {
			t.shift[j][i] = mulMod(uint64(i)<<(8*j), by)
		}
	}
	return t
})

// crcUpdate is crc64.Update for the service's polynomial, faster for long runs.
func crcUpdate(crc uint64, p []byte) uint64 {
	if len(p) < 64 {
		return crc64.Update(crc, crcTable, p)
	}
	t := lanesOnce()
	for len(p) >= lanes*laneLen {
		crc = t.block(crc, p[:lanes*laneLen])
		p = p[lanes*laneLen:]
	}
	return t.tail(crc, p)
}

// tail takes what is less than a block.
func (t *crcTables) tail(crc uint64, p []byte) uint64 {
	w := ^crc
	s := &t.slice
	for ; len(p) >= 8; p = p[8:] {
		w ^= binary.LittleEndian.Uint64(p)
		w = s[7][byte(w)] ^ s[6][byte(w>>8)] ^ s[5][byte(w>>16)] ^ s[4][byte(w>>24)] ^
			s[3][byte(w>>32)] ^ s[2][byte(w>>40)] ^ s[1][byte(w>>48)] ^ s[0][byte(w>>56)]
	}
	for _, c := range p {
		w = s[0][byte(w)^c] ^ w>>8
	}
	return ^w
}

// block takes lanes*laneLen bytes. The register starts inverted, as the checksum is defined; the other lanes start from zero,
// which makes them plain remainders.
func (t *crcTables) block(crc uint64, p []byte) uint64 {
	a, b, c, d := p[:laneLen], p[laneLen:2*laneLen], p[2*laneLen:3*laneLen], p[3*laneLen:4*laneLen]
	w, x, y, z := ^crc, uint64(0), uint64(0), uint64(0)
	s := &t.slice
	for i := 0; i <= laneLen-8; i += 8 {
		w ^= binary.LittleEndian.Uint64(a[i:])
		x ^= binary.LittleEndian.Uint64(b[i:])
		y ^= binary.LittleEndian.Uint64(c[i:])
		z ^= binary.LittleEndian.Uint64(d[i:])
		w = s[7][byte(w)] ^ s[6][byte(w>>8)] ^ s[5][byte(w>>16)] ^ s[4][byte(w>>24)] ^
			s[3][byte(w>>32)] ^ s[2][byte(w>>40)] ^ s[1][byte(w>>48)] ^ s[0][byte(w>>56)]
		x = s[7][byte(x)] ^ s[6][byte(x>>8)] ^ s[5][byte(x>>16)] ^ s[4][byte(x>>24)] ^
			s[3][byte(x>>32)] ^ s[2][byte(x>>40)] ^ s[1][byte(x>>48)] ^ s[0][byte(x>>56)]
		y = s[7][byte(y)] ^ s[6][byte(y>>8)] ^ s[5][byte(y>>16)] ^ s[4][byte(y>>24)] ^
			s[3][byte(y>>32)] ^ s[2][byte(y>>40)] ^ s[1][byte(y>>48)] ^ s[0][byte(y>>56)]
		z = s[7][byte(z)] ^ s[6][byte(z>>8)] ^ s[5][byte(z>>16)] ^ s[4][byte(z>>24)] ^
			s[3][byte(z>>32)] ^ s[2][byte(z>>40)] ^ s[1][byte(z>>48)] ^ s[0][byte(z>>56)]
	}
	return ^(t.moved(t.moved(t.moved(w)^x)^y) ^ z)
}

// moved is the remainder v followed by laneLen zero bytes.
func (t *crcTables) moved(v uint64) uint64 {
	s := &t.shift
	return s[0][byte(v)] ^ s[1][byte(v>>8)] ^ s[2][byte(v>>16)] ^ s[3][byte(v>>24)] ^
		s[4][byte(v>>32)] ^ s[5][byte(v>>40)] ^ s[6][byte(v>>48)] ^ s[7][byte(v>>56)]
}
