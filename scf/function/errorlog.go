package function

import (
	"io"
	"strings"
	"sync"
)

var logMu sync.Mutex

func (e *engine) log(text string) { logLine(e.opt.errorLog, text) }

// logLine writes text as one line: the platform's log takes each line for an entry of its own.
func logLine(w io.Writer, text string) {
	logMu.Lock()
	defer logMu.Unlock()
	defer func() { _ = recover() }() // a writer that panics costs its line, not an answer
	if !strings.HasPrefix(text, "function: ") {
		text = "function: " + text
	}
	_, _ = io.WriteString(w, oneLine(text)+"\n")
}

var lineBreaks = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\r`)

// withoutPrefix returns err's text as part of a line that begins with the package's name already.
func withoutPrefix(err error) string { return strings.TrimPrefix(err.Error(), "function: ") }

func oneLine(s string) string { return lineBreaks.Replace(s) }
