package trigger

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cosevent/cosevent-go/event"
)

const (
	// DefaultQualifier is the alias a new trigger calls if it names none.
	DefaultQualifier = "$DEFAULT"
	// MaxPerFunction is how many COS triggers a function may have.
	MaxPerFunction = 10
	// MaxPerBucket is how many rules a bucket may have.
	MaxPerBucket = 10

	maxKey = 850 // bytes of a key, and so of a prefix and a suffix
)

// Trigger is a rule: these events of keys with this prefix and this suffix call this function. It is comparable.
type Trigger struct {
	// Namespace is the function's; empty means that of the client.
	Namespace string
	// Function is the function's name.
	Function string
	// Qualifier is the version or alias to call. Empty means DefaultQualifier for a trigger that is created, and any
	// qualifier when a trigger that is there is looked for.
	Qualifier string
	Bucket    event.Bucket
	// Event is one of event.Types, or event.AnyObjectCreated or event.AnyObjectRemove.
	Event event.Type
	// Prefix and Suffix are compared with the key byte for byte; both must match; empty matches every key. A suffix begins
	// with a dot. A prefix does not begin with a slash, because keys do not.
	Prefix, Suffix string
	// Disabled keeps the trigger without firing it.
	Disabled bool
}

// String describes the trigger on one line.
func (t Trigger) String() string {
	return fmt.Sprintf("%s %s -> %s", t.Bucket.ID(), t.rule(), t.target())
}

// rule is the part of String that says what is matched.
func (t Trigger) rule() string {
	var b strings.Builder
	b.WriteString(string(t.Event))
	if t.Prefix != "" {
		fmt.Fprintf(&b, " prefix %q", t.Prefix)
	}
	if t.Suffix != "" {
		fmt.Fprintf(&b, " suffix %q", t.Suffix)
	}
	if t.Disabled {
		b.WriteString(" (disabled)")
	}
	return b.String()
}

// target names the function.
func (t Trigger) target() string {
	s := t.Function
	if t.Namespace != "" {
		s = t.Namespace + "/" + s
	}
	if t.Qualifier != "" {
		s += ":" + t.Qualifier
	}
	return s
}

// Validate checks a trigger that is to be created, by itself; the error is an [*InvalidError] that names everything wrong. Triggers
// that are there may be of a form that the service no longer creates, such as a suffix without a dot: they can still be listed,
// disabled, unbound, and kept by a plan.
func (t Trigger) Validate() error {
	return t.invalid(append(t.unreadable(), t.uncreatable()...))
}

// validateIdentity checks what is needed to find a trigger that may be there.
func (t Trigger) validateIdentity() error { return t.invalid(t.unreadable()) }

func (t Trigger) invalid(problems []string) error {
	if len(problems) > 0 {
		return &InvalidError{Trigger: t, Problems: problems}
	}
	return nil
}

// uncreatable returns what keeps a well-formed trigger from being created.
func (t Trigger) uncreatable() (ps []string) {
	if t.Suffix != "" && t.Suffix[0] != '.' {
		ps = append(ps, fmt.Sprintf("the suffix %q does not begin with a dot", t.Suffix))
	}
	if strings.HasPrefix(t.Prefix, "/") {
		ps = append(ps, fmt.Sprintf("the prefix %q matches no key, because keys do not begin with a slash: say %q", t.Prefix, strings.TrimLeft(t.Prefix, "/")))
	}
	return ps
}

// unreadable returns what is wrong with a trigger whether it is there or not.
func (t Trigger) unreadable() (ps []string) {
	bad := func(format string, args ...any) { ps = append(ps, fmt.Sprintf(format, args...)) }
	if t.Function == "" {
		bad("the function is not named")
	} else if strings.ContainsAny(t.Function, "/: \t\n") {
		bad("%q is not a function's name", t.Function)
	}
	if b, err := event.ParseBucket(t.Bucket.ID(), t.Bucket.Region); err != nil || b != t.Bucket {
		bad("%q in region %q is not a bucket", t.Bucket.ID(), t.Bucket.Region)
	}
	if parsed, err := event.ParseType(string(t.Event)); err != nil || parsed != t.Event {
		bad("%q is not an event", t.Event)
	}
	for _, p := range [...]struct{ name, value string }{{"prefix", t.Prefix}, {"suffix", t.Suffix}} {
		if len(p.value) > maxKey {
			bad("the %s is longer than a key can be (%d bytes)", p.name, maxKey)
		}
		if !utf8.ValidString(p.value) {
			bad("the %s is not UTF-8", p.name)
		}
	}
	return ps
}

// same says whether a and b are one trigger, whatever their state. An empty qualifier matches any.
func same(a, b Trigger) bool {
	if a.Qualifier != "" && b.Qualifier != "" && a.Qualifier != b.Qualifier {
		return false
	}
	a.Qualifier, b.Qualifier = "", ""
	a.Disabled, b.Disabled = false, false
	return a == b
}
