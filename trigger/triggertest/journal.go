package triggertest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// journal keeps the deliveries in the order of the changes.
type journal struct {
	mu    sync.Mutex
	limit int // finished ones to keep; 0 keeps all
	log   *slog.Logger
	list  []*Delivery
	done  int           // finished ones in list
	news  chan struct{} // closed at the next update; nil if nobody waits
}

// next returns a channel that is closed when a delivery changes next.
func (j *journal) next() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.news == nil {
		j.news = make(chan struct{})
	}
	return j.news
}

func (j *journal) add(d *Delivery) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.list = append(j.list, d)
	if d.State != Pending {
		j.finished(d)
	}
}

// update changes d under the lock.
func (j *journal) update(d *Delivery, change func(*Delivery)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	open := d.State == Pending
	change(d)
	if j.news != nil {
		close(j.news)
		j.news = nil
	}
	if open && d.State != Pending {
		j.finished(d)
	}
}

// finished logs one more finished delivery and forgets the oldest ones when twice too many are there, so that each is moved once
// on average. The lock is held.
func (j *journal) finished(d *Delivery) {
	level := slog.LevelInfo
	if d.State != Delivered && d.State != NotSent {
		level = slog.LevelWarn
	}
	if j.log.Enabled(context.Background(), level) {
		j.log.Log(context.Background(), level, d.State.String(), "event", string(d.Event), "bucket", d.Bucket.ID(), "key", d.Key,
			"function", d.Function, "request", d.RequestID, "attempts", len(d.Attempts), "reason", d.reason())
	}
	j.done++
	if j.limit == 0 || j.done < 2*j.limit {
		return
	}
	drop := j.done - j.limit
	j.list = slices.DeleteFunc(j.list, func(d *Delivery) bool {
		if drop > 0 && d.State != Pending {
			drop--
			return true
		}
		return false
	})
	j.done = j.limit
}

func (j *journal) all() []Delivery {
	j.mu.Lock()
	defer j.mu.Unlock()
	list, done := j.list, j.done
	out := make([]Delivery, 0, len(list))
	for _, d := range list {
		if d.State != Pending {
			if done--; j.limit > 0 && done >= j.limit {
				continue
			}
		}
		copied := *d
		copied.Attempts = slices.Clone(d.Attempts)
		copied.Payload = slices.Clone(d.Payload)
		copied.Reason, copied.bound = d.reason(), nil
		out = append(out, copied)
	}
	return out
}

// open names a few of the deliveries that are not finished.
func (j *journal) open() string {
	const most = 3
	var names []string
	n := 0
	for _, d := range j.all() {
		if d.State != Pending {
			continue
		}
		if n++; n <= most {
			names = append(names, d.String())
		}
	}
	switch {
	case n == 0:
		return "nothing"
	case n > most:
		names = append(names, fmt.Sprintf("and %d more", n-most))
	}
	return strings.Join(names, "; ")
}
