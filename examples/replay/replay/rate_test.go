package replay

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheRateIsKept(t *testing.T) {
	now := time.Unix(1000, 0)
	l := limiter{rate: 4}
	assert.Equal(t, time.Duration(0), l.reserve(now))
	assert.Equal(t, 250*time.Millisecond, l.reserve(now))
	assert.Equal(t, 400*time.Millisecond, l.reserve(now.Add(100*time.Millisecond)))
	assert.Equal(t, time.Duration(0), l.reserve(now.Add(time.Hour)), "idle time")
	assert.Equal(t, 250*time.Millisecond, l.reserve(now.Add(time.Hour)), "is not saved up")
	none := limiter{}
	for range 10 {
		assert.Zero(t, none.reserve(now))
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, sleep(ctx, time.Hour), context.Canceled)
	assert.ErrorIs(t, sleep(ctx, 0), context.Canceled)
	assert.NoError(t, sleep(t.Context(), 0))

	p, err := Run(t.Context(), Job{Source: numbers(100), Target: &record{}, Rate: 2000})
	assert.NoError(t, err)
	assert.GreaterOrEqual(t, p.Elapsed, 49*time.Millisecond)
}

func TestBar(t *testing.T) {
	var out strings.Builder
	draw := Bar(&out, 70)
	p := Progress{Done: 1, Size: 5, Total: 100, Here: 1, Elapsed: time.Second}
	draw(p)
	p.Elapsed += 10 * time.Millisecond
	draw(p) // too soon
	draw(Progress{Done: 20, Failed: 1, Size: 100, Total: 100, Here: 20, Elapsed: 2 * time.Second})
	assert.Equal(t, "\r["+"="+strings.Repeat(" ", 28)+"]   5% 1 events, 0 failed, 1/s, 19s left\x1b[K"+
		"\r["+strings.Repeat("=", 37)+"] 100% 20 events, 1 failed, 10/s\x1b[K", out.String())

	out.Reset()
	draw = Bar(&out, 0)
	draw(Progress{Done: 7, Total: -1})
	draw(Progress{Done: 8, Total: -1, Here: 1, Elapsed: 9 * time.Second})
	draw(Progress{Done: 9, Total: -1, Here: 2, Elapsed: 10 * time.Second})
	assert.Equal(t, "7 events, 0 failed, 0/s\n9 events, 0 failed, 0/s\n", out.String())
	assert.Equal(t, "100% 0 events, 0 failed, 0/s", Progress{}.String())
}
