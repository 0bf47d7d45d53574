package scftest

import (
	"bytes"
	"strings"
	"sync"
	"time"
)

// Limits of what one execution may log, as the log service has them.
const (
	maxLogBytes = 1 << 20
	maxLogLines = 5000
	maxLogLine  = 8 << 10
)

// printed is a line that user code wrote, so long after the execution began.
type printed struct {
	text string
	at   time.Duration
}

// userLog collects what one execution prints. The zero value is empty.
type userLog struct {
	began time.Time // when the execution did; zero before it
	mu    sync.Mutex
	lines []printed
	size  int
	part  []byte // a line without its end
}

// Write takes whole lines, and keeps the rest for the next call. It never fails.
func (l *userLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		l.add(string(append(l.part, p[:i]...)))
		l.part, p = l.part[:0], p[i+1:]
	}
	l.part = append(l.part, p...)
	if len(l.part) > maxLogLine {
		l.add(string(l.part))
		l.part = l.part[:0]
	}
	return n, nil
}

// add keeps a line within the limits; the lock is held.
func (l *userLog) add(line string) {
	line = strings.TrimSuffix(line, "\r")
	if len(line) > maxLogLine {
		line = line[:maxLogLine]
	}
	if len(l.lines) >= maxLogLines || l.size+len(line) > maxLogBytes {
		return
	}
	l.size += len(line)
	p := printed{text: line}
	if !l.began.IsZero() {
		p.at = time.Since(l.began)
	}
	l.lines = append(l.lines, p)
}

// take returns the lines, an unfinished one included, and empties the log.
func (l *userLog) take() []printed {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.part) > 0 {
		l.add(string(l.part))
		l.part = l.part[:0]
	}
	out := l.lines
	l.lines, l.size = nil, 0
	return out
}

// has tells whether some line holds one of the texts.
func (l *userLog) has(texts ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		for _, t := range texts {
			if strings.Contains(line.text, t) {
				return true
			}
		}
	}
	return false
}

// before puts lines of the time before the execution in front.
func (l *userLog) before(lines []printed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range lines {
		l.size += len(p.text)
	}
	l.lines = append(lines, l.lines...)
}
