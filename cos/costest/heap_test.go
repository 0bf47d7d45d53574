package costest_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// TestHeapPerObject holds the store to 400 bytes of live heap for each small object, above its content.
func TestHeapPerObject(t *testing.T) {
	const n, size, limit = 100_000, 1024, 400
	s := costest.NewServer(t, costest.WithoutListener())
	require.NoError(t, s.CreateBucket(photos))
	before := liveHeap()
	body := make([]byte, size)
	for i := range n {
		require.NoError(t, s.Put(photos, fmt.Sprintf("album/%d/picture-%07d.jpg", i%97, i), body, costest.ContentType("image/jpeg")))
	}
	each := (int64(liveHeap())-int64(before))/n - size
	t.Logf("%d bytes for each object", each)
	assert.LessOrEqual(t, each, int64(limit))
	list, err := s.Keys(photos, "album/96/")
	require.NoError(t, err)
	assert.NotEmpty(t, list)
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
