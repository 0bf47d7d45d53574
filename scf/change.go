package scf

import (
	"fmt"
	"strings"
)

// Change is what [Client.Deploy] did.
type Change int

// The kinds of change.
const (
	Unchanged Change = iota
	Created
	Updated
)

// String returns "unchanged", "created" or "updated".
func (c Change) String() string {
	switch c {
	case Unchanged:
		return "unchanged"
	case Created:
		return "created"
	case Updated:
		return "updated"
	}
	return fmt.Sprintf("Change(%d)", int(c))
}

// Deployment says what [Client.DeployReport] did to a function and why, or what [Client.Preview] says it would do.
type Deployment struct {
	Change Change
	// Function is like "thumbnail" or "media/thumbnail".
	Function string
	// Reason is why a function was created: "there was none", or "its creation had failed".
	Reason string
	// Differences are what was updated.
	Differences []Difference
}

// Difference is one field that was not as wanted.
type Difference struct {
	// Field is a field of [Function], or "Environment[NAME]"; "State" if the last update had failed.
	Field string
	// From and To are short forms of what was and what is wanted. Values of the environment are not shown.
	From, To string
	// Reason says more where From and To do not say it all.
	Reason string
}

// String shows the deployment, a line for each difference.
func (d Deployment) String() string {
	s := d.Change.String()
	if d.Function != "" {
		s = d.Function + ": " + s
	}
	if d.Reason != "" {
		s += ", " + d.Reason
	}
	var b strings.Builder
	b.WriteString(s)
	for _, d := range d.Differences {
		b.WriteString("\n  " + d.String())
	}
	return b.String()
}

// String is like "Memory: 128 -> 256".
func (d Difference) String() string {
	s := fmt.Sprintf("%s: %s -> %s", d.Field, shown(d.From), shown(d.To))
	if d.Reason != "" {
		s += " (" + d.Reason + ")"
	}
	return s
}

func shown(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
