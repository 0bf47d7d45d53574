package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var desk = event.Bucket{Name: "desk", AppID: "1250000000", Region: "ap-guangzhou"}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// find returns the lines of a message, decoded.
func (l *lines) find(t *testing.T, message string) (found []map[string]any) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(l.b.Bytes()) {
		var m map[string]any
		require.NoError(t, json.Unmarshal(line, &m), "%s", line)
		if m["msg"] == message {
			found = append(found, m)
		}
	}
	return found
}

// office is a bucket of which every event goes to the router.
type office struct {
	*triggertest.Cloud
	client *cossdk.Client
	log    *lines
	counts *counter
}

func newOffice(t *testing.T, opts ...costest.BucketOption) office {
	t.Helper()
	cloud := triggertest.New(t)
	cloud.CreateBucket(desk, opts...)
	s, err := settingsFrom(func(string) string { return "" })
	require.NoError(t, err)
	o := office{cloud, cloud.COS(desk), &lines{}, &counter{}}
	logger := slog.New(function.NewLogHandler(slog.NewJSONHandler(o.log, nil)))
	cloud.Handle("router", newMux(cloud.Objects(), s, logger, event.NewMemoryStore(0), o.counts))
	for _, typ := range []event.Type{event.AnyObjectCreated, event.AnyObjectRemove, event.TypeObjectRestorePost, event.TypeObjectRestoreCompleted} {
		require.NoError(t, cloud.Triggers(desk.Region).Bind(t.Context(), trigger.Trigger{Function: "router", Bucket: desk, Event: typ}))
	}
	return o
}

func (o office) put(t *testing.T, key, content string) {
	t.Helper()
	_, err := o.client.Object.Put(t.Context(), key, strings.NewReader(content), nil)
	require.NoError(t, err)
	o.wait(t)
}

func (o office) wait(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, o.Wait(ctx))
}

func (o office) invoke(t *testing.T, events ...event.Event) error {
	t.Helper()
	_, err := o.SCF(desk.Region).Invoke(t.Context(), "router", eventtest.Payload(events...))
	return err
}

func (o office) keys(t *testing.T, prefix string) []string {
	t.Helper()
	keys, err := o.COSServer().Keys(desk, prefix)
	require.NoError(t, err)
	return keys
}

func TestReportsHaveASummaryAsLongAsTheyAreThere(t *testing.T) {
	for name, opts := range map[string][]costest.BucketOption{"plain": nil, "versioned": {costest.Versioned()}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, opts...)
			o.put(t, "reports/2022/中文.csv", "name,size\n\"a\nb\",1\nc,2\n")
			got, err := o.COSServer().Get(desk, "summaries/2022/中文.csv.json")
			require.NoError(t, err)
			var s summary
			require.NoError(t, json.Unmarshal(got.Body, &s))
			assert.Equal(t, "reports/2022/中文.csv", s.Report)
			assert.Equal(t, 2, s.Rows)
			assert.Equal(t, []string{"name", "size"}, s.Columns)
			assert.NotEmpty(t, s.ETag)
			_, err = o.client.Object.Delete(t.Context(), "reports/2022/中文.csv")
			require.NoError(t, err)
			o.wait(t)
			assert.Empty(t, o.keys(t, "summaries/"))
			for _, d := range o.Deliveries() {
				assert.Equal(t, triggertest.Delivered, d.State, "%s", d)
				assert.Len(t, d.Attempts, 1, "%s", d)
			}
			assert.Len(t, o.log.find(t, "dropped"), 1, "the summary's own event")
		})
	}
}

func TestReportsThatAreNone(t *testing.T) {
	o := newOffice(t)
	o.put(t, "reports/broken.csv", "a,b\n\"")
	o.put(t, "reports/large.csv", strings.Repeat("x,y\n", maxReport/4+1))
	o.put(t, "reports/empty.csv", "")
	assert.Equal(t, []string{"summaries/empty.csv.json"}, o.keys(t, "summaries/"))
	assert.Len(t, o.log.find(t, "no CSV"), 1)
	assert.Len(t, o.log.find(t, "report is too large"), 1)
	require.NoError(t, o.invoke(t, eventtest.Put(eventtest.Bucket(desk), eventtest.Key("reports/gone.csv"))))
}

func TestVideosAreTaggedByTheWayTheyCame(t *testing.T) {
	o := newOffice(t)
	o.put(t, "videos/small.mp4", "x")
	upload, _, err := o.client.Object.InitiateMultipartUpload(t.Context(), "videos/large.mp4", nil)
	require.NoError(t, err)
	part, err := o.client.Object.UploadPart(t.Context(), "videos/large.mp4", upload.UploadID, 1, strings.NewReader("x"), nil)
	require.NoError(t, err)
	_, _, err = o.client.Object.CompleteMultipartUpload(t.Context(), "videos/large.mp4", upload.UploadID, &cossdk.CompleteMultipartUploadOptions{
		Parts: []cossdk.Object{{PartNumber: 1, ETag: part.Header.Get("ETag")}},
	})
	require.NoError(t, err)
	o.wait(t)
	for key, want := range map[string]string{"videos/small.mp4": "whole", "videos/large.mp4": "parts"} {
		got, err := o.COSServer().Get(desk, key)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"upload": want}, got.Tags, key)
	}
	require.NoError(t, o.invoke(t, eventtest.Copy(eventtest.Bucket(desk), eventtest.Key("videos/gone.mp4"))))
}

func TestEveryTypeHasAWay(t *testing.T) {
	o := newOffice(t)
	in := eventtest.Bucket(desk)
	var all []event.Event
	for _, typ := range append(event.Types(), event.AnyObjectCreated, event.AnyObjectRemove, "cos:InventoryReportCreated:Put") {
		all = append(all, eventtest.New(typ, in, eventtest.Key("elsewhere/x")))
	}
	require.NoError(t, o.invoke(t, all...))
	handled := o.log.find(t, "event handled")
	assert.Len(t, handled, len(all))
	for _, line := range handled {
		assert.NotEmpty(t, line["request_id"], "the invocation's")
	}
	assert.Len(t, o.log.find(t, "restore asked for"), 1)
	assert.Len(t, o.log.find(t, "restored"), 1)
	ignored := o.log.find(t, "no route")
	assert.Len(t, ignored, len(all)-2)
	for _, line := range ignored {
		assert.Equal(t, line["type"] == "cos:InventoryReportCreated:Put", line["level"] == "WARN", "%v", line)
	}
	assert.Equal(t, 1, o.counts.good["cos:InventoryReportCreated:Put"])
}

func TestARepeatedPayloadRepeatsOnlyWhatFailed(t *testing.T) {
	o := newOffice(t)
	require.NoError(t, o.COSServer().Put(desk, "reports/a.csv", []byte("a\n1\n")))
	require.NoError(t, o.COSServer().Put(desk, "videos/b.mp4", []byte("x")))
	o.wait(t)
	o.COSServer().ClearRequests()
	in := eventtest.Bucket(desk)
	o.Faults().Fail("PutObjectTagging", 1, triggertest.Fault{Status: 503, Code: "SlowDown"})
	got, err := o.COSServer().Get(desk, "reports/a.csv")
	require.NoError(t, err)
	payload := []event.Event{
		eventtest.Put(in, eventtest.Key("reports/a.csv"), eventtest.ETag(got.ETag), eventtest.Size(got.Size)),
		eventtest.Put(in, eventtest.Key("videos/b.mp4")),
	}
	require.ErrorContains(t, o.invoke(t, payload...), "SlowDown")
	require.NoError(t, o.invoke(t, payload...))
	require.NoError(t, o.invoke(t, payload...))
	ops := map[string]int{}
	for _, r := range o.COSServer().Requests() {
		ops[r.Op]++
	}
	assert.Equal(t, 1, ops["GetObject"], "the report is read once")
	assert.Equal(t, 2, ops["PutObjectTagging"])
	assert.Equal(t, 1, o.counts.failed[event.TypeObjectCreatedPut])
	failed := o.log.find(t, "event failed")
	require.Len(t, failed, 1)
	assert.Equal(t, "videos/b.mp4", failed[0]["key"])
}

func TestAPanicFailsItsEventOnly(t *testing.T) {
	var log lines
	s, err := settingsFrom(func(string) string { return "" })
	require.NoError(t, err)
	// Without objects the handlers of reports and videos cannot work: those of restores can.
	m := newMux(nil, s, slog.New(slog.NewJSONHandler(&log, nil)), event.NewMemoryStore(0), &counter{})
	_, err = m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.Key("videos/a")), eventtest.RestorePost()))
	var panicked *event.PanicError
	require.ErrorAs(t, err, &panicked)
	failed := log.find(t, "event failed")
	require.Len(t, failed, 1)
	assert.Contains(t, failed[0]["stack"], "videos.go")
	assert.Len(t, log.find(t, "restore asked for"), 1)
}

func TestTheEndOfTheContextEndsTheWork(t *testing.T) {
	o := newOffice(t)
	s, err := settingsFrom(func(k string) string { return map[string]string{"ROUTER_TIMEOUT": "100ms"}[k] })
	require.NoError(t, err)
	require.NoError(t, o.COSServer().Put(desk, "videos/a", nil))
	o.wait(t)
	o.Faults().Fail("PutObjectTagging", 1, triggertest.Fault{Latency: time.Minute})
	m := newMux(o.Objects(), s, slog.New(slog.DiscardHandler), event.NewMemoryStore(0), &counter{})
	_, err = m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.Bucket(desk), eventtest.Key("videos/a"))))
	require.ErrorIs(t, err, event.ErrTimeout)
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct{ variable, value, err string }{
		"defaults": {},
		"no slash": {"ROUTER_REPORTS", "reports", "ends in a slash"},
		"a loop":   {"ROUTER_SUMMARIES", "reports/summaries/", "lies inside"},
		"the same": {"ROUTER_VIDEOS", "reports/", "both"},
		"timeout":  {"ROUTER_TIMEOUT", "soon", `ROUTER_TIMEOUT is "soon"`},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := settingsFrom(func(k string) string { return map[string]string{c.variable: c.value}[k] })
			if c.err == "" {
				require.NoError(t, err)
				assert.Equal(t, settings{"reports/", "summaries/", "videos/", 20 * time.Second}, s)
				return
			}
			assert.ErrorContains(t, err, c.err)
		})
	}
}
