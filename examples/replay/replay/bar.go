package replay

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Bar returns a function that draws progress on one line, at most ten times a second unless all is done. A width of 0 is no
// terminal: then it writes a line of its own every ten seconds.
func Bar(w io.Writer, width int) func(Progress) {
	var mu sync.Mutex
	var last time.Duration
	every, begin, end := 100*time.Millisecond, "\r", "\x1b[K"
	if width == 0 {
		every, begin, end = 10*time.Second, "", "\n"
	}
	return func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		if done := p.Total >= 0 && p.Size >= p.Total; p.Elapsed-last < every && !done && p.Here > 0 {
			return
		}
		last = p.Elapsed
		fmt.Fprint(w, begin, p.text(width), end)
	}
}

// String is the progress on one line.
func (p Progress) String() string { return p.text(0) }

func (p Progress) text(width int) string {
	rate := 0.0
	if p.Elapsed > 0 {
		rate = float64(p.Here) / p.Elapsed.Seconds()
	}
	text := fmt.Sprintf("%d events, %d failed, %.0f/s", p.Done, p.Failed, rate)
	if p.Total < 0 {
		return text
	}
	part := 1.0
	if p.Total > 0 {
		part = min(float64(p.Size)/float64(p.Total), 1)
	}
	text = fmt.Sprintf("%3.0f%% %s", part*100, text)
	if part > 0 && part < 1 && rate > 0 {
		left := float64(p.Done)/part - float64(p.Done)
		text += ", " + time.Duration(left/rate*float64(time.Second)).Round(time.Second).String() + " left"
	}
	if n := width - len(text) - 3; n >= 10 {
		full := int(part * float64(n))
		text = "[" + strings.Repeat("=", full) + strings.Repeat(" ", n-full) + "] " + text
	}
	return text
}
