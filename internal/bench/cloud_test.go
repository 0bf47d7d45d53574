package bench

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// BenchmarkPutToHandler writes objects in turn to a bucket without a trigger and to one with. It reports the medians of the time that
// the PUT alone takes, of the time from the beginning of the PUT until the handler, in the same process, is entered, and what the
// event adds to the PUT.
func BenchmarkPutToHandler(b *testing.B) {
	cloud := triggertest.New(b)
	quiet := event.Bucket{Name: "quiet", AppID: "1250000000", Region: "ap-guangzhou"}
	bound := event.Bucket{Name: "bound", AppID: "1250000000", Region: "ap-guangzhou"}
	cloud.CreateBucket(quiet)
	cloud.CreateBucket(bound)
	entered := make(chan time.Time, 1)
	cloud.Handle("f", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		entered <- time.Now()
		return nil, nil
	}))
	err := cloud.Triggers(bound.Region).Bind(b.Context(), trigger.Trigger{Function: "f", Bucket: bound, Event: event.AnyObjectCreated})
	if err != nil {
		b.Fatal(err)
	}
	put := func(to event.Bucket) time.Duration {
		client := cloud.COS(to)
		start := time.Now()
		if _, err := client.Object.Put(b.Context(), "k", strings.NewReader("hello"), nil); err != nil {
			b.Fatal(err)
		}
		if to == quiet {
			return time.Since(start)
		}
		return (<-entered).Sub(start)
	}
	var alone, handled []time.Duration
	for b.Loop() {
		alone = append(alone, put(quiet))
		handled = append(handled, put(bound))
	}
	b.ReportMetric(micros(alone), "µs-put")
	b.ReportMetric(micros(handled), "µs-put-to-handler")
	b.ReportMetric(micros(handled)-micros(alone), "µs-added")
}

// micros returns the median in microseconds.
func micros(ds []time.Duration) float64 {
	slices.Sort(ds)
	return float64(ds[len(ds)/2].Nanoseconds()) / 1e3
}
