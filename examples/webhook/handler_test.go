package main

import (
	"context"
	"strings"
	"testing"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var files = event.Bucket{Name: "files", AppID: "1250000000", Region: "ap-guangzhou"}

// office is a bucket whose files a service is told of.
type office struct {
	*triggertest.Cloud
	*receiver
	client *cossdk.Client
}

func newOffice(t *testing.T, env map[string]string, opts ...costest.BucketOption) office {
	t.Helper()
	cloud, r := triggertest.New(t), newReceiver(t)
	cloud.CreateBucket(files, opts...)
	s, err := settingsFrom(func(name string) string {
		if v, ok := env[name]; ok {
			return v
		}
		return map[string]string{"WEBHOOK_URL": r.url, "WEBHOOK_SECRET": string(r.secret)}[name]
	})
	require.NoError(t, err)
	cloud.Handle("webhook", newMux(cloud.Objects(), s))
	for _, typ := range []event.Type{event.AnyObjectCreated, event.AnyObjectRemove} {
		require.NoError(t, cloud.Triggers(files.Region).Bind(t.Context(), trigger.Trigger{Function: "webhook", Bucket: files, Event: typ}))
	}
	return office{cloud, r, cloud.COS(files)}
}

// put writes a file, waits until all is told, and returns the version.
func (o office) put(t *testing.T, key, content string) (version string) {
	t.Helper()
	resp, err := o.client.Object.Put(t.Context(), key, strings.NewReader(content), nil)
	require.NoError(t, err)
	o.wait(t)
	return resp.Header.Get("x-cos-version-id")
}

func (o office) remove(t *testing.T, key, version string) {
	t.Helper()
	var opt []*cossdk.ObjectDeleteOptions
	if version != "" {
		opt = append(opt, &cossdk.ObjectDeleteOptions{VersionId: version})
	}
	_, err := o.client.Object.Delete(t.Context(), key, opt...)
	require.NoError(t, err)
	o.wait(t)
}

func (o office) wait(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, o.Wait(ctx))
}

func (o office) notes(t *testing.T) []string {
	t.Helper()
	keys, err := o.COSServer().Keys(files, "webhook-state/")
	require.NoError(t, err)
	return keys
}

func TestCreatedOverwrittenDeleted(t *testing.T) {
	for name, opts := range map[string][]costest.BucketOption{"unversioned": nil, "versioned": {costest.Versioned()}, "suspended": {costest.Suspended()}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, nil, opts...)
			o.put(t, "a", "1")
			o.put(t, "a", "2")
			o.put(t, "a", "3")
			o.put(t, "a b+中文", "other file")
			o.remove(t, "a", "")
			o.put(t, "a", "4")
			o.put(t, "a", "5")
			o.put(t, "a b", "a file whose key begins like another's")
			assert.Equal(t, []string{
				"created a", "overwritten a", "overwritten a", "created a b+中文", "deleted a", "created a", "overwritten a", "created a b",
			}, o.lines())
			first := o.told[1]
			assert.Equal(t, "cos:ObjectCreated:Put", first.Event)
			assert.Equal(t, "files-1250000000", first.Bucket)
			assert.Equal(t, "ap-guangzhou", first.Region)
			assert.EqualValues(t, 1, first.Size)
			assert.NotEmpty(t, first.ETag)
			assert.Equal(t, name == "versioned", first.VersionID != "")
			for _, d := range o.Deliveries() {
				assert.Len(t, d.Attempts, 1, "%s", d)
			}
		})
	}
}

func TestNotesGoWithTheirFiles(t *testing.T) {
	o := newOffice(t, nil)
	o.put(t, "a", "1")
	o.put(t, strings.Repeat("long/", 160), "1")
	assert.Len(t, o.notes(t), 2)
	o.remove(t, "a", "")
	o.remove(t, strings.Repeat("long/", 160), "")
	assert.Empty(t, o.notes(t))
	assert.Len(t, o.lines(), 4, "notes are nobody's files")
	versioned := newOffice(t, nil, costest.Versioned())
	versioned.put(t, "a", "1")
	assert.Empty(t, versioned.notes(t), "the versions tell")
}

func TestDeletingAVersion(t *testing.T) {
	o := newOffice(t, nil, costest.Versioned())
	v1 := o.put(t, "a", "1")
	v2 := o.put(t, "a", "2")
	o.remove(t, "a", v1)
	o.remove(t, "a", v2)
	assert.Equal(t, []string{"created a", "overwritten a", "version_deleted a", "deleted a"}, o.lines())
}

func TestSuspendedVersioningKnowsTheVersionsFromBefore(t *testing.T) {
	o := newOffice(t, nil, costest.Versioned())
	o.put(t, "a", "1")
	_, err := o.client.Bucket.PutVersioning(t.Context(), &cossdk.BucketPutVersionOptions{Status: "Suspended"})
	require.NoError(t, err)
	o.put(t, "a", "2")
	o.put(t, "a", "3")
	assert.Equal(t, []string{"created a", "overwritten a", "overwritten a"}, o.lines())
}

func TestAFailedCallIsRepeatedByThePlatformAsTheSameCall(t *testing.T) {
	o := newOffice(t, nil)
	o.fail = []int{503, 302}
	o.put(t, "a", "1")
	assert.Equal(t, []string{"created a"}, o.lines(), "the note of the first attempt is no older file")
	assert.Equal(t, 3, o.calls)
	d := o.Deliveries()[0]
	require.Len(t, d.Attempts, 3)
	assert.Contains(t, d.Attempts[0].Error+d.Attempts[0].Result, "503 Service Unavailable")
	assert.Contains(t, d.Attempts[1].Error+d.Attempts[1].Result, "302 Found", "redirects are not followed")
	assert.NotContains(t, d.Attempts[0].Error+d.Attempts[0].Result, "hidden")
}

func TestAnOverwritingIsStillOneWhenItsCallIsRepeatedLate(t *testing.T) {
	o := newOffice(t, nil)
	o.put(t, "a", "1")
	o.fail = []int{500}
	_, err := o.client.Object.Put(t.Context(), "a", strings.NewReader("2"), nil)
	require.NoError(t, err)
	o.put(t, "a", "3")
	assert.ElementsMatch(t, []string{"created a", "overwritten a", "overwritten a"}, o.lines())
}

func TestAServiceThatIsDownLeavesADeadLetter(t *testing.T) {
	o := newOffice(t, nil)
	o.fail = []int{500, 500, 500}
	o.put(t, "a", "1")
	assert.Empty(t, o.lines())
	d := o.Deliveries()[0]
	assert.Contains(t, []triggertest.State{triggertest.Dead, triggertest.Dropped}, d.State)
	_, err := o.SCF(files.Region).Invoke(t.Context(), "webhook", d.Payload) // replayed
	require.NoError(t, err)
	assert.Equal(t, []string{"created a"}, o.lines())
}

func TestDuplicatesAreOneCallToTheReceiver(t *testing.T) {
	o := newOffice(t, nil)
	o.put(t, "a", "1")
	for range 2 {
		_, err := o.SCF(files.Region).Invoke(t.Context(), "webhook", o.Deliveries()[0].Payload)
		require.NoError(t, err)
	}
	assert.Equal(t, 3, o.calls)
	assert.Equal(t, []string{"created a"}, o.lines())
}

func TestEveryRecordIsTold(t *testing.T) {
	o := newOffice(t, nil)
	in := eventtest.Bucket(files)
	o.fail = []int{500}
	_, err := o.SCF(files.Region).Invoke(t.Context(), "webhook", eventtest.Payload(
		eventtest.Created(in, eventtest.Key("a")), eventtest.CompleteMultipartUpload(in, eventtest.Key("b")),
		eventtest.Removed(in, eventtest.Key("c")), eventtest.RestoreCompleted(in, eventtest.Key("d")),
		eventtest.Unknown("cos:ObjectTagging:Put", in, eventtest.Key("e")), eventtest.Put(in, eventtest.Key("webhook-state/f")),
	))
	require.ErrorContains(t, err, "500 Internal Server Error")
	assert.Len(t, o.lines(), 4, "one of five failed")
	_, err = o.SCF(files.Region).Invoke(t.Context(), "webhook", []byte(`{"nothing":1}`))
	require.ErrorContains(t, err, "not a COS notification")
}

func TestOrderOfLateEvents(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(1700000000+int64(s), 0).UTC() }
	for name, c := range map[string]struct {
		events []int // seconds, in the order of arrival
		want   []bool
	}{
		"in order":        {[]int{1, 2, 3}, []bool{false, true, true}},
		"the same second": {[]int{1, 1}, []bool{false, true}},
		"late first":      {[]int{2, 1}, []bool{false, false}},
		"late middle":     {[]int{1, 3, 2}, []bool{false, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			var n note
			for round := range 2 { // the second time they are repeats
				for i, s := range c.events {
					was, changed := n.tell(string(rune('a'+i)), at(s))
					assert.Equal(t, c.want[i], was)
					assert.Equal(t, round == 0, changed)
				}
			}
		})
	}
	var n note
	for i := range 100 {
		was, _ := n.tell(string(rune('a'+i)), at(i))
		assert.Equal(t, i > 0, was)
	}
	assert.Len(t, n.Events, history)
	was, _ := n.tell("late", at(0))
	assert.True(t, was, "there was a file before those remembered")
}

func TestAServiceThatHangsIsGivenUp(t *testing.T) {
	o := newOffice(t, map[string]string{"WEBHOOK_TIMEOUT": "100ms"})
	o.hang = make(chan struct{})
	_, err := o.SCF(files.Region).Invoke(t.Context(), "webhook", eventtest.Payload(eventtest.Put(eventtest.Bucket(files))))
	close(o.hang)
	require.ErrorContains(t, err, "Client.Timeout exceeded")
	assert.NotContains(t, err.Error(), "hidden", "the URL may hold a secret")
}

func TestTheEndOfTheContextEndsTheCall(t *testing.T) {
	o := newOffice(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := settings{url: o.url, secret: o.secret, timeout: time.Minute, state: "s/"}
	_, err := newMux(o.Objects(), s).Invoke(ctx, eventtest.Payload(eventtest.Put(eventtest.Bucket(files)), eventtest.Delete(eventtest.Bucket(files))))
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, o.lines())
}

func TestAChangedBodyIsNotBelieved(t *testing.T) {
	secret, now := []byte("a secret of both sides"), time.Now()
	header := sign(secret, []byte("body"), now)
	require.NoError(t, verify(secret, header, []byte("body"), now))
	assert.Error(t, verify(secret, header, []byte("body!"), now))
	assert.Error(t, verify([]byte("another"), header, []byte("body"), now))
	assert.Error(t, verify(secret, header, []byte("body"), now.Add(time.Hour)))
}

func TestSettings(t *testing.T) {
	good := map[string]string{"WEBHOOK_URL": "https://example.com/files", "WEBHOOK_SECRET": "0123456789abcdef"}
	for name, c := range map[string]struct{ variable, value, err string }{
		"defaults":     {},
		"no URL":       {"WEBHOOK_URL", "example.com", "WEBHOOK_URL"},
		"password":     {"WEBHOOK_URL", "https://me:pw@example.com", "WEBHOOK_URL"},
		"short secret": {"WEBHOOK_SECRET", "short", "at least 16 bytes"},
		"timeout":      {"WEBHOOK_TIMEOUT", "1h", `WEBHOOK_TIMEOUT is "1h"`},
		"state":        {"WEBHOOK_STATE", "state", `WEBHOOK_STATE is "state"`},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := settingsFrom(func(k string) string {
				if k == c.variable {
					return c.value
				}
				return good[k]
			})
			if c.err == "" {
				require.NoError(t, err)
				assert.Equal(t, settings{"https://example.com/files", []byte("0123456789abcdef"), 10 * time.Second, "webhook-state/"}, s)
				return
			}
			require.ErrorContains(t, err, c.err)
			assert.NotContains(t, err.Error(), `"short"`)
			assert.NotContains(t, err.Error(), "pw@")
		})
	}
}
