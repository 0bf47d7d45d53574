package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
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
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// unasked is a bucket that must not be asked.
func unasked(t *testing.T) look {
	return func(_ context.Context, e event.Event) (Row, error) {
		t.Errorf("asked the bucket for %s", e.Common())
		return Row{}, errors.New("not to be asked")
	}
}

// disorder is what an unlucky function gets: everything, some of it twice, in no order, in payloads of one to three records.
func disorder(r *rand.Rand, events []event.Event) [][]byte {
	var all []event.Event
	for _, e := range events {
		for range 1 + r.IntN(2) {
			all = append(all, e)
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var payloads [][]byte
	for len(all) > 0 {
		n := min(1+r.IntN(3), len(all))
		payloads = append(payloads, eventtest.Payload(all[:n]...))
		all = all[n:]
	}
	return payloads
}

// deliver hands payloads to as many invocations at a time as there are workers.
func deliver(t *testing.T, m *event.Mux, payloads [][]byte, workers int) {
	t.Helper()
	queue := make(chan []byte, len(payloads))
	for _, p := range payloads {
		queue <- p
	}
	close(queue)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for p := range queue {
				_, err := m.Invoke(t.Context(), p)
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
}

func TestTheLastEventWinsInAnyOrder(t *testing.T) {
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(10) {
				r := rand.New(rand.NewPCG(seed, 8))
				table := open(t, dsn(t))
				var events []event.Event
				want := map[string]string{}
				at := eventtest.DefaultTime
				for i := range 60 {
					at = at.Add(time.Duration(1+r.IntN(3)) * time.Second)
					key := eventtest.Key(fmt.Sprintf("in/%d +中.png", r.IntN(5)))
					opts := []eventtest.Option{key, eventtest.Time(at), eventtest.Size(int64(i)), eventtest.RequestID(fmt.Sprint("r", i))}
					e := eventtest.New([]event.Type{
						event.TypeObjectCreatedPut, event.TypeObjectCreatedCopy, event.AnyObjectCreated, event.TypeObjectCreatedCompleteMultipartUpload,
						event.TypeObjectRemoveDelete, event.AnyObjectRemove, event.TypeObjectRemoveDeleteMarkerCreated,
					}[r.IntN(7)], opts...)
					events = append(events, e)
					delete(want, e.Common().Object.Key)
					if e.EventType().Family() == event.FamilyCreated {
						want[e.Common().Object.Key] = e.Common().Object.ETag
					}
				}
				deliver(t, newMux(table, unasked(t)), disorder(r, events), 4)
				got := map[string]string{}
				for key, row := range rows(t, table) {
					got[key] = row.ETag
				}
				require.Equal(t, want, got, "seed %d", seed)
			}
		})
	}
}

// bucketState is what the table should have of a bucket.
func bucketState(t *testing.T, cloud *triggertest.Cloud, b event.Bucket) map[string]string {
	t.Helper()
	list, err := cloud.COSServer().List(b, "")
	require.NoError(t, err)
	out := map[string]string{}
	for _, o := range list {
		out[o.Key] = fmt.Sprintf("%s %d %s", o.ETag, o.Size, o.VersionID)
	}
	return out
}

func tableState(t *testing.T, table *Table) map[string]string {
	t.Helper()
	out := map[string]string{}
	for key, row := range rows(t, table) {
		out[key] = fmt.Sprintf("%s %d %s", row.ETag, row.Size, row.Version)
	}
	return out
}

// change does something to one of a few objects, several times within a second.
func change(t *testing.T, r *rand.Rand, cloud *triggertest.Cloud, b event.Bucket) {
	t.Helper()
	key := fmt.Sprintf("in/%d", r.IntN(4))
	switch r.IntN(6) {
	case 0, 1, 2:
		require.NoError(t, cloud.COSServer().Put(b, key, make([]byte, r.IntN(1000))))
	case 3:
		require.NoError(t, cloud.COSServer().Delete(b, key))
	case 4: // one version, or a delete marker, by its id
		versions, err := cloud.COSServer().ListVersions(b, key)
		require.NoError(t, err)
		if len(versions) > 0 && versions[0].VersionID != "" {
			_, err = cloud.COS(b).Object.Delete(t.Context(), key, &cossdk.ObjectDeleteOptions{VersionId: versions[r.IntN(min(2, len(versions)))].VersionID})
			require.NoError(t, err)
		}
	case 5:
		if r.IntN(4) == 0 {
			cloud.Advance(time.Second)
		}
	}
}

func TestTheTableAgreesWithTheBucket(t *testing.T) {
	for kind, opts := range map[string][]costest.BucketOption{"plain": nil, "versioned": {costest.Versioned()}, "suspended": {costest.Suspended()}} {
		for name, dsn := range dsns {
			t.Run(kind+" "+name, func(t *testing.T) {
				for seed := range uint64(4) {
					r := rand.New(rand.NewPCG(seed, 1))
					cloud := triggertest.New(t)
					cloud.CreateBucket(photos, opts...)
					table := open(t, dsn(t))
					m := newMux(table, lookIn(cloud.Objects()))
					cloud.Handle("dbsync", m)
					for _, typ := range []event.Type{event.AnyObjectCreated, event.AnyObjectRemove} {
						require.NoError(t, cloud.Triggers(photos.Region).Bind(t.Context(), trigger.Trigger{Function: "dbsync", Bucket: photos, Event: typ}))
					}
					for range 60 {
						change(t, r, cloud, photos)
					}
					require.NoError(t, cloud.Wait(t.Context()))
					require.Equal(t, bucketState(t, cloud, photos), tableState(t, table), "seed %d", seed)

					var events []event.Event
					for _, d := range cloud.Deliveries() {
						require.Equal(t, triggertest.Delivered, d.State, "%s", d)
						require.Len(t, d.Attempts, 1, "%s", d)
						es, err := event.Decode(d.Payload)
						require.NoError(t, err)
						events = append(events, es...)
					}
					require.NotEmpty(t, events)
					deliver(t, m, disorder(r, events), 3)
					require.Equal(t, bucketState(t, cloud, photos), tableState(t, table), "repeats, seed %d", seed)

					fresh := open(t, dsn(t))
					deliver(t, newMux(fresh, lookIn(cloud.Objects())), disorder(r, events), 3)
					require.Equal(t, bucketState(t, cloud, photos), tableState(t, fresh), "late, seed %d", seed)
				}
			})
		}
	}
}

func TestOrder(t *testing.T) {
	at := eventtest.DefaultTime
	early, later := "MTg0NDUxNTc1NjIzMTQ1MDAwODg", "MTg0NDUxNTc1NjIzMTQ1MDAwODc="
	for name, c := range map[string]struct {
		got, have Row
		want      order
	}{
		"the first":               {Row{Event: "a", Time: at}, Row{}, newer},
		"the same":                {Row{Event: "a", Time: at}, Row{Event: "a", Time: at}, older},
		"later":                   {Row{Event: "b", Time: at.Add(time.Second)}, Row{Event: "a", Time: at}, newer},
		"earlier":                 {Row{Event: "a", Time: at}, Row{Event: "b", Time: at.Add(time.Second)}, older},
		"same second":             {Row{Event: "a", Time: at}, Row{Event: "b", Time: at}, unclear},
		"same second, new":        {Row{Event: "a", Time: at, Version: later}, Row{Event: "b", Time: at, Version: early}, newer},
		"same second, old":        {Row{Event: "a", Time: at, Version: early}, Row{Event: "b", Time: at, Version: later}, older},
		"same version":            {Row{Event: "a", Time: at, Version: early}, Row{Event: "b", Time: at, Version: early}, unclear},
		"strange version":         {Row{Event: "a", Time: at, Version: "0123456789"}, Row{Event: "b", Time: at, Version: early}, unclear},
		"same second, asked":      {Row{Event: "a", Time: at, Version: later}, Row{Time: at, Version: early}, unclear},
		"no time":                 {Row{Event: "a"}, Row{Event: "b", Time: at}, unclear},
		"later, older version id": {Row{Event: "b", Time: at.Add(time.Second), Version: early}, Row{Event: "a", Time: at, Version: later}, newer},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, compare(c.got, c.have)) })
	}
}

func FuzzVersionTime(f *testing.F) {
	f.Add("MTg0NDUxNTc1NjIzMTQ1MDAwODg")
	f.Add("")
	f.Fuzz(func(t *testing.T, id string) {
		n, ok := versionTime(id)
		again, okAgain := versionTime(id + "=")
		assert.Equal(t, ok, okAgain)
		assert.Equal(t, n, again)
	})
}

func TestOddEvents(t *testing.T) {
	onEach(t, func(t *testing.T, table *Table) {
		truth := func(_ context.Context, e event.Event) (Row, error) {
			return Row{Bucket: e.Common().Bucket.ID(), Region: e.Common().Bucket.Region, Key: e.Common().Object.Key, Present: true, ETag: "asked"}, nil
		}
		m := newMux(table, truth)
		noTime := eventtest.Edit(func(r *event.Record) { r.Event.Time = 0 })
		_, err := m.Invoke(t.Context(), eventtest.Payload(
			eventtest.Put(eventtest.Key("nul\x00")),
			eventtest.Put(eventtest.Key("quote'); DROP TABLE objects; --"), eventtest.ContentType("a\x00b")),
			eventtest.Put(eventtest.Key("late"), eventtest.ETag("one")),
			eventtest.Put(eventtest.Key("late"), eventtest.ETag("two"), noTime),
			eventtest.RestoreCompleted(eventtest.Key("restored")),
			eventtest.Put(eventtest.Key(strings.Repeat("ж", 425)), eventtest.Before2022()),
		))
		require.NoError(t, err)
		got := rows(t, table)
		assert.Len(t, got, 3)
		assert.Equal(t, "asked", got["late"].ETag)
		assert.Equal(t, "ab", got["quote'); DROP TABLE objects; --"].ContentType)
		assert.Equal(t, "ap-guangzhou", got[strings.Repeat("ж", 425)].Region)

		_, err = m.Invoke(t.Context(), []byte(`{"Records":[{"cos":7},`+string(eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("good"))[len(`{"Records":[`):])))
		var bad *event.RecordError
		require.ErrorAs(t, err, &bad)
		assert.Contains(t, rows(t, table), "good", "one bad record does not cost the others")
		_, err = m.Invoke(t.Context(), eventtest.Sample("cos:InventoryReportCreated:Put"))
		assert.ErrorIs(t, err, event.ErrUnhandled)
	})
}

func TestFailuresAreReturnedAndChangeNothing(t *testing.T) {
	onEach(t, func(t *testing.T, table *Table) {
		down := errors.New("bucket is down")
		m := newMux(table, func(context.Context, event.Event) (Row, error) { return Row{}, down })
		_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.ETag("one")), eventtest.Put(eventtest.ETag("two"))))
		require.ErrorIs(t, err, down)
		assert.Equal(t, `"one"`, rows(t, table)["in/cat.png"].ETag)

		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = m.Invoke(ended, eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("in/late.png")))
		require.ErrorIs(t, err, context.Canceled)
		assert.Len(t, rows(t, table), 1)

		_, err = table.db.ExecContext(t.Context(), "DROP TABLE objects")
		require.NoError(t, err)
		_, err = m.Invoke(t.Context(), eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("in/late.png")))
		assert.ErrorContains(t, err, "objects")
	})
}

func TestAnAnswerOvertakenByAnEventIsNotKept(t *testing.T) {
	onEach(t, func(t *testing.T, table *Table) {
		at := eventtest.DefaultTime
		asks := 0
		var m *event.Mux
		m = newMux(table, func(ctx context.Context, e event.Event) (Row, error) {
			if asks++; asks == 1 { // while the bucket answers, a later event comes
				_, err := m.Invoke(ctx, eventtest.Payload(eventtest.Put(eventtest.ETag("three"), eventtest.Time(at.Add(time.Second)))))
				assert.NoError(t, err)
			}
			return Row{Bucket: e.Common().Bucket.ID(), Key: e.Common().Object.Key, Present: true, ETag: "stale"}, nil
		})
		_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.ETag("one")), eventtest.Put(eventtest.ETag("two"))))
		require.NoError(t, err)
		assert.Equal(t, 1, asks)
		assert.Equal(t, `"three"`, rows(t, table)["in/cat.png"].ETag)
	})
}

func TestPrune(t *testing.T) {
	onEach(t, func(t *testing.T, table *Table) {
		at := eventtest.DefaultTime
		m := newMux(table, unasked(t))
		_, err := m.Invoke(t.Context(), eventtest.Payload(
			eventtest.Put(eventtest.Key("kept")),
			eventtest.Delete(eventtest.Key("old")),
			eventtest.Delete(eventtest.Key("fresh"), eventtest.Time(at.Add(time.Hour))),
		))
		require.NoError(t, err)
		require.NoError(t, table.Prune(t.Context(), at.Add(time.Minute)))
		var n int
		require.NoError(t, table.db.QueryRowContext(t.Context(), "SELECT count(*) FROM objects").Scan(&n))
		assert.Equal(t, 2, n)
	})
}

func TestInstancesShareATable(t *testing.T) {
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			shared := dsn(t)
			tables := make([]*Table, 4)
			var wg sync.WaitGroup
			for i := range tables { // all at once, each making the table
				wg.Go(func() {
					var err error
					tables[i], err = Open(t.Context(), shared)
					assert.NoError(t, err)
				})
			}
			wg.Wait()
			for i, table := range tables {
				require.NotNil(t, table)
				t.Cleanup(func() { assert.NoError(t, table.Close()) })
				wg.Go(func() {
					m := newMux(table, unasked(t))
					for n := range 20 {
						at := eventtest.DefaultTime.Add(time.Duration(n*4+i) * time.Second)
						_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.Time(at), eventtest.Size(int64(n*4+i)))))
						assert.NoError(t, err)
					}
				})
			}
			wg.Wait()
			assert.EqualValues(t, 79, rows(t, tables[0])["in/cat.png"].Size)
		})
	}
}

func TestOpenFails(t *testing.T) {
	_, err := Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder", "objects.db"))
	assert.Error(t, err)
}
