package event

import (
	"errors"
	"strconv"
	"strings"
)

// What can be wrong. Test for these with errors.Is; details are in the error's text, *RecordError and *LimitError.
var (
	// ErrNotNotification: the payload is not a notification: not JSON, not an object, without "Records", or a "Records" that is
	// not a list. It is also the error of a record that is not one of COS, or names no object.
	ErrNotNotification = errors.New("event: not a COS notification")
	// ErrLimit: the payload is beyond a limit. See *LimitError.
	ErrLimit = errors.New("event: over a limit")
	// ErrUnknownType: a name that is neither a type nor a wildcard of this version.
	ErrUnknownType = errors.New("event: unknown event type")
	// ErrBucket: no bucket's id or host.
	ErrBucket = errors.New("event: not a bucket")
	// ErrTarget: no eventQueue that names a function.
	ErrTarget = errors.New("event: not an event queue")

	// ErrUnhandled: an event that no handler of a Mux takes.
	ErrUnhandled = errors.New("event: no handler")
)

// RecordError says why one record of a payload could not be read. The other records are not affected.
type RecordError struct {
	Index  int    // of the record, from 0; -1 for what is beside the records (Strict only)
	Offset int64  // in the payload, in bytes: where the offending value begins
	Path   string // of the offending value within the record, like "cos.cosObject.size"; "" for the record itself

	// Problem says what is wrong with the value, like "is an object, want a string". It does not quote the value, which
	// might be a secret.
	Problem string

	// Err is what is behind it: [ErrNotNotification] for a record that is not one of COS, an error about the form that
	// the record came in, or nil.
	Err error
}

// Problems that are found in more than one place.
const (
	problemUnknown = "is not a member that the wire is known to have"
	problemTwice   = "comes twice"
	problemInteger = "is not a 64-bit integer"
)

// Error names the record, the path, the problem and the place. It never quotes the payload.
func (e *RecordError) Error() string {
	s := "event: record " + strconv.Itoa(e.Index)
	if e.Index < 0 {
		s = "event: beside the records"
	}
	if e.Path != "" {
		s += ": " + quoteIfNeeded(e.Path)
	}
	switch {
	case e.Problem != "":
		s += ": " + e.Problem
	case e.Err == nil:
		s += ": cannot be read"
	}
	if e.Err != nil && e.Err != ErrNotNotification {
		s += ": " + e.Err.Error()
	}
	return s + " (at byte " + itoa(e.Offset) + ")"
}

// Unwrap returns Err.
func (e *RecordError) Unwrap() error { return e.Err }

// RecordErrors are the errors of all the records of a payload that could not be read, in the records' order.
type RecordErrors []*RecordError

// Error lists the first ten, each on a line, and counts the others.
func (e RecordErrors) Error() string {
	if len(e) == 0 {
		return "event: no record is wrong"
	}
	return listErrors(len(e), func(i int) error { return e[i] })
}

// maxListed is how many failures an error's text lists.
const maxListed = 10

// listErrors lists n errors, each on a line, up to maxListed, and counts the others.
func listErrors(n int, at func(i int) error) string {
	var b strings.Builder
	for i := range min(n, maxListed) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(oneLine(at(i).Error()))
	}
	if n > maxListed {
		b.WriteString("\n(and " + strconv.Itoa(n-maxListed) + " more)")
	}
	return b.String()
}

// oneLine joins the lines of a text, such as that of errors.Join.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	var b strings.Builder
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(strings.ReplaceAll(line, "\r", " "))
		if line == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// Unwrap gives errors.Is and errors.As each of them.
func (e RecordErrors) Unwrap() []error {
	out := make([]error, len(e))
	for i, r := range e {
		out[i] = r
	}
	return out
}

// LimitError says which limit a payload is beyond. errors.Is(err, ErrLimit) holds.
type LimitError struct {
	What   string // "bytes", "records" or "levels of nesting"
	Limit  int
	Offset int64 // where in the payload it became too much
}

// Error tells the limit.
func (e *LimitError) Error() string {
	return "event: over a limit: more than " + strconv.Itoa(e.Limit) + " " + e.What + " (at byte " + itoa(e.Offset) + ")"
}

// Is makes errors.Is(err, ErrLimit) hold.
func (e *LimitError) Is(target error) bool { return target == ErrLimit }

// SyntaxError says where a payload stops being JSON. errors.Is(err, ErrNotNotification) holds.
type SyntaxError struct {
	Offset  int64 // in bytes
	Problem string
}

// Error tells the problem and the place.
func (e *SyntaxError) Error() string {
	p := e.Problem
	if p == "" {
		p = "invalid"
	}
	return ErrNotNotification.Error() + ": not JSON: " + p + " (at byte " + itoa(e.Offset) + ")"
}

// Is makes errors.Is(err, ErrNotNotification) hold.
func (e *SyntaxError) Is(target error) bool { return target == ErrNotNotification }

// notNotification is a payload that is JSON but not of the form.
type notNotification struct{ why string }

func (e *notNotification) Error() string        { return ErrNotNotification.Error() + ": " + e.why }
func (e *notNotification) Is(target error) bool { return target == ErrNotNotification }

type typeError struct{ name string }

func (e *typeError) Error() string        { return ErrUnknownType.Error() + " " + quote(e.name) }
func (e *typeError) Is(target error) bool { return target == ErrUnknownType }

type bucketError struct{ what, problem string }

func (e *bucketError) Error() string {
	return ErrBucket.Error() + ": " + quote(e.what) + " " + e.problem
}
func (e *bucketError) Is(target error) bool { return target == ErrBucket }

type targetError struct{ queue string }

func (e *targetError) Error() string        { return ErrTarget.Error() + ": " + quote(e.queue) }
func (e *targetError) Is(target error) bool { return target == ErrTarget }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// quote quotes a value for an error, cut where it is long.
func quote(s string) string {
	const most = 120
	if len(s) > most {
		return string(appendText(nil, s[:most])) + "…"
	}
	return string(appendText(nil, s))
}

// quoteIfNeeded leaves plain text as it is and quotes what has line breaks, quotes or other control characters in it.
func quoteIfNeeded(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == 0x7f {
			return string(appendText(nil, s))
		}
	}
	return s
}
