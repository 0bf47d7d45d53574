package trigger

import (
	"fmt"
	"strings"

	"github.com/cosevent/cosevent-go/scf"
)

// InvalidError is a trigger that cannot be. It matches scf.ErrInvalid.
type InvalidError struct {
	Trigger  Trigger
	Problems []string
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("trigger: %s: %s", e.Trigger, strings.Join(e.Problems, "; "))
}

// Is reports whether target is scf.ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == scf.ErrInvalid }

// OverlapError is two triggers that cannot both be. It matches scf.ErrConflict.
type OverlapError struct{ A, B Trigger }

func (e *OverlapError) Error() string {
	return fmt.Sprintf("trigger: these overlap: %s; %s", e.A, e.B)
}

// Is reports whether target is scf.ErrConflict.
func (e *OverlapError) Is(target error) bool { return target == scf.ErrConflict }

// DescriptionError is a COS trigger that was listed and cannot be read.
type DescriptionError struct {
	Function string
	// Name and Description are the service's.
	Name, Description string
	Err               error
}

func (e *DescriptionError) Error() string {
	return fmt.Sprintf("trigger: function %s: cannot read the trigger %q with description %q: %v", e.Function, e.Name, e.Description, e.Err)
}

// Unwrap returns the cause.
func (e *DescriptionError) Unwrap() error { return e.Err }

// ApplyError is a plan that could not be carried out. errors.Is and errors.As see the failure and, where there is one, the
// failure to put back.
type ApplyError struct {
	Function string
	// Failed is the change that failed, and Err why.
	Failed Change
	Err    error
	// NotRestored holds the changes that were made, or perhaps made, and could not be taken back, and RestoreErr why. If it is
	// empty the triggers are as before.
	NotRestored []Change
	RestoreErr  error
}

func (e *ApplyError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "trigger: function %s: %s: %v; ", e.Function, e.Failed, e.Err)
	if len(e.NotRestored) == 0 {
		b.WriteString("the triggers are as before")
		return b.String()
	}
	b.WriteString("could not take back:")
	for _, c := range e.NotRestored {
		fmt.Fprintf(&b, " [%s]", c)
	}
	fmt.Fprintf(&b, ": %v", e.RestoreErr)
	return b.String()
}

// Unwrap returns both failures.
func (e *ApplyError) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Err, e.RestoreErr} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}
