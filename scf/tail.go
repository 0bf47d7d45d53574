package scf

import (
	"context"
	"iter"
	"time"
)

// Tail yields the lines of the function name that q asks for and then waits for more, until ctx ends, whose error it yields
// last, or until Until has passed. Every line written since q.Since (by default, now) comes once, also those that reach the
// log service late, by up to q.Lateness, and in any order: each look goes back that far and leaves out what was yielded
// before. Lines that come with one look are in the order of their times. Errors, and functions without a topic, are as in
// [Client.Logs].
func (c *Client) Tail(ctx context.Context, name string, q LogQuery) iter.Seq2[*LogEntry, error] {
	return func(yield func(*LogEntry, error) bool) {
		r, topic, ok := c.openLog(ctx, name, q, yield)
		if !ok {
			return
		}
		t := tail{c: c, r: r, topic: topic, q: q, filter: newLogFilter(r, q), seen: map[string]int64{}}
		if t.q.Lateness == 0 {
			t.q.Lateness = time.Minute
		}
		if t.q.Interval == 0 {
			t.q.Interval = 2 * time.Second
		}
		if t.q.Since.IsZero() {
			t.q.Since = c.now()
		}
		t.follow(ctx, yield)
	}
}

type tail struct {
	c      *Client
	r      ref
	topic  string
	q      LogQuery
	filter *logFilter
	seen   map[string]int64 // keys of lines yielded, with their times, as far back as looks go
}

func (t *tail) follow(ctx context.Context, yield func(*LogEntry, error) bool) {
	from := t.q.Since
	for {
		began := t.c.now() // before the look: what is written during it is for the next
		to := began.Add(logSkew)
		if !t.q.Until.IsZero() && t.q.Until.Before(to) {
			to = t.q.Until
		}
		for line, err := range t.c.search(ctx, t.r.String(), t.topic, t.r.query(t.q), from.UnixMilli(), to.UnixMilli()) {
			if err != nil {
				yield(nil, err)
				return
			}
			if _, ok := t.seen[line.key]; ok {
				continue
			}
			t.seen[line.key] = line.Time
			for _, e := range t.filter.take(parseEntry(line.clsResult)) {
				if !yield(e, nil) {
					return
				}
			}
		}
		if !t.q.Until.IsZero() && began.After(t.q.Until.Add(t.q.Lateness)) {
			return
		}
		if back := began.Add(-t.q.Lateness); back.After(from) {
			from = back
		}
		for key, at := range t.seen {
			if at < from.UnixMilli() {
				delete(t.seen, key)
			}
		}
		if err := sleep(ctx, jitter(t.q.Interval, t.q.Interval, 1)); err != nil {
			yield(nil, err)
			return
		}
	}
}
