package replay

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/scf/function"
)

// The tests below run this program again as a process of its own, which can be killed, and whose memory is its own.
func TestMain(m *testing.M) {
	switch os.Getenv("REPLAY_TEST") {
	case "file":
		child(File{os.Getenv("REPLAY_FILE")}, false)
	case "bucket":
		client := cos.NewClient(eventtest.DefaultBucket, cos.StaticCredentials(costest.DefaultSecretID, costest.DefaultSecretKey, ""))
		child(Bucket{Bucket: eventtest.DefaultBucket, Client: client}, true)
	default:
		os.Exit(m.Run())
	}
}

const childWorkers = 4

// child replays a source to a handler that writes each key to standard output, and the live heap now and then.
func child(source Source, heap bool) {
	var mu sync.Mutex
	n := 0
	h := function.HandlerFunc(func(_ context.Context, payload []byte) ([]byte, error) {
		events, err := event.Decode(payload)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		if n++; heap && n%10_000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			fmt.Println("heap", m.HeapAlloc)
		}
		fmt.Println(events[0].Common().Object.Key)
		return nil, nil
	})
	if _, err := Run(context.Background(), Job{Source: source, Target: h, Workers: childWorkers, Checkpoint: os.Getenv("REPLAY_CHECKPOINT")}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// start runs the child and yields what it writes until stop says so; then it is killed.
func start(t *testing.T, env []string, each func(line string) (kill bool)) (finished bool) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), env...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	killed := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if each(lines.Text()) && !killed {
			killed = true
			require.NoError(t, cmd.Process.Kill())
		}
	}
	err = cmd.Wait()
	if !killed {
		require.NoError(t, err, said.String())
	}
	return err == nil
}

func TestAKilledRunGoesOn(t *testing.T) {
	const n = 3000
	dir := t.TempDir()
	var text strings.Builder
	for i := range n {
		text.Write(eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key(fmt.Sprint("in/", i))))
		text.WriteByte('\n')
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "events"), []byte(text.String()), 0o600))
	env := []string{"REPLAY_TEST=file", "REPLAY_FILE=" + filepath.Join(dir, "events"), "REPLAY_CHECKPOINT=" + filepath.Join(dir, "checkpoint")}

	times := map[string]int{}
	kills := 0
	for {
		seen := 0
		if start(t, env, func(line string) bool {
			times[line]++
			seen++
			return seen == 300+kills*211
		}) {
			break
		}
		kills++
		require.Less(t, kills, 20)
	}
	assert.GreaterOrEqual(t, kills, 2)
	assert.Len(t, times, n, "nothing is lost")
	repeated := 0
	for _, n := range times {
		repeated += n - 1
	}
	assert.LessOrEqual(t, repeated, kills*childWorkers, "only what was in flight is repeated")
}

func TestAHundredThousandObjectsTakeLittleMemory(t *testing.T) {
	const n = 100_000
	server := costest.NewServer(t)
	require.NoError(t, server.CreateBucket(eventtest.DefaultBucket))
	for i := range n {
		require.NoError(t, server.Put(eventtest.DefaultBucket, fmt.Sprintf("backfill/%06d", i), nil))
	}
	checkpoint := filepath.Join(t.TempDir(), "checkpoint")
	env := []string{"REPLAY_TEST=bucket", "REPLAY_CHECKPOINT=" + checkpoint, cos.EndpointVariable + "=" + server.URL()}
	seen, samples := 0, 0
	last := ""
	each := func(line string) bool {
		var heap int
		if _, err := fmt.Sscanf(line, "heap %d", &heap); err == nil {
			samples++
			assert.Less(t, heap, 8<<20, "live heap after %d events", seen)
			return false
		}
		seen, last = seen+1, max(last, line)
		return seen == n/2
	}
	require.False(t, start(t, env, each), "killed halfway")
	require.True(t, start(t, env, each))
	assert.GreaterOrEqual(t, seen, n)
	assert.LessOrEqual(t, seen, n+childWorkers)
	assert.Equal(t, "backfill/099999", last)
	assert.GreaterOrEqual(t, samples, 9)
	info, err := os.Stat(checkpoint)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(compactAfter*200), "the checkpoint stays small too")
}
