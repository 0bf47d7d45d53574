package scf

import (
	"fmt"
	"strings"
)

// InvalidError is input that was refused before any call. It Is [ErrInvalid].
type InvalidError struct {
	// Subject is what was looked at, like "function thumbnail".
	Subject string
	// Faults are all that was found.
	Faults []Fault
}

// Fault is one thing wrong with the input.
type Fault struct {
	// Field is the part of the input, like "Memory" or "Environment[API_KEY]". Values of the environment are never in it.
	Field string
	// Reason is what is wrong, with the limit and, where there is one, the way out.
	Reason string
}

// Error lists every fault.
func (e *InvalidError) Error() string {
	subject := e.Subject
	if subject == "" {
		subject = "input"
	}
	parts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		parts[i] = f.Field + ": " + f.Reason
	}
	if len(parts) == 0 {
		return "scf: invalid " + subject
	}
	return "scf: invalid " + subject + ": " + strings.Join(parts, "; ")
}

// Is reports whether target is [ErrInvalid].
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// faultList collects faults.
type faultList []Fault

func (l *faultList) add(field, reason string) { *l = append(*l, Fault{field, reason}) }

func (l *faultList) addf(field, format string, args ...any) {
	l.add(field, fmt.Sprintf(format, args...))
}

// check adds err, if it is one.
func (l *faultList) check(field string, err error) {
	if err != nil {
		l.add(field, err.Error())
	}
}

func (l faultList) err(subject string) error {
	if len(l) == 0 {
		return nil
	}
	return &InvalidError{Subject: subject, Faults: l}
}
