package triggertest_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/scftest"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// children returns the processes started by this one that run a function: their program lies below dir.
func children(dir string) []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/exe")
	var pids []int
	for _, link := range stats {
		exe, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(exe, dir) {
			continue
		}
		if pid, err := strconv.Atoi(strings.Split(link, "/")[2]); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestNothingIsLostWhenProcessesAreKilled(t *testing.T) {
	n := soakSize(t, 300) // each object is a whole invocation of a process
	dir := t.TempDir()
	cloud := newCloud(t, triggertest.WithSCF(scftest.WithDir(dir)))
	code, err := scf.BuildGo(t.Context(), "./testdata/copier")
	require.NoError(t, err)
	client := cloud.SCF(photos.Region)
	_, err = client.Deploy(t.Context(), scf.Function{Name: "copier", Code: code, Timeout: 30 * time.Second, Role: "copier-role"})
	require.NoError(t, err)
	bind(t, cloud, trigger.Trigger{Function: "copier", Event: event.AnyObjectCreated, Prefix: "in/"})

	ctx, cancel := context.WithCancel(t.Context())
	killed := make(chan int)
	go func() {
		random := rand.New(rand.NewPCG(3, 4))
		count := 0
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				killed <- count
				return
			case <-tick.C:
				if pids := children(dir); len(pids) > 0 {
					if syscall.Kill(pids[random.IntN(len(pids))], syscall.SIGKILL) == nil {
						count++
					}
				}
			}
		}
	}()
	start := time.Now()
	write(t, cloud, n)
	long, done := context.WithTimeout(t.Context(), 5*time.Minute)
	defer done()
	require.NoError(t, cloud.Wait(long))
	took := time.Since(start)
	cancel()
	kills := <-killed

	deliveries := cloud.Deliveries()
	states := map[triggertest.State]int{}
	for _, d := range deliveries {
		if !strings.HasPrefix(d.Key, "in/") {
			continue
		}
		states[d.State]++
		switch {
		case d.State == triggertest.Dropped:
			assert.NotEmpty(t, d.Reason)
		case d.State != triggertest.Delivered:
			t.Errorf("unexplained: %s", d)
		}
	}
	done2, err := cloud.COSServer().Keys(photos, "done/")
	require.NoError(t, err)
	have := map[string]bool{}
	for _, k := range done2 {
		have[k] = true
	}
	for _, d := range deliveries {
		if d.State == triggertest.Delivered && strings.HasPrefix(d.Key, "in/") && !have["done/"+strings.TrimPrefix(d.Key, "in/")] {
			t.Errorf("said to be delivered, but nothing was done: %s", d)
		}
	}
	assert.Positive(t, kills, "the test killed no process: it shows nothing")
	t.Logf("%d objects, %d kills: %d events delivered, %d given up after their retries; %.0f a second", n, kills,
		states[triggertest.Delivered], states[triggertest.Dropped], float64(n)/took.Seconds())
}
