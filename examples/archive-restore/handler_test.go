package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var cellar = event.Bucket{Name: "cellar", AppID: "1250000000", Region: "ap-guangzhou"}

// archive is a bucket of archived objects whose restoring the handler follows.
type archive struct {
	*triggertest.Cloud
	client *cossdk.Client
}

func newArchive(t *testing.T, opts ...costest.BucketOption) archive {
	t.Helper()
	cloud := triggertest.New(t, triggertest.ManualClock())
	cloud.CreateBucket(cellar, opts...)
	s, err := settingsFrom(func(string) string { return "" })
	require.NoError(t, err)
	// Days pass between a request and the next: each is signed at the very time it is sent.
	id, key := cloud.Credentials()
	signed := &cossdk.AuthorizationTransport{SecretID: id, SecretKey: key, Transport: cloud.COSServer().Transport()}
	objects := cos.NewObjects(cos.Anonymous(), cos.WithTransport(signed))
	cloud.Handle("archive-restore", newMux(objects, s))
	for _, typ := range []event.Type{event.TypeObjectRestorePost, event.TypeObjectRestoreCompleted} {
		require.NoError(t, cloud.Triggers(cellar.Region).Bind(t.Context(), trigger.Trigger{Function: "archive-restore", Bucket: cellar, Event: typ}))
	}
	return archive{cloud, official(t, cloud)}
}

// official returns the official client as anyone would make it, with the fake as HTTP proxy.
func official(t *testing.T, cloud *triggertest.Cloud) *cossdk.Client {
	t.Helper()
	proxy, err := url.Parse(cloud.Proxy())
	require.NoError(t, err)
	id, key := cloud.Credentials()
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	t.Cleanup(transport.CloseIdleConnections)
	base := &cossdk.BaseURL{BucketURL: &url.URL{Scheme: "http", Host: cellar.Host()}}
	return cossdk.NewClient(base, &http.Client{Transport: &cossdk.AuthorizationTransport{SecretID: id, SecretKey: key, Transport: transport}})
}

func (a archive) put(t *testing.T, key, content string) (version string) {
	t.Helper()
	resp, err := a.client.Object.Put(t.Context(), key, strings.NewReader(content), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{XCosStorageClass: "ARCHIVE", ContentType: "text/plain"},
	})
	require.NoError(t, err)
	return resp.Header.Get("x-cos-version-id")
}

func (a archive) restore(t *testing.T, key string, version ...string) {
	t.Helper()
	_, err := a.client.Object.PostRestore(t.Context(), key, &cossdk.ObjectRestoreOptions{Days: 3, Tier: &cossdk.CASJobParameters{Tier: "Standard"}}, version...)
	require.NoError(t, err)
	a.settle(t)
}

// settle waits for every event and requires that those of restores were handled at the first attempt.
func (a archive) settle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, a.Wait(ctx))
	for _, d := range a.Deliveries() {
		if d.Event.Family() == event.FamilyRestore {
			assert.Equal(t, triggertest.Delivered, d.State, "%s", d)
			assert.Len(t, d.Attempts, 1, "%s", d)
		}
	}
}

func (a archive) status(t *testing.T, key string) (s status) {
	t.Helper()
	o, err := a.COSServer().Get(cellar, "restore-status/"+key+".json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(o.Body, &s))
	return s
}

// invoke repeats the event of a delivery.
func (a archive) invoke(t *testing.T, d triggertest.Delivery) error {
	t.Helper()
	_, err := a.SCF(cellar.Region).Invoke(t.Context(), "archive-restore", d.Payload)
	return err
}

func TestARestoredObjectIsCopied(t *testing.T) {
	for name, opts := range map[string][]costest.BucketOption{"plain": nil, "versioned": {costest.Versioned()}} {
		t.Run(name, func(t *testing.T) {
			for _, key := range []string{"2022/a.txt", "中文 a+b%?.txt"} {
				a := newArchive(t, opts...)
				version := a.put(t, key, "old wine")
				if version != "" {
					a.put(t, key, "new wine")
					a.restore(t, key, version)
				} else {
					a.restore(t, key)
				}
				s := a.status(t, key)
				assert.Equal(t, restoring, s.State)
				assert.Equal(t, version, s.VersionID)

				a.Advance(5 * time.Hour)
				a.settle(t)
				s = a.status(t, key)
				assert.Equal(t, copied, s.State)
				assert.Equal(t, "restored/"+key, s.Copy)
				until, err := time.Parse(time.RFC3339, s.Until)
				require.NoError(t, err)
				assert.WithinDuration(t, a.Now().Add(72*time.Hour), until, time.Minute)
				o, err := a.COSServer().Get(cellar, "restored/"+key)
				require.NoError(t, err)
				assert.Equal(t, "old wine", string(o.Body))
				assert.Equal(t, "STANDARD", o.StorageClass)
				assert.Equal(t, "text/plain", o.ContentType)
			}
		})
	}
}

func TestRepeatsAndDisorderChangeNothing(t *testing.T) {
	a := newArchive(t)
	a.put(t, "a", "wine")
	a.restore(t, "a")
	a.Advance(5 * time.Hour)
	a.settle(t)
	before := a.status(t, "a")
	require.Equal(t, copied, before.State)
	a.COSServer().ClearRequests()
	var posted, completed triggertest.Delivery
	for _, d := range a.Deliveries() {
		switch d.Event {
		case event.TypeObjectRestorePost:
			posted = d
		case event.TypeObjectRestoreCompleted:
			completed = d
		}
	}
	require.NoError(t, a.invoke(t, completed), "a duplicate")
	require.NoError(t, a.invoke(t, posted), "late")
	assert.Equal(t, before, a.status(t, "a"))
	for _, r := range a.COSServer().Requests() {
		assert.NotContains(t, r.Op, "Put", "nothing is written or copied again")
	}

	a.Advance(4 * 24 * time.Hour) // the restored copy is gone, ours is not
	require.NoError(t, a.invoke(t, completed))
	assert.Equal(t, archived, a.status(t, "a").State)
	a.restore(t, "a") // asked for again
	assert.Equal(t, restoring, a.status(t, "a").State)
	a.Advance(5 * time.Hour)
	a.settle(t)
	after := a.status(t, "a")
	assert.Equal(t, copied, after.State)
	assert.NotEqual(t, before.Until, after.Until)
}

func TestALaterRestoreMakesTheCopyAgain(t *testing.T) {
	a := newArchive(t)
	a.put(t, "a", "wine")
	a.restore(t, "a")
	a.Advance(5 * time.Hour)
	a.settle(t)
	_, err := a.client.Object.Delete(t.Context(), "restored/a")
	require.NoError(t, err)
	a.Advance(4 * 24 * time.Hour)
	// The event of the later restore's beginning never comes.
	require.NoError(t, a.Triggers(cellar.Region).Disable(t.Context(), trigger.Trigger{Function: "archive-restore", Bucket: cellar, Event: event.TypeObjectRestorePost}))
	_, err = a.client.Object.PostRestore(t.Context(), "a", &cossdk.ObjectRestoreOptions{Days: 3})
	require.NoError(t, err)
	assert.Equal(t, copied, a.status(t, "a").State)
	a.Advance(5 * time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, a.Wait(ctx))
	o, err := a.COSServer().Get(cellar, "restored/a")
	require.NoError(t, err)
	assert.Equal(t, "wine", string(o.Body))
}

func TestAnObjectThatIsGoneOrReplaced(t *testing.T) {
	a := newArchive(t)
	a.put(t, "gone", "wine")
	a.put(t, "replaced", "wine")
	a.restore(t, "gone")
	a.restore(t, "replaced")
	_, err := a.client.Object.Delete(t.Context(), "gone")
	require.NoError(t, err)
	_, err = a.client.Object.Put(t.Context(), "replaced", strings.NewReader("water"), nil)
	require.NoError(t, err)
	for _, d := range a.Deliveries() {
		if d.Event == event.TypeObjectRestorePost {
			require.NoError(t, a.invoke(t, d))
		}
	}
	assert.Equal(t, gone, a.status(t, "gone").State)
	assert.Equal(t, online, a.status(t, "replaced").State)
	keys, err := a.COSServer().Keys(cellar, "restored/")
	require.NoError(t, err)
	assert.Empty(t, keys)
}

func TestAFailedCopyIsTriedAgain(t *testing.T) {
	a := newArchive(t)
	a.put(t, "a", "wine")
	a.restore(t, "a")
	a.Faults().Fail("PutObjectCopy", 1, triggertest.Fault{Status: 503, Code: "SlowDown"})
	a.Advance(5 * time.Hour)
	a.Advance(2 * time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, a.Wait(ctx))
	assert.Equal(t, copied, a.status(t, "a").State)
	for _, d := range a.Deliveries() {
		if d.Event == event.TypeObjectRestoreCompleted {
			assert.Equal(t, triggertest.Delivered, d.State)
			assert.Len(t, d.Attempts, 2)
		}
	}
}

func TestEveryRecordIsHandled(t *testing.T) {
	a := newArchive(t)
	in := eventtest.Bucket(cellar)
	_, err := a.SCF(cellar.Region).Invoke(t.Context(), "archive-restore", eventtest.Payload(
		eventtest.RestorePost(in, eventtest.Key("a")), eventtest.Put(in, eventtest.Key("b")), eventtest.RestoreCompleted(in, eventtest.Key("c")),
	))
	require.ErrorContains(t, err, "no handler", "it is bound to an event it does not know")
	assert.Equal(t, gone, a.status(t, "a").State)
	assert.Equal(t, gone, a.status(t, "c").State)
	_, err = a.SCF(cellar.Region).Invoke(t.Context(), "archive-restore", []byte(`{"Records":7}`))
	require.ErrorContains(t, err, "not a COS notification")
}

func TestTheEndOfTheContextEndsTheWork(t *testing.T) {
	a := newArchive(t)
	s, err := settingsFrom(func(string) string { return "" })
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = newMux(a.Objects(), s).Invoke(ctx, eventtest.Payload(eventtest.RestoreCompleted(eventtest.Bucket(cellar))))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct{ variable, value, err string }{
		"defaults": {},
		"class":    {"RESTORE_CLASS", "ARCHIVE", `RESTORE_CLASS is "ARCHIVE"`},
		"target":   {"RESTORE_TARGET", "copies", "ends in a slash"},
		"inside":   {"RESTORE_STATUS", "restored/status/", "one lies inside the other"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := settingsFrom(func(k string) string { return map[string]string{c.variable: c.value}[k] })
			if c.err == "" {
				require.NoError(t, err)
				assert.Equal(t, settings{"restored/", "restore-status/", "STANDARD"}, s)
				return
			}
			assert.ErrorContains(t, err, c.err)
		})
	}
}
