package scftest

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// record is the log of one execution. Platform lines are written when somebody reads them.
type record struct {
	region, namespace, function string
	qualifier                   string // the version that ran
	alias                       string // the alias it was asked by, if any
	topic                       string
	id                          string
	retry                       int
	start                       time.Time
	duration                    time.Duration
	memory                      int64 // MB, configured
	mem                         int64 // bytes, used
	status                      int
	ret, errText                string
	init                        *initReport
	lines                       []printed
	async                       bool
}

// logStore keeps the newest records.
type logStore struct {
	mu    sync.Mutex
	limit int
	ring  []*record
	next  int // where the next goes once the ring is full
}

func newLogStore(limit int) *logStore { return &logStore{limit: limit} }

func (l *logStore) add(r *record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < l.limit {
		l.ring = append(l.ring, r)
		return
	}
	l.ring[l.next] = r
	l.next = (l.next + 1) % l.limit
}

// all returns the records that keep wants, oldest first.
func (l *logStore) all(keep func(*record) bool) []*record {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []*record
	for i := range l.ring {
		if r := l.ring[(l.next+i)%len(l.ring)]; keep(r) {
			out = append(out, r)
		}
	}
	return out
}

// find returns the newest record of one execution.
func (l *logStore) find(id string, retry int) *record {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.ring {
		if r := l.ring[(l.next-1-i+2*len(l.ring))%len(l.ring)]; r.id == id && r.retry == retry {
			return r
		}
	}
	return nil
}

// record writes an execution's log.
func (s *Server) record(inv *invocation, res result) {
	r := &record{
		region: inv.region, namespace: inv.namespace, function: inv.function, qualifier: inv.qualifier, id: inv.id, retry: inv.retry,
		start: inv.start, duration: res.duration, memory: inv.cfg.memory, mem: res.mem, status: res.status, ret: res.ret,
		errText: res.errText, init: res.init, lines: inv.out.take(), async: inv.async, topic: inv.cfg.topic,
	}
	if v := inv.version; v != nil {
		r.qualifier = v.name
		if inv.qualifier != v.name {
			r.alias = inv.qualifier
		}
	}
	s.logs.add(r)
}

// line is one line of a log. Its text is made when somebody looks at it.
type line struct {
	kind lineKind
	user int // of user code: which
	at   time.Time
}

type lineKind int

const (
	lineStart lineKind = iota
	lineInit
	lineUser
	lineError
	lineResponse
	lineEnd
	lineReport
)

// final tells whether a line was written when the execution was over.
func (k lineKind) final() bool { return k >= lineError }

// log returns a record's lines as the log service has them.
func (r *record) log() []line {
	end := r.start.Add(r.duration)
	out := make([]line, 0, 6+len(r.lines))
	out = append(out, line{kind: lineStart, at: r.start})
	if r.init != nil {
		out = append(out, line{kind: lineInit, at: r.start})
	}
	for i, l := range r.lines {
		out = append(out, line{lineUser, i, r.start.Add(min(l.at, r.duration))})
	}
	if r.status != statusOK {
		out = append(out, line{kind: lineError, at: end})
	}
	return append(out, line{kind: lineResponse, at: end}, line{kind: lineEnd, at: end}, line{kind: lineReport, at: end})
}

// text is what a line says.
func (r *record) text(l line) string {
	switch l.kind {
	case lineStart:
		return "START RequestId:" + r.id
	case lineInit:
		return fmt.Sprintf("Init Report RequestId: %s InitDuration: %dms Duration: %dms Memory: %dMB MemUsage: %sMB",
			r.id, r.init.duration.Milliseconds(), r.duration.Milliseconds(), r.memory, megabytes(r.init.mem))
	case lineUser:
		return r.lines[l.user].text
	case lineError:
		return "ERROR RequestId:" + r.id + " Result:" + r.errText
	case lineResponse:
		ret := r.ret
		if r.status != statusOK {
			ret = r.errText
		}
		return "Response RequestId:" + r.id + " RetMsg:" + ret
	case lineEnd:
		return "END RequestId:" + r.id
	}
	return fmt.Sprintf("Report RequestId:%s Duration:%dms Memory:%dMB MemUsage:%sMB", r.id, r.duration.Milliseconds(), r.memory, megabytes(r.mem))
}

func megabytes(n int64) string { return strconv.FormatFloat(float64(n)/(1<<20), 'f', 6, 64) }

// tail is the log of one execution in the form of Invoke's LogType Tail.
func (l *logStore) tail(id string, retry int) string {
	var b strings.Builder
	if r := l.find(id, retry); r != nil {
		fmt.Fprintf(&b, "START RequestId: %s\nEvent RequestId: %s\n", r.id, r.id)
		for _, line := range r.lines {
			b.WriteString(line.text + "\n")
		}
		if r.status != statusOK {
			fmt.Fprintf(&b, "ERROR RequestId: %s Result:%s\n", r.id, r.errText)
		}
		fmt.Fprintf(&b, " \nEND RequestId: %s\nReport RequestId: %s Duration:%dms Memory:%dMB MemUsage:%sMB", r.id, r.id,
			r.duration.Milliseconds(), r.memory, megabytes(r.mem))
	}
	return b.String()
}
