package clock

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestATimerWaitsForItsInstant(t *testing.T) {
	c := New(WithFrozen())
	fired := 0
	c.AfterFunc(time.Hour, func() { fired++ })
	c.Advance(time.Hour-time.Nanosecond, nil)
	assert.Zero(t, fired)
	c.Advance(time.Nanosecond, nil)
	assert.Equal(t, 1, fired)
	c.Advance(time.Hour, nil)
	assert.Equal(t, 1, fired, "a timer fires once")
}

func TestTimersFireInOrderEachAtItsOwnInstant(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := New(WithStart(start), WithFrozen())
	var got []time.Duration
	note := func() { got = append(got, c.Now().Sub(start)) }
	c.AfterFunc(3*time.Second, note)
	c.AfterFunc(time.Second, func() {
		note()
		c.AfterFunc(time.Second, note) // set by a timer, due within the same Advance
	})
	settled := 0
	c.Advance(10*time.Second, func() { settled++ })
	assert.Equal(t, []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}, got)
	assert.Equal(t, 4, settled, "once before the first step and once after each timer")
	assert.Equal(t, start.Add(10*time.Second), c.Now())
}

func TestAStoppedTimerStaysSilent(t *testing.T) {
	c := New(WithFrozen())
	tm := c.AfterFunc(time.Second, func() { t.Error("fired") })
	assert.True(t, tm.Stop())
	assert.False(t, tm.Stop())
	c.Advance(time.Minute, nil)
	_, ok := c.Next()
	assert.False(t, ok)
}

func TestARunningClockFiresByItself(t *testing.T) {
	c := New()
	done := make(chan struct{})
	c.AfterFunc(time.Millisecond, func() { close(done) })
	<-done
}

func TestTranslate(t *testing.T) {
	c := New()
	signed := time.Now()
	c.Advance(2*time.Hour, nil)
	assert.WithinDuration(t, signed, c.Translate(signed), time.Second, "what was signed before the jump has aged two hours")
	assert.WithinDuration(t, c.Now(), c.Translate(time.Now()), time.Second, "what is signed now is fresh")
	assert.WithinDuration(t, c.Now().Add(time.Hour), c.Translate(time.Now().Add(time.Hour)), time.Second)
}

func TestTranslateWithAFrozenClock(t *testing.T) {
	start := time.Date(2022, 1, 2, 3, 4, 5, 0, time.UTC)
	c := New(WithStart(start), WithFrozen())
	assert.WithinDuration(t, start, c.Translate(time.Now()), time.Second)
}

func TestCloseDropsTimers(t *testing.T) {
	c := New()
	c.AfterFunc(time.Hour, func() { t.Error("fired") })
	c.Close()
	c.Advance(2*time.Hour, nil)
}

// A callback may move the clock, whoever started it and whoever else is moving it.
func TestACallbackAdvances(t *testing.T) {
	t.Run("in real time", func(t *testing.T) {
		c := New()
		later := make(chan struct{})
		c.AfterFunc(time.Hour, func() { close(later) })
		c.AfterFunc(0, func() { c.Advance(2*time.Hour, nil) })
		<-later
	})
	t.Run("two at once", func(t *testing.T) {
		c := New()
		var both, done sync.WaitGroup
		both.Add(2)
		done.Add(2)
		advance := func() {
			defer done.Done()
			both.Done()
			both.Wait()
			c.Advance(time.Minute, nil)
		}
		c.AfterFunc(0, func() {
			c.AfterFunc(0, advance) // in a goroutine of its own
			advance()
		})
		done.Wait()
	})
	t.Run("within Advance", func(t *testing.T) {
		c := New(WithFrozen())
		start := c.Now()
		c.AfterFunc(time.Second, func() { c.Advance(time.Minute, nil) })
		c.Advance(2*time.Second, nil)
		assert.Equal(t, start.Add(time.Minute+time.Second), c.Now())
	})
	t.Run("while another waits for it", func(t *testing.T) {
		c := New()
		entered, release := make(chan struct{}), make(chan struct{})
		c.AfterFunc(0, func() {
			close(entered)
			<-release
			c.Advance(time.Minute, nil)
		})
		<-entered
		done := make(chan struct{})
		go func() { c.Advance(time.Minute, nil); close(done) }()
		close(release)
		<-done
	})
}

func TestJumpsAreBounded(t *testing.T) {
	c := New(WithFrozen())
	start := c.Now()
	for range 3 * maxJumps {
		c.Advance(time.Second, nil)
	}
	assert.LessOrEqual(t, cap(c.jumps), 2*maxJumps)
	assert.Equal(t, start.Add(3*maxJumps*time.Second), c.Now())
	assert.WithinDuration(t, c.Now(), c.Translate(time.Now()), time.Second)
}

func TestConcurrentUse(t *testing.T) {
	c := New()
	var wg sync.WaitGroup
	var mu sync.Mutex
	fired := 0
	for range 8 {
		wg.Go(func() {
			for range 100 {
				c.AfterFunc(time.Minute, func() { mu.Lock(); fired++; mu.Unlock() })
				c.Now()
				c.Translate(time.Now())
			}
		})
	}
	wg.Wait()
	c.Advance(time.Hour, nil)
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, 800, fired)
}
