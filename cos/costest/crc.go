package costest

import "hash/crc64"

// The service's checksum: CRC-64 with the ECMA-182 polynomial, reflected, as hash/crc64 has it.
var crcTable = crc64.MakeTable(crc64.ECMA)

// crcCombine returns the checksum of a followed by b, from the checksums of both and b's length, so that the checksum of a
// multipart object needs no second reading. Appending n bytes multiplies a's remainder by x^(8n) modulo the polynomial.
func crcCombine(a, b uint64, lenB int64) uint64 {
	if lenB <= 0 {
		return a
	}
	return mulMod(a, powX(uint64(lenB)*8)) ^ b
}

// crcOne is the polynomial 1 in the reflected representation: the highest bit is the coefficient of x^0.
const crcOne = uint64(1) << 63

// mulMod multiplies two reflected polynomials modulo the checksum's.
func mulMod(a, b uint64) uint64 {
	var p uint64
	for bit := crcOne; bit != 0; bit >>= 1 {
		if a&bit != 0 {
			p ^= b
		}
		if b&1 != 0 {
			b = b>>1 ^ crc64.ECMA
		} else {
			b >>= 1
		}
	}
	return p
}

// powX returns x^n modulo the polynomial.
func powX(n uint64) uint64 {
	p, sq := crcOne, crcOne>>1
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			p = mulMod(p, sq)
		}
		sq = mulMod(sq, sq)
	}
	return p
}
