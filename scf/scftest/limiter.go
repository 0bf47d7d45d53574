package scftest

import (
	"sync"
	"time"
)

// limiter counts calls of each action within a second of the clock.
type limiter struct {
	mu    sync.Mutex
	at    map[string]int64
	count map[string]int
}

const defaultRate = 20

func (l *limiter) take(now time.Time, action string, rate int) error {
	if rate == 0 {
		rate = defaultRate
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at == nil {
		l.at, l.count = map[string]int64{}, map[string]int{}
	}
	if l.at[action] != now.Unix() {
		l.at[action], l.count[action] = now.Unix(), 0
	}
	l.count[action]++
	if n := l.count[action]; n > rate {
		return fail("RequestLimitExceeded", "Your current request times equals to `%d` in a second, which exceeds the frequency limit "+
			"`%d` for a second. Please reduce the frequency of calls.", n, rate)
	}
	return nil
}
