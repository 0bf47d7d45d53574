package thumb

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

func timer(message string) []byte {
	b, err := json.Marshal(map[string]string{"Type": "Timer", "TriggerName": "sweep", "Time": "2026-11-22T00:00:00Z", "Message": message})
	if err != nil {
		panic(err)
	}
	return b
}

func TestSweepRemovesOrphans(t *testing.T) {
	a := newAlbum(t)
	store := a.COSServer()
	for i := range 1200 { // more than a page, with and without image
		require.NoError(t, store.Put(photos, fmt.Sprintf("thumbs/%04d +中.png", i), []byte("old")))
		if i%100 != 7 {
			require.NoError(t, store.Put(photos, fmt.Sprintf("images/%04d +中.png", i), []byte("x")))
		}
	}
	require.NoError(t, a.Wait(t.Context()))
	for i := range 1200 { // what was no image lost its thumbnail: put it back, this is about orphans
		require.NoError(t, store.Put(photos, fmt.Sprintf("thumbs/%04d +中.png", i), []byte("old")))
	}
	require.NoError(t, store.Put(photos, "thumbs/", nil))

	_, err := a.handler.Invoke(t.Context(), timer(photos.Host()))
	require.NoError(t, err)
	keys, err := store.Keys(photos, "thumbs/")
	require.NoError(t, err)
	assert.Len(t, keys, 1+1200-12)
	assert.NotContains(t, keys, "thumbs/0107 +中.png")
	n, err := a.handler.Sweep(t.Context(), photos)
	require.NoError(t, err)
	assert.Zero(t, n, "nothing is left to do")
}

func TestSweepGoesOnAfterErrors(t *testing.T) {
	a := newAlbum(t)
	for _, key := range []string{"thumbs/a", "thumbs/b", "thumbs/c"} {
		require.NoError(t, a.COSServer().Put(photos, key, []byte("old")))
	}
	a.Faults().Fail("DeleteObject", 1, triggertest.Fault{Status: 403, Code: "AccessDenied"})
	n, err := a.handler.Sweep(t.Context(), photos)
	assert.ErrorContains(t, err, "thumbs/a")
	assert.Equal(t, 3, n)
	keys, err := a.COSServer().Keys(photos, "thumbs/")
	require.NoError(t, err)
	assert.Equal(t, []string{"thumbs/a"}, keys)
}

func TestSweepFailures(t *testing.T) {
	a := newAlbum(t)
	_, err := a.handler.Invoke(t.Context(), timer("somewhere"))
	assert.ErrorContains(t, err, "must be a bucket's host name")
	require.NoError(t, a.COSServer().Put(photos, "thumbs/a", []byte("old")))
	a.Faults().Fail("ListObjects", 1, triggertest.Fault{Status: 403, Code: "AccessDenied"})
	_, err = a.handler.Sweep(t.Context(), photos)
	assert.ErrorContains(t, err, "AccessDenied")
}
