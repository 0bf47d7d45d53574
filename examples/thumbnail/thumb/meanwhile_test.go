package thumb

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// Each case has one event, and a change of the image at the worst moment, whose own event is handled already.
func TestWhatChangesMeanwhileIsSeen(t *testing.T) {
	const image, thumbnail = "images/a.png", "thumbs/a.png"
	for name, c := range map[string]struct {
		before bool       // is the image there
		event  event.Type // that is handled
		change func(t *testing.T, s *costest.Server)
		want   []string
		edge   int
	}{
		"replaced": {true, event.TypeObjectCreatedPut, func(t *testing.T, s *costest.Server) {
			assert.NoError(t, s.Put(photos, image, pngOf(t, 77, 33)))
		}, []string{image, thumbnail}, 77},
		"removed": {true, event.TypeObjectCreatedPut, func(t *testing.T, s *costest.Server) {
			assert.NoError(t, s.Delete(photos, image))
		}, []string{}, 0},
		"made again": {false, event.TypeObjectRemoveDelete, func(t *testing.T, s *costest.Server) {
			assert.NoError(t, s.Put(photos, image, pngOf(t, 55, 33)))
		}, []string{image, thumbnail}, 55},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := triggertest.New(t)
			cloud.CreateBucket(photos)
			store := cloud.COSServer()
			if c.before {
				require.NoError(t, store.Put(photos, image, pngOf(t, 100, 50)))
			} else {
				require.NoError(t, store.Put(photos, thumbnail, pngOf(t, 10, 5)))
			}
			changed := false
			store.OnChange(func(ch costest.Change) {
				if ch.Key == thumbnail && !changed {
					changed = true
					c.change(t, store)
				}
			})
			h := New(cloud.Objects(), Settings{Source: "images/", Target: "thumbs/", Edge: 160})
			_, err := h.Invoke(t.Context(), eventtest.Sample(c.event, eventtest.Key(image)))
			require.NoError(t, err)
			require.True(t, changed)
			keys, err := store.Keys(photos, "")
			require.NoError(t, err)
			assert.ElementsMatch(t, c.want, keys)
			if c.edge > 0 {
				o, err := store.Get(photos, thumbnail)
				require.NoError(t, err)
				assert.Equal(t, c.edge, sizeOf(t, o.Body).X)
			}
		})
	}
}

func TestAnImageThatNeverRestsIsLeftToTheRetry(t *testing.T) {
	cloud := triggertest.New(t)
	cloud.CreateBucket(photos)
	store := cloud.COSServer()
	require.NoError(t, store.Put(photos, "images/a.png", pngOf(t, 20, 20)))
	n := 20
	store.OnChange(func(ch costest.Change) {
		if ch.Key == "thumbs/a.png" {
			n++
			assert.NoError(t, store.Put(photos, "images/a.png", pngOf(t, n, 20)))
		}
	})
	h := New(cloud.Objects(), Settings{Source: "images/", Target: "thumbs/", Edge: 160})
	_, err := h.Invoke(t.Context(), eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("images/a.png")))
	assert.ErrorIs(t, err, errUnsettled)
	assert.Equal(t, 20+maxTurns, n)
}
