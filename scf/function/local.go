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

// errReported marks a failure that the local mode has already written to standard error.
var errReported = errors.New("function: the invocation failed")

const localHelp = `usage: %s [event.json | -]
       %s -serve [address]

Handles one event and prints the result on standard output. The event is read from the file named, or from standard input
without a name or with "-". The exit status is 1 if the handler fails.

  -serve   answer POST /event-invoke at the address (127.0.0.1:9000 if none is given), like a function deployed as an image
  -h       print this help

The same program runs in the cloud: there, the environment says how events arrive (Go1 runtime, Custom Runtime, image).
`

// serveLocal handles one event of a developer and prints the result.
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
		return fmt.Errorf("function: unexpected arguments %q, want at most one event file; -h explains", args)
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
		return fmt.Errorf("function: the event is larger than %d bytes", maxPayload)
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

// readEvent reads all of r, or stops when the process is told to end: a terminal may never send anything, and a read of it
// cannot be interrupted.
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

// runLocal runs one invocation and prints what became of it.
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
	// A person reads this one, so it may have several lines.
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
