package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/scf"
)

// progress shows one line that changes on a terminal, and elsewhere a line for each stage.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	quiet    bool
	terminal bool
	last     string
}

func newProgress(w io.Writer, quiet bool) *progress {
	p := &progress{w: w, quiet: quiet}
	if f, ok := w.(*os.File); ok {
		st, err := f.Stat()
		p.terminal = err == nil && st.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *progress) show(s scf.Progress) {
	stage := s.Stage
	if s.State != "" {
		stage += " while " + s.State
	}
	detail := ""
	if s.Total > 0 {
		detail = fmt.Sprintf(" %d%% of %.1f MB", 100*s.Done/s.Total, float64(s.Total)/(1<<20))
	} else if s.Elapsed >= time.Second {
		detail = fmt.Sprintf(" %v", s.Elapsed.Round(time.Second))
	}
	p.line(fmt.Sprintf("%s: %s", s.Function, stage), detail)
}

// line shows stage and detail; off a terminal only a stage that is new.
func (p *progress) line(stage, detail string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.quiet:
	case p.terminal:
		line := stage + detail
		fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, len(p.last)-len(line))))
		p.last = line
	case stage != p.last:
		fmt.Fprintln(p.w, stage)
		p.last = stage
	}
}

// end clears the line.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal && p.last != "" {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", len(p.last)))
	}
	p.last = ""
}
