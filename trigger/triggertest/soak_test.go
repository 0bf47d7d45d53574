package triggertest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// soakSize is how many objects a soak test writes: COSEVENT_SOAK, else few enough for every day.
func soakSize(t *testing.T, usual int) int {
	t.Helper()
	v := os.Getenv("COSEVENT_SOAK")
	if v == "" {
		return usual
	}
	n, err := strconv.Atoi(v)
	require.NoError(t, err, "COSEVENT_SOAK is a number of objects")
	return n
}

// write puts n objects from 16 clients, each until it is acknowledged, while the fake COS fails some of the calls.
func write(t *testing.T, cloud *triggertest.Cloud, n int) {
	t.Helper()
	for range n / 100 {
		for _, f := range []triggertest.Fault{{Status: 503, Code: "SlowDown"}, {Status: 500, Code: "InternalError"}, {Drop: triggertest.DropBefore}, {Drop: triggertest.DropAfter}} {
			cloud.Faults().Fail("PutObject", 1, f)
			cloud.Faults().Fail("PutObject", 24, triggertest.Fault{}) // 24 calls that nothing happens to
		}
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	objects := cloud.Objects()
	for range 16 {
		wg.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(n) {
					return
				}
				key := fmt.Sprintf("in/%06d", i)
				for try := 0; ; try++ {
					err := objects.Put(t.Context(), photos, key, strings.NewReader(key))
					if err == nil {
						break
					}
					if try > 50 {
						t.Errorf("put %s: %v", key, err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

// account requires that every object has an event that was delivered or is a dead letter, and returns how many there are of each.
func account(t *testing.T, cloud *triggertest.Cloud, n int) map[triggertest.State]int {
	t.Helper()
	states := map[triggertest.State]int{}
	keys := map[string]bool{}
	for _, d := range cloud.Deliveries() {
		if !strings.HasPrefix(d.Key, "in/") {
			continue
		}
		states[d.State]++
		keys[d.Key] = true
		switch d.State {
		case triggertest.Delivered:
			assert.Equal(t, 200, d.Attempts[len(d.Attempts)-1].StatusCode)
		case triggertest.Dead:
			assert.NotEmpty(t, d.Reason)
		default:
			t.Errorf("unexplained: %s", d)
		}
	}
	assert.Len(t, keys, n, "every acknowledged object has an event")
	assert.Len(t, cloud.DeadLetters(), states[triggertest.Dead])
	return states
}

func TestNothingIsLostUnderLoadAndFaults(t *testing.T) {
	n := soakSize(t, 2000)
	cloud := newCloud(t)
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	handled := map[string]bool{}
	cloud.Handle("flaky", function.HandlerFunc(func(_ context.Context, payload []byte) ([]byte, error) {
		events, err := event.Decode(payload)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		if random.IntN(10) == 0 {
			return nil, errors.New("one in ten")
		}
		for _, e := range events {
			handled[e.Common().Object.Key] = true
		}
		return nil, nil
	}))
	bind(t, cloud, trigger.Trigger{Function: "flaky", Event: event.AnyObjectCreated, Prefix: "in/"})
	for range n / 100 {
		cloud.Faults().Fail(scftest.OpExecute, 1, triggertest.Fault{Status: 500})
		cloud.Faults().Fail(scftest.OpExecute, 99, triggertest.Fault{})
	}

	var peak atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	start := time.Now()
	write(t, cloud, n)
	wait(t, cloud)
	took := time.Since(start)
	close(stop)
	<-stopped

	states := account(t, cloud, n)
	for _, d := range cloud.Deliveries() {
		if d.State == triggertest.Delivered && !handled[d.Key] {
			t.Errorf("said to be delivered, but the handler never saw it: %s", d)
		}
	}
	t.Logf("%d objects: %d events delivered, %d dead letters; %.0f a second; peak heap in use %d MB", n,
		states[triggertest.Delivered], states[triggertest.Dead], float64(n)/took.Seconds(), peak.Load()>>20)
}
