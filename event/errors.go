package event

import (
	"errors"
	"strconv"
)

// What can be wrong. Test for these with errors.Is; details are in the error's text, *RecordError and *LimitError.
var (
	// ErrNotNotification: the payload is no notification at all: no JSON, no object, no "Records", or a "Records" that is no list.
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

	// ErrWrongType: a member has a value of a JSON type it cannot be read from.
	ErrWrongType = errors.New("wrong JSON type")
	// ErrRange: a number is no integer, or does not fit 64 bits.
	ErrRange = errors.New("number out of range")
	// ErrUnknownMember: Strict only. A member that the wire is not known to have.
	ErrUnknownMember = errors.New("unknown member")
	// ErrDuplicateMember: Strict only. A member comes twice.
	ErrDuplicateMember = errors.New("duplicate member")
	// ErrName: Strict only. An event name with spaces, without "cos:", or not of the form cos:Family:Action.
	ErrName = errors.New("odd event name")
	// ErrText: Strict only. Text that is not valid Unicode.
	ErrText = errors.New("invalid UTF-8 or surrogate")
)

// RecordError says why one record of a payload could not be read. The other records are not affected.
type RecordError struct {
	Index  int    // of the record, from 0; -1 for what is beside the records (Strict only)
	Offset int64  // in the payload, in bytes: where the offending value begins
	Path   string // of the offending value within the record, like "cos.cosObject.size"; "" for the record itself
	Err    error  // ErrWrongType, ErrRange, …
	detail string // what was found; never a value, which might be a secret
}

// Error never quotes the payload.
func (e *RecordError) Error() string {
	s := "event: record " + strconv.Itoa(e.Index)
	if e.Path != "" {
		s += ": " + e.Path
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	} else {
		s += ": cannot be read"
	}
	if e.detail != "" {
		s += ": " + e.detail
	}
	return s + " (at byte " + itoa(e.Offset) + ")"
}

// Unwrap returns Err.
func (e *RecordError) Unwrap() error { return e.Err }

// RecordErrors are the errors of all the records of a payload that could not be read, in the records' order.
type RecordErrors []*RecordError

// Error lists the first ten.
func (e RecordErrors) Error() string {
	if len(e) == 0 {
		return "event: no record is wrong"
	}
	s := ""
	for i, r := range e {
		if i == 10 {
			return s + "\n(and " + strconv.Itoa(len(e)-i) + " more records)"
		}
		if i > 0 {
			s += "\n"
		}
		s += r.Error()
	}
	return s
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
	What   string // "payload bytes", "records" or "nesting"
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

// quoteIfOdd leaves plain text as it is and quotes what has line breaks, quotes or other control characters in it.
func quoteIfOdd(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == 0x7f {
			return string(appendText(nil, s))
		}
	}
	return s
}
