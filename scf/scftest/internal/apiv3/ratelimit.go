package apiv3

import (
	"sync"
	"time"
)

// RateLimiter counts the calls of each action in each second of a clock. The zero value is ready for use.
type RateLimiter struct {
	mu    sync.Mutex
	at    map[string]int64
	count map[string]int
}

// DefaultRate is how many calls of an action a second the service takes, where no other number is documented.
const DefaultRate = 20

// Take counts a call, and refuses it if it is beyond the rate; 0 means [DefaultRate].
func (l *RateLimiter) Take(now time.Time, action string, rate int) error {
	if rate == 0 {
		rate = DefaultRate
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
		return Errorf("RequestLimitExceeded", "Your current request times equals to `%d` in a second, which exceeds the frequency limit "+
			"`%d` for a second. Please reduce the frequency of calls.", n, rate)
	}
	return nil
}
