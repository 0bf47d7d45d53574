package triggertest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var photos = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}

// recorder is a function that remembers the events it was given and fails as often as it is told.
type recorder struct {
	mu     sync.Mutex
	events []event.Event
	fail   int
}

func (r *recorder) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	events, err := event.Decode(payload)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, events...)
	if r.fail > 0 {
		r.fail--
		return nil, errors.New("not now")
	}
	return []byte(`"done"`), nil
}

func (r *recorder) seen() []event.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]event.Event(nil), r.events...)
}

func newCloud(t *testing.T, opts ...triggertest.Option) *triggertest.Cloud {
	t.Helper()
	leak.Check(t)
	cloud := triggertest.New(t, opts...)
	cloud.CreateBucket(photos)
	return cloud
}

func bind(t *testing.T, cloud *triggertest.Cloud, tr trigger.Trigger) {
	t.Helper()
	if tr.Bucket == (event.Bucket{}) {
		tr.Bucket = photos
	}
	require.NoError(t, cloud.Triggers(tr.Bucket.Region).Bind(t.Context(), tr))
}

func put(t *testing.T, cloud *triggertest.Cloud, key, content string) {
	t.Helper()
	_, err := cloud.COS(photos).Object.Put(t.Context(), key, strings.NewReader(content), nil)
	require.NoError(t, err)
}

func wait(t *testing.T, cloud *triggertest.Cloud) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, cloud.Wait(ctx))
}

func metadata(name, value string) *http.Header {
	h := http.Header{}
	h.Set(name, value)
	return &h
}

func TestAWriteBecomesAnEventBecomesAnInvocation(t *testing.T) {
	cloud := newCloud(t)
	var r recorder
	cloud.Handle("thumb", &r)
	bind(t, cloud, trigger.Trigger{Function: "thumb", Event: event.AnyObjectCreated, Prefix: "images/", Suffix: ".png"})

	_, err := cloud.COS(photos).Object.Put(t.Context(), "images/a b+c.png", strings.NewReader("hello"), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{ContentType: "image/png", XCosMetaXXX: metadata("x-cos-meta-owner", "li")},
	})
	require.NoError(t, err)
	wait(t, cloud)

	require.Len(t, r.seen(), 1)
	e, ok := r.seen()[0].(*event.ObjectCreatedPut)
	require.True(t, ok, "%T", r.seen()[0])
	assert.Equal(t, photos, e.Bucket)
	assert.Equal(t, "images/a b+c.png", e.Object.Key)
	assert.Equal(t, int64(5), e.Object.Size)
	assert.Equal(t, "image/png", e.Object.ContentType)
	assert.Equal(t, `"5d41402abc4b2a76b9719d911017c592"`, `"`+strings.Trim(e.Object.ETag, `"`)+`"`)
	assert.Equal(t, "li", e.Object.Metadata["owner"])
	assert.NotEmpty(t, e.RequestID)
	assert.Equal(t, "127.0.0.1", e.SourceIP)
	assert.Equal(t, "thumb", e.Function.Name)
	assert.WithinDuration(t, time.Now(), e.Time, time.Minute)

	ds := cloud.Deliveries()
	require.Len(t, ds, 1)
	assert.Equal(t, triggertest.Delivered, ds[0].State)
	assert.Empty(t, ds[0].Reason)
	require.Len(t, ds[0].Attempts, 1)
	assert.Equal(t, 200, ds[0].Attempts[0].StatusCode)
	assert.NotEmpty(t, ds[0].RequestID)
}

func TestWhatReachesNoFunctionHasAReason(t *testing.T) {
	cloud := newCloud(t)
	put(t, cloud, "before.png", "x")
	var r recorder
	cloud.Handle("thumb", &r)
	rule := trigger.Trigger{Function: "thumb", Event: event.TypeObjectCreatedPut, Prefix: "images/", Suffix: ".png", Bucket: photos}
	bind(t, cloud, rule)
	put(t, cloud, "other/a.png", "x")
	put(t, cloud, "images/a.jpg", "x")
	_, err := cloud.COS(photos).Object.Delete(t.Context(), "images/a.jpg")
	require.NoError(t, err)
	require.NoError(t, cloud.Triggers(photos.Region).Disable(t.Context(), rule))
	put(t, cloud, "images/a.png", "x")
	wait(t, cloud)

	assert.Empty(t, r.seen())
	var reasons []string
	for _, d := range cloud.Deliveries() {
		assert.Equal(t, triggertest.NotSent, d.State)
		reasons = append(reasons, d.Reason)
	}
	require.Len(t, reasons, 5)
	assert.Contains(t, reasons[0], "no function has a trigger on the bucket")
	assert.Contains(t, reasons[1], `does not begin with "images/"`)
	assert.Contains(t, reasons[2], `does not end with ".png"`)
	assert.Contains(t, reasons[3], "the event is cos:ObjectRemove:Delete")
	assert.Contains(t, reasons[4], "disabled")
}

func TestAFailureIsRetriedAMinuteLater(t *testing.T) {
	cloud := newCloud(t)
	r := recorder{fail: 2}
	cloud.Handle("thumb", &r)
	bind(t, cloud, trigger.Trigger{Function: "thumb", Event: event.AnyObjectCreated})
	put(t, cloud, "a", "x")
	wait(t, cloud)

	ds := cloud.Deliveries()
	require.Len(t, ds, 1)
	require.Equal(t, triggertest.Delivered, ds[0].State, "%s", ds[0])
	require.Len(t, ds[0].Attempts, 3)
	for i, a := range ds[0].Attempts {
		assert.Equal(t, i, a.RetryNum)
		if i > 0 {
			assert.InDelta(t, time.Minute, a.Start.Sub(ds[0].Attempts[i-1].End), float64(5*time.Second))
		}
	}
	assert.Len(t, r.seen(), 3)
	assert.Equal(t, r.seen()[0].Common().ID(), r.seen()[2].Common().ID(), "a repeat is the same event")
}

func TestAdvanceMovesRetries(t *testing.T) {
	cloud := newCloud(t, triggertest.ManualClock())
	r := recorder{fail: 1}
	cloud.Handle("thumb", &r)
	bind(t, cloud, trigger.Trigger{Function: "thumb", Event: event.AnyObjectCreated})
	put(t, cloud, "a", "x")
	cloud.Advance(59 * time.Second)
	assert.Len(t, r.seen(), 1)
	d := cloud.Deliveries()[0]
	assert.Equal(t, triggertest.Pending, d.State)
	assert.Contains(t, d.Reason, "attempt 1 failed")

	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	err := cloud.Wait(short)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "photos-1250000000/a")

	cloud.Advance(2 * time.Second)
	wait(t, cloud)
	assert.Len(t, r.seen(), 2)
	assert.Equal(t, triggertest.Delivered, cloud.Deliveries()[0].State)
}

func TestAnEventIsGivenUpAfterItsRetries(t *testing.T) {
	cloud := newCloud(t)
	r := recorder{fail: 100}
	cloud.Handle("thumb", &r)
	bind(t, cloud, trigger.Trigger{Function: "thumb", Event: event.AnyObjectCreated})
	put(t, cloud, "a", "x")
	wait(t, cloud)
	d := cloud.Deliveries()[0]
	assert.Contains(t, []triggertest.State{triggertest.Dead, triggertest.Dropped}, d.State)
	assert.Len(t, d.Attempts, 3)
	assert.NotEmpty(t, d.Reason)
}

func TestALoopIsStopped(t *testing.T) {
	cloud := newCloud(t, triggertest.LoopLimit(3))
	var calls atomic.Int32
	objects := cloud.Objects()
	cloud.Handle("echo", function.HandlerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		n := calls.Add(1)
		return nil, objects.Put(ctx, photos, fmt.Sprintf("in/%d", n), strings.NewReader("x"))
	}))
	bind(t, cloud, trigger.Trigger{Function: "echo", Event: event.AnyObjectCreated, Prefix: "in/"})
	put(t, cloud, "in/first", "x")
	wait(t, cloud)

	ds := cloud.Deliveries()
	require.Len(t, ds, 5)
	for i, d := range ds[:4] {
		assert.Equal(t, triggertest.Delivered, d.State)
		assert.Equal(t, i, d.Generation)
	}
	assert.Equal(t, triggertest.LoopStopped, ds[4].State)
	assert.Contains(t, ds[4].Reason, "chain")
	assert.EqualValues(t, 4, calls.Load())
}

func TestWritesFromOutsideAreNoLoop(t *testing.T) {
	cloud := newCloud(t, triggertest.LoopLimit(1))
	var r recorder
	cloud.Handle("thumb", &r)
	bind(t, cloud, trigger.Trigger{Function: "thumb", Event: event.AnyObjectCreated})
	for i := range 10 {
		put(t, cloud, fmt.Sprint(i), "x")
	}
	wait(t, cloud)
	assert.Len(t, r.seen(), 10)
}

func TestVersionsDecideWhatADeleteIs(t *testing.T) {
	cloud := newCloud(t)
	kept := event.Bucket{Name: "kept", AppID: "1250000000", Region: "ap-guangzhou"}
	cloud.CreateBucket(kept, costest.Versioned())
	var r recorder
	cloud.Handle("gone", &r)
	for _, b := range []event.Bucket{photos, kept} {
		bind(t, cloud, trigger.Trigger{Function: "gone", Event: event.AnyObjectRemove, Bucket: b})
		_, err := cloud.COS(b).Object.Put(t.Context(), "a", strings.NewReader("x"), nil)
		require.NoError(t, err)
		_, err = cloud.COS(b).Object.Delete(t.Context(), "a")
		require.NoError(t, err)
	}
	wait(t, cloud)
	require.Len(t, r.seen(), 2)
	types := map[event.Bucket]event.Type{}
	for _, e := range r.seen() {
		types[e.Common().Bucket] = e.EventType()
	}
	assert.Equal(t, event.TypeObjectRemoveDelete, types[photos])
	assert.Equal(t, event.TypeObjectRemoveDeleteMarkerCreated, types[kept])
}

func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		opts  []triggertest.Option
		check func(*testing.T, event.Event, string)
	}{
		"2022": {nil, func(t *testing.T, e event.Event, payload string) {
			assert.Contains(t, payload, `"cosRegion":"ap-guangzhou"`)
			assert.Contains(t, payload, `qcs:0:scf:ap-guangzhou:appid/1250000000:default.f.$DEFAULT`)
			assert.IsType(t, &event.ObjectCreatedPut{}, e)
		}},
		"2019": {[]triggertest.Option{triggertest.Shape2019()}, func(t *testing.T, e event.Event, payload string) {
			assert.NotContains(t, payload, "cosRegion")
			assert.NotContains(t, payload, "x-cos-storage-class")
			assert.Contains(t, payload, `qcs:0:lambda:gz:appid/1250000000:default.f.$DEFAULT`)
			assert.Equal(t, "ap-guangzhou", e.Common().Bucket.Region)
		}},
		"wildcard names": {[]triggertest.Option{triggertest.WildcardNames()}, func(t *testing.T, e event.Event, payload string) {
			assert.Contains(t, payload, `"cos:ObjectCreated:*"`)
			assert.IsType(t, &event.ObjectCreated{}, e)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newCloud(t, c.opts...)
			var r recorder
			cloud.Handle("f", &r)
			bind(t, cloud, trigger.Trigger{Function: "f", Qualifier: "$DEFAULT", Event: event.AnyObjectCreated})
			put(t, cloud, "a", "x")
			wait(t, cloud)
			require.Len(t, r.seen(), 1)
			c.check(t, r.seen()[0], string(cloud.Deliveries()[0].Payload))
		})
	}
}
