package costest

import (
	"hash/crc64"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzCRCCombine(f *testing.F) {
	f.Add([]byte("hello"), []byte("world"))
	f.Add([]byte{}, []byte{1})
	f.Add(make([]byte, 100), make([]byte, 70_000))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		got := crcCombine(crcOf(a), crcOf(b), int64(len(b)))
		if want := crc64.Checksum(append(slices.Clone(a), b...), crcTable); got != want {
			t.Errorf("crcCombine = %x, want %x", got, want)
		}
	})
}

func TestCRCLanes(t *testing.T) {
	data := make([]byte, 5*lanes*laneLen+100)
	rng := rand.NewChaCha8([32]byte{1})
	_, _ = rng.Read(data)
	for _, n := range []int{0, 1, 7, laneLen, lanes*laneLen - 1, lanes * laneLen, lanes*laneLen + 1, len(data)} {
		require.Equal(t, crc64.Checksum(data[:n], crcTable), crcUpdate(0, data[:n]), n)
		half := n / 3
		require.Equal(t, crc64.Checksum(data[:n], crcTable), crcUpdate(crcUpdate(0, data[:half]), data[half:n]), n)
	}
}

func BenchmarkCRC(b *testing.B) {
	data := make([]byte, 1<<20)
	b.Run("lanes", func(b *testing.B) {
		b.SetBytes(1 << 20)
		for b.Loop() {
			crcUpdate(0, data)
		}
	})
	b.Run("hash/crc64", func(b *testing.B) {
		b.SetBytes(1 << 20)
		for b.Loop() {
			crc64.Update(0, crcTable, data)
		}
	})
}
