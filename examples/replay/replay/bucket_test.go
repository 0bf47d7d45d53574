package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

func TestEventsOfAListingAreThoseOfTheTrigger(t *testing.T) {
	b := eventtest.DefaultBucket
	cloud := triggertest.New(t)
	cloud.CreateBucket(b)
	cloud.Handle("thumb", &record{})
	require.NoError(t, cloud.Triggers(b.Region).Bind(t.Context(), trigger.Trigger{Function: "thumb", Qualifier: "$DEFAULT", Bucket: b, Event: event.AnyObjectCreated}))
	keys := []string{"in/!'()*", "in/%41", "in/a b+c.png", "in/a//b/", "in/folder/", "in/中文&<>\"", "in/\x01?#"}
	for _, key := range append([]string{"elsewhere"}, keys...) {
		require.NoError(t, cloud.COSServer().Put(b, key, []byte("content of "+key)))
	}
	require.NoError(t, cloud.Wait(t.Context()))
	want := map[string]*event.Base{}
	for _, d := range cloud.Deliveries() {
		events, err := event.Decode(d.Payload)
		require.NoError(t, err)
		want[d.Key] = events[0].Common()
	}

	source := Bucket{Bucket: b, Prefix: "in/", Client: cloud.COS(b), Function: event.Target{Name: "thumb"}, Count: true}
	total, err := source.Total(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, len(keys), total)
	items := itemsOf(t, source, "")
	require.Len(t, items, len(keys))
	for i, item := range items {
		require.NoError(t, item.Err)
		events, err := event.Decode(item.Payload, event.Strict())
		require.NoError(t, err)
		require.Len(t, events, 1)
		got := events[0].Common()
		w := want[got.Object.Key]
		require.NotNil(t, w, "%q", got.Object.Key)
		assert.Equal(t, w.Object.Key, item.Position)
		assert.Equal(t, w.Type, got.Type)
		assert.Equal(t, w.Bucket, got.Bucket)
		assert.Equal(t, w.Function, got.Function)
		assert.Equal(t, w.Object.ETag, got.Object.ETag)
		assert.Equal(t, w.Object.Size, got.Object.Size)
		assert.WithinDuration(t, w.Time, got.Time, time.Second)
		assert.Len(t, itemsOf(t, source, item.Position), len(keys)-1-i)
	}
	source.Count = false
	total, err = source.Total(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, -1, total)
}

func TestAListingThatFails(t *testing.T) {
	b := eventtest.DefaultBucket
	cloud := triggertest.New(t)
	cloud.CreateBucket(b)
	source := Bucket{Bucket: b, Client: cloud.COS(b), Count: true}
	for range 2 {
		cloud.Faults().Fail("ListObjects", 1, triggertest.Fault{Status: 403, Code: "AccessDenied"})
		_, err := Run(t.Context(), Job{Source: source, Target: &record{}})
		assert.ErrorContains(t, err, "AccessDenied")
		source.Count = false
	}
}
