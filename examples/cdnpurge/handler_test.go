package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var photos = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}

const twoSites = "https://cdn.example.com,https://img.example.com/static/=images/"

// edge is a cloud whose bucket is served by a CDN.
type edge struct {
	*triggertest.Cloud
	*cdn
	client *cossdk.Client
}

func newEdge(t *testing.T, env map[string]string) edge {
	t.Helper()
	cloud := triggertest.New(t)
	cloud.CreateBucket(photos)
	id, key := cloud.Credentials()
	cdn := newCDN(t, id, key)
	s, err := settingsFrom(func(name string) string {
		if v, ok := env[name]; ok {
			return v
		}
		return map[string]string{"CDNPURGE_SITES": twoSites, "CDNPURGE_ENDPOINT": cdn.url}[name]
	})
	require.NoError(t, err)
	cloud.Handle("cdnpurge", newHandler(s, common.NewCredential(id, key)))
	for _, typ := range []event.Type{event.AnyObjectCreated, event.AnyObjectRemove} {
		require.NoError(t, cloud.Triggers(photos.Region).Bind(t.Context(), trigger.Trigger{Function: "cdnpurge", Bucket: photos, Event: typ}))
	}
	return edge{cloud, cdn, cloud.COS(photos)}
}

func (e edge) put(t *testing.T, key string) {
	t.Helper()
	_, err := e.client.Object.Put(t.Context(), key, strings.NewReader("x"), nil)
	require.NoError(t, err)
}

func (e edge) wait(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, e.Wait(ctx))
}

// invoke calls the function by the API with many records in one payload.
func (e edge) invoke(t *testing.T, events ...event.Event) (report, error) {
	t.Helper()
	result, err := e.SCF(photos.Region).Invoke(t.Context(), "cdnpurge", eventtest.Payload(events...))
	var r report
	if err == nil {
		require.NoError(t, json.Unmarshal(result.Payload, &r))
	}
	return r, err
}

func many(n int) (events []event.Event) {
	for i := range n {
		events = append(events, eventtest.Put(eventtest.Key(fmt.Sprintf("file-%d", i))))
	}
	return events
}

func TestNewReplacedAndRemovedFilesArePurged(t *testing.T) {
	e := newEdge(t, nil)
	e.put(t, "images/中文 a+b.png") // served by both sites
	e.put(t, "docs/100%?#.html")
	e.put(t, "docs/index.html")
	e.put(t, "docs/index.html") // replaced
	_, err := e.client.Object.Delete(t.Context(), "docs/index.html")
	require.NoError(t, err)
	e.wait(t)

	for _, d := range e.Deliveries() {
		assert.Equal(t, triggertest.Delivered, d.State, "%s", d)
		assert.Len(t, d.Attempts, 1)
	}
	purged, _ := e.seen()
	slices.Sort(purged)
	assert.Equal(t, []string{
		"https://cdn.example.com/docs/", "https://cdn.example.com/docs/", "https://cdn.example.com/docs/",
		"https://cdn.example.com/docs/100%25%3F%23.html",
		"https://cdn.example.com/docs/index.html", "https://cdn.example.com/docs/index.html", "https://cdn.example.com/docs/index.html",
		"https://cdn.example.com/images/%E4%B8%AD%E6%96%87%20a+b.png",
		"https://img.example.com/static/%E4%B8%AD%E6%96%87%20a+b.png",
	}, purged)
}

func TestRecordsOfAPayloadShareTheirCalls(t *testing.T) {
	e := newEdge(t, map[string]string{"CDNPURGE_BATCH": "100", "CDNPURGE_AREA": "overseas"})
	events := many(250)
	events = append(events, events[0], eventtest.RestoreCompleted(), eventtest.Unknown("cos:InventoryReportCreated:Put"))
	r, err := e.invoke(t, events...)
	require.NoError(t, err)
	assert.Equal(t, 253, r.Records)
	assert.Equal(t, 250, r.Purged, "each URL once, and none for what leaves the content as it was")
	assert.Len(t, r.Tasks, 3)
	_, calls := e.seen()
	assert.Equal(t, 3, calls)
	assert.Equal(t, []string{"overseas", "overseas", "overseas"}, e.areas)
}

func TestABatchThatIsTooLargeIsHalved(t *testing.T) {
	e := newEdge(t, nil)
	e.batch = 30
	r, err := e.invoke(t, many(100)...)
	require.NoError(t, err)
	assert.Equal(t, 100, r.Purged)
}

func TestAURLTheCDNNeverTakesCostsNoOther(t *testing.T) {
	e := newEdge(t, nil)
	long := eventtest.Put(eventtest.Key(strings.Repeat("long/", 160)))
	e.longest = 700
	r, err := e.invoke(t, append(many(20), long)...)
	require.NoError(t, err)
	assert.Equal(t, 20, r.Purged)
	require.Len(t, r.Refused, 1)
	assert.Contains(t, r.Refused[0], "/long/long/")
}

func TestTheDaysQuotaLeavesADeadLetter(t *testing.T) {
	e := newEdge(t, map[string]string{"CDNPURGE_SITES": twoSites + ",https://third.example.com"})
	e.day = 0
	e.put(t, "images/a.png")
	e.wait(t)
	d := e.Deliveries()[0]
	assert.Contains(t, []triggertest.State{triggertest.Dead, triggertest.Dropped}, d.State)
	require.Len(t, d.Attempts, 3, "the platform's three attempts")
	assert.Contains(t, d.Attempts[0].Error+d.Attempts[0].Result, "replay the event tomorrow")
	_, calls := e.seen()
	assert.Equal(t, 3, calls, "once the day is over no other site is asked")

	e.mu.Lock()
	e.day, e.domains = 10, append(e.domains, "third.example.com")
	e.mu.Unlock()
	_, err := e.SCF(photos.Region).Invoke(t.Context(), "cdnpurge", d.Payload) // the next day
	require.NoError(t, err)
	purged, _ := e.seen()
	assert.Len(t, purged, 3)
}

func TestThrottlingIsRetriedByThePlatform(t *testing.T) {
	e := newEdge(t, nil)
	e.failures = []string{"RequestLimitExceeded"}
	e.put(t, "a.png")
	e.wait(t)
	d := e.Deliveries()[0]
	assert.Equal(t, triggertest.Delivered, d.State)
	assert.Len(t, d.Attempts, 2)
}

func TestADomainThatIsGoneCostsNoOther(t *testing.T) {
	e := newEdge(t, map[string]string{"CDNPURGE_SITES": "https://gone.example.com," + twoSites})
	_, err := e.invoke(t, eventtest.Put(eventtest.Key("images/a.png")))
	require.ErrorContains(t, err, "ResourceNotFound.CdnHostNotExists")
	purged, _ := e.seen()
	assert.Equal(t, []string{"https://cdn.example.com/images/a.png", "https://img.example.com/static/a.png"}, purged)
}

func TestWrongKeysAreRefused(t *testing.T) {
	e := newEdge(t, nil)
	e.cdn.key = "another"
	_, err := e.invoke(t, many(1)...)
	assert.ErrorContains(t, err, "AuthFailure.SignatureFailure")
}

func TestABadRecordCostsNoOther(t *testing.T) {
	e := newEdge(t, nil)
	good := strings.TrimSuffix(strings.TrimPrefix(string(eventtest.Sample(event.TypeObjectCreatedPut)), `{"Records":[`), `]}`)
	_, err := e.SCF(photos.Region).Invoke(t.Context(), "cdnpurge", []byte(`{"Records":["no record",`+good+`]}`))
	assert.ErrorContains(t, err, "record 0")
	purged, _ := e.seen()
	assert.Len(t, purged, 1)
	for _, payload := range []string{`[]`, `{}`, `"text"`} {
		_, err := e.SCF(photos.Region).Invoke(t.Context(), "cdnpurge", []byte(payload))
		assert.ErrorContains(t, err, "not a COS notification", payload)
	}
}

func TestTheEndOfTheContextEndsTheWork(t *testing.T) {
	c := newCDN(t, "id", "key")
	s, err := settingsFrom(func(name string) string {
		return map[string]string{"CDNPURGE_SITES": twoSites, "CDNPURGE_ENDPOINT": c.url}[name]
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = newHandler(s, common.NewCredential("id", "key")).Invoke(ctx, eventtest.Payload(many(3)...))
	require.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "purge 3 URLs")
	assert.Empty(t, c.purged)
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		env map[string]string
		err string
	}{
		"no site":         {nil, "CDNPURGE_SITES is empty"},
		"no URL":          {map[string]string{"CDNPURGE_SITES": "cdn.example.com"}, `"cdn.example.com": want a URL`},
		"wildcard domain": {map[string]string{"CDNPURGE_SITES": "https://*.example.com"}, "no wildcard domains"},
		"area":            {map[string]string{"CDNPURGE_SITES": twoSites, "CDNPURGE_AREA": "moon"}, `CDNPURGE_AREA is "moon"`},
		"batch":           {map[string]string{"CDNPURGE_SITES": twoSites, "CDNPURGE_BATCH": "1001"}, "want 1 to 1000"},
		"endpoint":        {map[string]string{"CDNPURGE_SITES": twoSites, "CDNPURGE_ENDPOINT": "cdn"}, `CDNPURGE_ENDPOINT is "cdn"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := settingsFrom(func(k string) string { return c.env[k] })
			assert.ErrorContains(t, err, c.err)
		})
	}
	s, err := settingsFrom(func(k string) string { return map[string]string{"CDNPURGE_SITES": twoSites}[k] })
	require.NoError(t, err)
	assert.Equal(t, []site{{"https://cdn.example.com", ""}, {"https://img.example.com/static", "images/"}}, s.sites)
	assert.Equal(t, "https://cdn.tencentcloudapi.com", s.endpoint.String())
}
