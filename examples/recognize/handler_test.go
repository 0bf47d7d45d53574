package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var (
	photos = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	cat    = costest.Label{Name: "猫 cat", Confidence: 96, FirstCategory: "animal", SecondCategory: "pet"}
	sofa   = costest.Label{Name: "sofa", Confidence: 71, FirstCategory: "furniture"}
	dust   = costest.Label{Name: "dust", Confidence: 12}
)

// gallery is a cloud in which the handler labels one bucket's images.
type gallery struct {
	*triggertest.Cloud
	mux *event.Mux
}

func newGallery(t *testing.T, env map[string]string) gallery {
	t.Helper()
	cloud := triggertest.New(t)
	cloud.CreateBucket(photos)
	s, err := settingsFrom(func(k string) string { return env[k] })
	require.NoError(t, err)
	m := newMux(cloud.Objects(), s)
	cloud.Handle("recognize", m)
	for _, typ := range []event.Type{event.AnyObjectCreated, event.AnyObjectRemove} {
		require.NoError(t, cloud.Triggers(photos.Region).Bind(t.Context(), trigger.Trigger{Function: "recognize", Bucket: photos, Event: typ}))
	}
	return gallery{cloud, m}
}

func (g gallery) put(t *testing.T, key, contentType string) {
	t.Helper()
	_, err := g.COS(photos).Object.Put(t.Context(), key, strings.NewReader("pixels of "+key), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{ContentType: contentType},
	})
	require.NoError(t, err)
}

// settle waits for every event and requires that each was handled at the first attempt.
func (g gallery) settle(t *testing.T) {
	t.Helper()
	require.NoError(t, g.Wait(t.Context()))
	for _, d := range g.Deliveries() {
		assert.Equal(t, triggertest.Delivered, d.State, "%s", d)
		assert.Len(t, d.Attempts, 1, "%s", d)
	}
}

func (g gallery) tags(t *testing.T, key string) map[string]string {
	t.Helper()
	o, err := g.COSServer().Get(photos, key)
	require.NoError(t, err)
	return o.Tags
}

func (g gallery) json(t *testing.T, key string) string {
	t.Helper()
	o, err := g.COSServer().Get(photos, key+suffix)
	require.NoError(t, err)
	assert.Equal(t, "application/json", o.ContentType)
	require.True(t, json.Valid(o.Body))
	return string(o.Body)
}

func (g gallery) keys(t *testing.T) []string {
	t.Helper()
	keys, err := g.COSServer().Keys(photos, "")
	require.NoError(t, err)
	return keys
}

func TestImagesGetTheirLabels(t *testing.T) {
	g := newGallery(t, nil)
	g.COSServer().SetLabels(photos, "a b+中.jpg", dust, sofa, cat)
	g.COSServer().SetLabels(photos, "b.png")
	g.put(t, "a b+中.jpg", "image/jpeg")
	g.put(t, "b.png", "image/png")
	g.settle(t)

	assert.Equal(t, map[string]string{"label:猫 cat": "96", "label:sofa": "71"}, g.tags(t, "a b+中.jpg"))
	assert.JSONEq(t, `{"key":"a b+中.jpg","etag":"`+etag(t, g, "a b+中.jpg")+`","labels":[
		{"name":"猫 cat","category":"animal","subcategory":"pet","confidence":96},{"name":"sofa","category":"furniture","confidence":71}]}`, g.json(t, "a b+中.jpg"))
	assert.Empty(t, g.tags(t, "b.png"))
	assert.Contains(t, g.json(t, "b.png"), `"labels":[]`)
}

func etag(t *testing.T, g gallery, key string) string {
	t.Helper()
	o, err := g.COSServer().Get(photos, key)
	require.NoError(t, err)
	return strings.Trim(o.ETag, `"`)
}

func TestItsOwnJSONIsNotLabelled(t *testing.T) {
	g := newGallery(t, nil)
	g.put(t, "a.jpg", "image/jpeg")
	g.settle(t)
	assert.Equal(t, []string{"a.jpg", "a.jpg" + suffix}, g.keys(t))
	assert.Len(t, g.Deliveries(), 2, "the JSON's own event ends the chain")
}

func TestLabelsFollowTheImage(t *testing.T) {
	g := newGallery(t, nil)
	g.COSServer().SetLabels(photos, "a.jpg", cat)
	g.put(t, "a.jpg", "image/jpeg")
	g.settle(t)
	_, err := g.COS(photos).Object.PutTagging(t.Context(), "a.jpg", &cossdk.ObjectPutTaggingOptions{TagSet: []cossdk.ObjectTaggingTag{
		{Key: "owner", Value: "li"}, {Key: "label:old", Value: "99"},
	}})
	require.NoError(t, err)

	g.COSServer().SetLabels(photos, "a.jpg", sofa)
	_, err = g.mux.Invoke(t.Context(), eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("a.jpg")))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"owner": "li", "label:sofa": "71"}, g.tags(t, "a.jpg"), "tags of others stay")

	g.put(t, "a.jpg", "text/plain")
	g.settle(t)
	assert.Equal(t, []string{"a.jpg"}, g.keys(t), "a text has no labels")
	assert.Empty(t, g.tags(t, "a.jpg"))

	g.put(t, "a.jpg", "image/jpeg")
	g.settle(t)
	assert.Len(t, g.keys(t), 2)
	_, err = g.COS(photos).Object.Delete(t.Context(), "a.jpg")
	require.NoError(t, err)
	g.settle(t)
	assert.Empty(t, g.keys(t))

	_, err = g.mux.Invoke(t.Context(), eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("a.jpg")))
	require.NoError(t, err, "a late event of what is gone")
	assert.Empty(t, g.keys(t))
}

func TestTextIsNotSentToRecognition(t *testing.T) {
	g := newGallery(t, nil)
	g.put(t, "note.txt", "text/plain; charset=utf-8")
	g.settle(t)
	for _, r := range g.COSServer().Requests() {
		assert.NotEqual(t, "DetectLabel", r.Op)
	}
	assert.Equal(t, []string{"note.txt"}, g.keys(t))
}

func TestWhatTheServiceRefusesIsLeft(t *testing.T) {
	for _, status := range []int{400, 415} {
		g := newGallery(t, nil)
		g.Faults().Fail("DetectLabel", 1, triggertest.Fault{Status: status, Code: "InvalidImageFormat", Message: "not an image"})
		g.put(t, "damaged.jpg", "image/jpeg")
		g.settle(t)
		assert.Equal(t, []string{"damaged.jpg"}, g.keys(t))
	}
}

func TestOtherFailuresAreTriedAgain(t *testing.T) {
	for _, op := range []string{"HeadObject", "DetectLabel", "PutObject", "GetObjectTagging", "PutObjectTagging"} {
		for _, fault := range []triggertest.Fault{{Status: 403, Code: "AccessDenied"}, {Drop: costest.DropBefore}} {
			t.Run(fmt.Sprint(op, " ", fault.Status), func(t *testing.T) {
				g := newGallery(t, nil)
				require.NoError(t, g.COSServer().Put(photos, "a.jpg", []byte("pixels"), costest.ContentType("image/jpeg")))
				require.NoError(t, g.Wait(t.Context()))
				g.COSServer().SetLabels(photos, "a.jpg", cat)
				sample := eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("a.jpg"))
				g.Faults().Fail(op, 20, fault)
				_, err := g.mux.Invoke(t.Context(), sample)
				assert.ErrorContains(t, err, "a.jpg")
				g.Faults().Reset()
				_, err = g.mux.Invoke(t.Context(), sample)
				assert.NoError(t, err)
				assert.Equal(t, map[string]string{"label:猫 cat": "96"}, g.tags(t, "a.jpg"))
			})
		}
	}
}

func TestAPassingFailureIsOneRetry(t *testing.T) {
	g := newGallery(t, nil)
	g.COSServer().SetLabels(photos, "a.jpg", cat)
	g.Faults().Fail("DetectLabel", 1, triggertest.Fault{Status: 403, Code: "AccessDenied"})
	g.put(t, "a.jpg", "image/jpeg")
	require.NoError(t, g.Wait(t.Context()))
	d := g.Deliveries()[0]
	assert.Equal(t, triggertest.Delivered, d.State)
	require.Len(t, d.Attempts, 2)
	assert.Contains(t, d.Attempts[0].Error, "AccessDenied")
	assert.Equal(t, map[string]string{"label:猫 cat": "96"}, g.tags(t, "a.jpg"))
}

func TestEveryRecordIsHandledUntilTheContextEnds(t *testing.T) {
	g := newGallery(t, nil)
	for _, key := range []string{"a.jpg", "b.jpg", "c.jpg"} {
		require.NoError(t, g.COSServer().Put(photos, key, []byte("pixels"), costest.ContentType("image/jpeg")))
	}
	require.NoError(t, g.Wait(t.Context()))
	for _, key := range []string{"a.jpg", "b.jpg", "c.jpg"} {
		g.COSServer().SetLabels(photos, key, cat)
	}
	payload := eventtest.Payload(eventtest.Put(eventtest.Key("a.jpg")), eventtest.Post(eventtest.Key("b.jpg")), eventtest.Created(eventtest.Key("c.jpg")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := g.mux.Invoke(ctx, payload)
	require.ErrorIs(t, err, context.Canceled)

	g.Faults().Fail("DetectLabel", 1, triggertest.Fault{Status: 403, Code: "AccessDenied"})
	_, err = g.mux.Invoke(t.Context(), payload)
	var failed *event.InvokeError
	require.ErrorAs(t, err, &failed)
	assert.Len(t, failed.Errors, 1)
	assert.Empty(t, g.tags(t, "a.jpg"))
	assert.NotEmpty(t, g.tags(t, "b.jpg"))
	assert.NotEmpty(t, g.tags(t, "c.jpg"))
}

func TestAnImageThatChangesIsLabelledAgain(t *testing.T) {
	cloud := triggertest.New(t) // no trigger: the one event must do
	cloud.CreateBucket(photos)
	g := gallery{cloud, newMux(cloud.Objects(), settings{tags: 5})}
	g.COSServer().SetLabels(photos, "a.jpg", cat)
	require.NoError(t, g.COSServer().Put(photos, "a.jpg", []byte("pixels"), costest.ContentType("image/jpeg")))
	var once sync.Once
	g.COSServer().OnChange(func(c costest.Change) {
		if c.Key == "a.jpg"+suffix { // overwritten just as its labels are written
			once.Do(func() {
				g.COSServer().SetLabels(photos, "a.jpg", sofa)
				assert.NoError(t, g.COSServer().Put(photos, "a.jpg", []byte("other pixels"), costest.ContentType("image/jpeg")))
			})
		}
	})
	_, err := g.mux.Invoke(t.Context(), eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("a.jpg")))
	require.NoError(t, err)
	assert.Contains(t, g.json(t, "a.jpg"), etag(t, g, "a.jpg"))
	assert.Equal(t, map[string]string{"label:sofa": "71"}, g.tags(t, "a.jpg"))
}
