package function

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// errReported: the local mode has said on standard error what is wrong.
var errReported = errors.New("function: the invocation failed")

const localHelp = `usage: %s [event.json | -]
       %s -serve [address]

Handles one event and prints the result on standard output. The event is read from the file named, or from standard input
without a name or with "-". The exit status is 1 if the handler fails.

  -serve   answer POST /event-invoke at the address (127.0.0.1:9000 if none is given), like a function deployed as an image
  -h       print this help

The same program runs in the cloud: there, the environment says how events arrive (Go1 runtime, Custom Runtime, image).
`

// serveLocal handles one event on somebody's desk.
func serveLocal(e *engine) error {
	args := e.opt.args
	input := e.opt.stdin
	switch {
	case len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help"):
		name := "function"
		if len(os.Args) > 0 {
			name = filepath.Base(os.Args[0])
		}
		_, err := io.WriteString(e.opt.stdout, strings.ReplaceAll(localHelp, "%s", name))
		return err
	case len(args) > 0 && args[0] == "-serve" && len(args) <= 2:
		if e.opt.addr == "" {
			e.opt.addr = "127.0.0.1:9000"
		}
		if len(args) == 2 {
			e.opt.addr = args[1]
		}
		return serveImage(e)
	case len(args) > 1 || len(args) == 1 && len(args[0]) > 1 && args[0][0] == '-':
		return errors.New("function: want one event file at most; -h explains")
	case len(args) == 1 && args[0] != "-":
		f, err := os.Open(args[0])
		if err != nil {
			return fmt.Errorf("function: %w", err)
		}
		defer f.Close()
		input = f
	case isTerminal(input):
		e.log("reading one event from standard input; -h explains")
	}
	payload, err := e.readEvent(input)
	switch {
	case e.ending.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("function: cannot read the event: %w", err)
	case len(payload) == 0:
		return errors.New("function: the event is empty; -h explains")
	case len(payload) > maxPayload:
		return errors.New("function: the event is too large")
	}
	return e.runLocal(payload)
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// readEvent reads all of r unless the process is told to end: a terminal may have nothing to say for ever, and reading it
// cannot be stopped.
func (e *engine) readEvent(r io.Reader) ([]byte, error) {
	type result struct {
		b   []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		b, err := io.ReadAll(io.LimitReader(r, maxPayload+1))
		done <- result{b, err}
	}()
	select {
	case got := <-done:
		return got.b, got.err
	case <-e.ending.Done():
		return nil, nil
	}
}

func (e *engine) runLocal(payload []byte) error {
	e.opt.ready()
	meta := contextFromEnv()
	meta.RequestID = "local"
	out, fail := e.invoke(&meta, payload, time.Time{})
	if fail == nil {
		_, err := e.opt.stdout.Write(append(out[:len(out):len(out)], '\n'))
		return err
	}
	text := fail.typ + ": " + fail.message + "\n"
	if fail.panicked {
		text = "panic: " + text + fail.trace() + "\n"
	}
	// The one place where a report may have several lines: a person reads it.
	_, _ = io.WriteString(e.opt.errorLog, text)
	if fail.panicked {
		return errors.Join(errReported, &panicError{fail.message, meta.RequestID})
	}
	return &localError{text: fail.typ + ": " + fail.message}
}

// localError is a failed local invocation, already reported.
type localError struct{ text string }

func (l *localError) Error() string        { return "function: the invocation failed: " + oneLine(l.text) }
func (l *localError) Is(target error) bool { return target == errReported }
