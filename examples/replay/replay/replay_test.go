package replay

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

// numbers is a source of that many items.
type numbers int

func (n numbers) Name() string                         { return fmt.Sprint(int(n), " numbers") }
func (n numbers) Total(context.Context) (int64, error) { return int64(n), nil }
func (n numbers) Items(_ context.Context, after string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		from, _ := strconv.Atoi(after)
		for i := from + 1; i <= int(n); i++ {
			if !yield(Item{Position: strconv.Itoa(i), Payload: []byte(strconv.Itoa(i)), Size: 1}, nil) {
				return
			}
		}
	}
}

// record remembers what it was given, and may do more.
type record struct {
	mu   sync.Mutex
	seen []int
	then func(ctx context.Context, n int) error
}

func (r *record) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	n, _ := strconv.Atoi(string(payload))
	r.mu.Lock()
	r.seen = append(r.seen, n)
	r.mu.Unlock()
	if r.then != nil {
		return nil, r.then(ctx, n)
	}
	return nil, nil
}

// times returns how often each of n was seen.
func (r *record) times(n int) []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]int, n)
	for _, i := range r.seen {
		out[i-1]++
	}
	return out
}

func TestEverythingIsReplayedOnce(t *testing.T) {
	leak.Check(t)
	for _, workers := range []int{0, 1, 7} {
		var inFlight, most atomic.Int32
		r := &record{then: func(context.Context, int) error {
			n := inFlight.Add(1)
			defer inFlight.Add(-1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			return nil
		}}
		var reports atomic.Int32
		p, err := Run(t.Context(), Job{
			Source: numbers(3000), Target: r, Workers: workers, Checkpoint: filepath.Join(t.TempDir(), "c"),
			Progress: func(Progress) { reports.Add(1) },
		})
		require.NoError(t, err)
		assert.EqualValues(t, 3000, p.Done)
		assert.EqualValues(t, 3000, p.Size)
		assert.Zero(t, p.Failed)
		assert.Equal(t, slices.Repeat([]int{1}, 3000), r.times(3000))
		assert.LessOrEqual(t, most.Load(), int32(max(workers, 1)))
		assert.EqualValues(t, 3001, reports.Load())
	}
}

func TestARunGoesOnWhereTheLastOneStopped(t *testing.T) {
	leak.Check(t)
	const n = 30_000 // beyond one compaction
	job := Job{Source: numbers(n), Workers: 4, Checkpoint: filepath.Join(t.TempDir(), "c"), TargetName: "record"}
	total := make([]int, n)
	for runs := 1; ; runs++ {
		ctx, stop := context.WithCancel(t.Context())
		var count atomic.Int32
		r := &record{}
		r.then = func(ctx context.Context, _ int) error {
			if count.Add(1) == 7001 {
				stop()
			}
			return ctx.Err()
		}
		job.Target = r
		p, err := Run(ctx, job)
		stop()
		for i, times := range r.times(n) {
			total[i] += times
		}
		if err == nil {
			assert.EqualValues(t, n, p.Done)
			assert.Greater(t, runs, 3)
			repeated := 0
			for i, times := range total {
				require.Positive(t, times, "number %d is lost", i+1)
				repeated += times - 1
			}
			assert.LessOrEqual(t, repeated, (runs-1)*job.Workers)
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, runs, 20)
	}

	job.Target = &record{then: func(context.Context, int) error { panic("all is done") }}
	p, err := Run(t.Context(), job)
	require.NoError(t, err)
	assert.EqualValues(t, n, p.Done)
	assert.Zero(t, p.Here)

	job.TargetName = "another"
	_, err = Run(t.Context(), job)
	assert.ErrorIs(t, err, ErrOtherJob)
}

func TestFailuresAreTriedKeptAndReplayable(t *testing.T) {
	dir := t.TempDir()
	down := errors.New("target is down")
	r := &record{then: func(_ context.Context, n int) error {
		if n%10 == 3 {
			return down
		}
		return nil
	}}
	p, err := Run(t.Context(), Job{Source: numbers(100), Target: r, Workers: 3, Attempts: 3, Checkpoint: filepath.Join(dir, "c")})
	require.ErrorIs(t, err, ErrFailed)
	assert.EqualValues(t, 100, p.Done)
	assert.EqualValues(t, 10, p.Failed)
	for i, times := range r.times(100) {
		if (i+1)%10 == 3 {
			assert.Equal(t, 3, times)
		} else {
			assert.Equal(t, 1, times)
		}
	}
	var again []string
	for item, err := range (File{filepath.Join(dir, "c.failed")}).Items(t.Context(), "") {
		require.NoError(t, err)
		again = append(again, string(item.Payload))
	}
	slices.Sort(again)
	assert.Equal(t, []string{"13", "23", "3", "33", "43", "53", "63", "73", "83", "93"}, again)

	_, err = Run(t.Context(), Job{Source: numbers(100), Target: r})
	assert.ErrorIs(t, err, ErrFailed, "without a checkpoint failures count too")
}

func TestASlowItemHoldsBackTheRestOnlySoFar(t *testing.T) {
	leak.Check(t)
	release := make(chan struct{})
	var once sync.Once
	r := &record{}
	r.then = func(_ context.Context, n int) error {
		if n == 1 {
			<-release
		}
		if n == window { // the last one that there is room for
			once.Do(func() { close(release) })
		}
		return nil
	}
	p, err := Run(t.Context(), Job{Source: numbers(5000), Target: r, Workers: 2})
	require.NoError(t, err)
	assert.EqualValues(t, 5000, p.Done)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.seen[:window] {
		assert.LessOrEqual(t, n, window)
	}
}

// broken is a source that fails at an item.
type broken struct{ numbers }

func (b broken) Items(ctx context.Context, after string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for item := range b.numbers.Items(ctx, after) {
			if item.Position == "50" {
				yield(Item{}, errors.New("disk is gone"))
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

func TestFailuresOfSourceAndCheckpoint(t *testing.T) {
	leak.Check(t)
	path := filepath.Join(t.TempDir(), "c")
	r := &record{}
	p, err := Run(t.Context(), Job{Source: broken{100}, Target: r, Workers: 2, Checkpoint: path})
	assert.ErrorContains(t, err, "disk is gone")
	assert.EqualValues(t, 49, p.Done, "what was begun is waited for")

	p, err = Run(t.Context(), Job{Source: numbers(100), Target: r, Workers: 2, Checkpoint: path})
	require.NoError(t, err)
	assert.EqualValues(t, 51, p.Here)

	_, err = Run(t.Context(), Job{Source: numbers(1), Target: r, Checkpoint: filepath.Join(path, "not", "a", "folder")})
	assert.Error(t, err)
	_, err = Run(t.Context(), Job{Source: File{filepath.Join(t.TempDir(), "none")}, Target: r})
	assert.ErrorIs(t, err, os.ErrNotExist)
	for _, text := range []string{"no checkpoint\n", "{\"job\":\"100 numbers to \"}\nno line\n"} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err = Run(t.Context(), Job{Source: numbers(100), Target: r, Checkpoint: path})
		assert.ErrorContains(t, err, "checkpoint")
	}
}

func TestALineCutByAKillIsForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	text := `{"job":"9 numbers to ","mark":"2","count":2,"size":2}
{"done":"4","number":2,"size":1}
{"done":"3","number":1,"size":1,"mark":"4","upto":2}
{"done":"7","number":5,"size":1}
{"done":"5","numb`
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	r := &record{}
	p, err := Run(t.Context(), Job{Source: numbers(9), Target: r, Checkpoint: path})
	require.NoError(t, err)
	assert.EqualValues(t, 9, p.Done)
	assert.EqualValues(t, 9, p.Size)
	assert.Equal(t, []int{5, 6, 8, 9}, r.seen)
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"job":"x","mark":"2","count":2}` + "\n" + `{"done":"4","number":2}` + "\n"))
	f.Add([]byte("{}\n{\"done\":\"\"}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "c")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		j, err := openJournal(path, "x")
		if err != nil {
			return
		}
		require.NoError(t, j.close())
		again, err := openJournal(path, "x")
		require.NoError(t, err, "what was written can be read")
		require.NoError(t, again.close())
		assert.Equal(t, j.mark, again.mark)
		assert.Equal(t, j.ahead, again.ahead)
		assert.Equal(t, j.done, again.done)
	})
}

var _ function.Handler = (*record)(nil)
