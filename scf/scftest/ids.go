package scftest

import (
	"crypto/rand"
	"encoding/hex"
	mrand "math/rand/v2"
)

// shortID returns n random characters of a-z and 0-9.
func shortID(n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[mrand.IntN(len(alphabet))]
	}
	return string(b)
}

// secret returns 2n random hexadecimal digits that cannot be guessed.
func secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the runtime ends the process instead
	return hex.EncodeToString(b)
}
