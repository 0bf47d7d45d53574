package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cosevent/cosevent-go/scf"
)

// row is one event as the function's log tells it.
type row struct {
	expectation
	status   int
	answer   string
	started  time.Time
	duration time.Duration
	lines    []string
}

// handled waits until the function's log shows every expected event handled, and returns what it says of them, in the order they were
// expected. An event whose invocation failed is an error at once.
func (t *tour) handled(ctx context.Context, since time.Time) ([]row, error) {
	pause := 50 * time.Millisecond
	for {
		rows, err := t.readLog(ctx, since)
		if err != nil {
			return nil, err
		}
		missing := 0
		for i := range rows {
			switch {
			case rows[i].status == 0:
				missing++
			case rows[i].status != 200:
				return nil, fmt.Errorf("%s of %s/%s failed with status %d: %s", rows[i].typ, rows[i].bucket.ID(), rows[i].key, rows[i].status, strings.Join(rows[i].lines, "\n"))
			}
		}
		if missing == 0 {
			return rows, nil
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, 5*time.Second) // in the cloud a log line takes seconds to be found
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d events are not in the log: %w", missing, len(rows), context.Cause(ctx))
		}
	}
}

// readLog finds the expected events in the log. The function writes one JSON line for each event; its request id leads to the
// platform's lines.
func (t *tour) readLog(ctx context.Context, since time.Time) ([]row, error) {
	requests := map[string][]*scf.LogEntry{}
	byEvent := map[[3]string]string{}
	for e, err := range t.functions.Logs(ctx, t.function, scf.LogQuery{Since: since.Add(-time.Minute)}) {
		if err != nil {
			return nil, err
		}
		requests[e.RequestID] = append(requests[e.RequestID], e)
		if e.Fields["key"] != "" {
			byEvent[[3]string{e.Fields["event"], e.Fields["bucket"], e.Fields["key"]}] = e.RequestID
		}
	}
	rows := make([]row, len(t.expected))
	for i, want := range t.expected {
		rows[i].expectation = want
		id := byEvent[[3]string{string(want.typ), want.bucket.ID(), want.key}]
		for _, e := range requests[id] {
			rows[i].add(e)
		}
	}
	return rows, nil
}

// add takes up one line of the row's invocation.
func (r *row) add(e *scf.LogEntry) {
	if !e.Platform {
		r.lines = append(r.lines, text(e))
		return
	}
	if _, answer, ok := strings.Cut(e.Message, "RetMsg:"); ok {
		r.answer = answer
	}
	if strings.HasPrefix(e.Message, "Report ") {
		r.status, r.started, r.duration = e.StatusCode, e.Started, e.Duration
		r.lines = append(r.lines, e.Message)
	}
}

// text shows a line of the function: of a JSON line, which the log service takes apart, the message and what the table does not
// show anyway.
func text(e *scf.LogEntry) string {
	message, ok := e.Fields["msg"]
	if !ok {
		return e.Message
	}
	for _, name := range []string{"thumbnail", "bytes", "why"} {
		if v, ok := e.Fields[name]; ok {
			message += fmt.Sprintf(" %s=%q", name, v)
		}
	}
	return message
}

// table prints the events with the function's answer, and under each the execution's log.
func (t *tour) table(rows []row) {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "EVENT\tOBJECT\tSTATUS\tANSWER\tTIME")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s/%s\t%d\t%s\t%v\n", strings.TrimPrefix(string(r.typ), "cos:"), r.bucket.Name, r.key,
			r.status, r.answer, r.duration.Round(100*time.Microsecond))
	}
	_ = w.Flush() // to memory
	for i, line := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
		fmt.Fprintf(t.out, "   %s\n", strings.TrimRight(line, " "))
		if i == 0 {
			continue
		}
		for _, logged := range rows[i-1].lines {
			fmt.Fprintf(t.out, "   | %s\n", logged)
		}
	}
}
