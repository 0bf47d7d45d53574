package trigger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
)

// Op is what a change does to a trigger.
type Op int

const (
	Keep    Op = iota // there, as wanted
	Add               // create it
	Remove            // delete it
	Enable            // there, but disabled
	Disable           // there, but enabled
)

// String returns "keep", "add", "remove", "enable" or "disable".
func (o Op) String() string {
	switch o {
	case Keep:
		return "keep"
	case Add:
		return "add"
	case Remove:
		return "remove"
	case Enable:
		return "enable"
	case Disable:
		return "disable"
	}
	return fmt.Sprintf("Op(%d)", int(o))
}

// Change is one line of a plan.
type Change struct {
	Op Op
	// Trigger is as it will be, or, of one to remove, as it is.
	Trigger Trigger

	desc string // of one that is there
}

// String says what is done to which trigger.
func (c Change) String() string { return c.Op.String() + " " + c.Trigger.String() }

// Plan is the way from the triggers a function has to those it should have. Print it, look at it, then [Client.Apply] it.
type Plan struct {
	Namespace, Function string
	// Changes holds a line for each trigger of the function, unchanged ones too, ordered by bucket and rule.
	Changes []Change
	// Conflicts are rules of other functions that stand in the way; Apply refuses a plan that has any.
	Conflicts []*OverlapError
	// Warnings are for people: loops, rules that can never match, triggers that could not be read.
	Warnings []string
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool {
	return !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Op != Keep })
}

// PlanOption adds to what Plan looks at.
type PlanOption func(*planOptions)

type planOptions struct {
	others     []string
	outputs    []output
	keepOthers bool
}

type output struct {
	bucket event.Bucket
	prefix string
}

// WithFunctions names other functions of the region ("name" or "namespace/name"), whose triggers are read too: those that
// overlap a wanted one become [Plan.Conflicts]. The service has no list of a bucket's rules.
func WithFunctions(names ...string) PlanOption {
	return func(o *planOptions) { o.others = append(o.others, names...) }
}

// WithOutput says that the function writes objects below a prefix of a bucket. If one of its own triggers would fire for them,
// the plan warns: the function would call itself without end.
func WithOutput(b event.Bucket, prefix string) PlanOption {
	return func(o *planOptions) { o.outputs = append(o.outputs, output{b, prefix}) }
}

// KeepOthers leaves triggers alone that are there and not wanted, instead of removing them.
func KeepOthers() PlanOption { return func(o *planOptions) { o.keepOthers = true } }

// Plan compares the COS triggers of a function ("name" or "namespace/name") with want, which is all it should have: what is
// there and not wanted will be removed. Triggers in want may leave out Namespace and Function. A trigger that is there and
// means the same is left alone, however the service words it; if want names no qualifier, whatever its qualifier.
//
// Plan only reads. The error is that of [Check], scf.ErrNotFound if a function is not there, or that of a call.
func (c *Client) Plan(ctx context.Context, function string, want []Trigger, opts ...PlanOption) (*Plan, error) {
	namespace, name, qualifier, err := c.function(function)
	if err != nil {
		return nil, err
	}
	if qualifier != "" {
		return nil, fmt.Errorf("trigger: %q: a plan is for the function as a whole: %w", function, scf.ErrInvalid)
	}
	var o planOptions
	for _, opt := range opts {
		opt(&o)
	}
	want, err = c.wanted(namespace, name, want)
	if err != nil {
		return nil, err
	}
	have, unreadable, err := c.all(ctx, namespace, name)
	if err != nil {
		return nil, err
	}
	p := &Plan{Namespace: namespace, Function: name, Changes: diff(have, want, o.keepOthers)}
	var errs []error
	for _, ch := range p.Changes {
		if ch.Op == Add {
			errs = append(errs, ch.Trigger.Validate())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, err := range unreadable {
		p.Warnings = append(p.Warnings, "left alone: "+err.Error())
	}
	if o.keepOthers {
		var after []Trigger
		for _, ch := range p.Changes {
			after = append(after, ch.Trigger)
		}
		if err := check(after, Trigger.validateIdentity); err != nil {
			return nil, err
		}
	}
	if err := c.conflicts(ctx, p, o.others); err != nil {
		return nil, err
	}
	p.warn(o.outputs)
	return p, nil
}

// wanted fills in and checks what should be there.
func (c *Client) wanted(namespace, name string, want []Trigger) ([]Trigger, error) {
	want = slices.Clone(want)
	var errs []error
	for i := range want {
		t := &want[i]
		if t.Function == "" {
			t.Function = name
		}
		if t.Namespace == "" {
			t.Namespace = namespace
		}
		if t.Namespace != namespace || t.Function != name {
			errs = append(errs, &InvalidError{Trigger: *t, Problems: []string{"the plan is for function " + namespace + "/" + name}})
		}
		if t.Bucket.Region != c.scf.Region() {
			errs = append(errs, &InvalidError{Trigger: *t, Problems: []string{fmt.Sprintf("the function is in region %q", c.scf.Region())}})
		}
	}
	return want, errors.Join(append(errs, check(want, Trigger.validateIdentity))...)
}

// diff pairs what is there with what is wanted.
func diff(have []found, want []Trigger, keepOthers bool) []Change {
	var changes []Change
	used := make([]bool, len(have))
	for _, w := range want {
		i := slices.IndexFunc(have, func(f found) bool { return same(f.Trigger, w) })
		if i < 0 {
			if w.Qualifier == "" {
				w.Qualifier = DefaultQualifier
			}
			changes = append(changes, Change{Op: Add, Trigger: w})
			continue
		}
		used[i] = true
		ch := Change{Op: Keep, Trigger: have[i].Trigger, desc: have[i].desc}
		ch.Trigger.Disabled = w.Disabled
		switch {
		case have[i].Disabled && !w.Disabled:
			ch.Op = Enable
		case !have[i].Disabled && w.Disabled:
			ch.Op = Disable
		}
		changes = append(changes, ch)
	}
	for i, f := range have {
		switch {
		case used[i]:
		case keepOthers:
			changes = append(changes, Change{Op: Keep, Trigger: f.Trigger, desc: f.desc})
		default:
			changes = append(changes, Change{Op: Remove, Trigger: f.Trigger, desc: f.desc})
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		key := func(t Trigger) string {
			return strings.Join([]string{t.Bucket.Host(), string(t.Event), t.Prefix, t.Suffix, t.Qualifier}, "\x00")
		}
		return strings.Compare(key(a.Trigger), key(b.Trigger))
	})
	return changes
}

// conflicts reads what other functions hold.
func (c *Client) conflicts(ctx context.Context, p *Plan, others []string) error {
	rules := map[event.Bucket]int{}
	for _, ch := range p.Changes {
		if ch.Op != Remove {
			rules[ch.Trigger.Bucket]++
		}
	}
	seen := map[string]bool{p.Namespace + "/" + p.Function: true}
	for _, other := range others {
		namespace, name, _, err := c.function(other)
		if err != nil {
			return err
		}
		id := namespace + "/" + name
		if seen[id] {
			continue
		}
		seen[id] = true
		ts, unreadable, err := c.all(ctx, namespace, name)
		if err != nil {
			return err
		}
		for _, err := range unreadable {
			p.Warnings = append(p.Warnings, err.Error())
		}
		for _, f := range ts {
			if rules[f.Bucket] > 0 {
				rules[f.Bucket]++
			}
			for _, ch := range p.Changes {
				if ch.Op != Remove && conflict(f.Trigger, ch.Trigger) {
					p.Conflicts = append(p.Conflicts, &OverlapError{A: f.Trigger, B: ch.Trigger})
				}
			}
		}
	}
	for _, b := range sortedBuckets(rules) {
		if n := rules[b]; n > MaxPerBucket {
			p.Warnings = append(p.Warnings, fmt.Sprintf("bucket %s would have %d rules, and may have %d", b.ID(), n, MaxPerBucket))
		}
	}
	return nil
}

func sortedBuckets(m map[event.Bucket]int) []event.Bucket {
	var bs []event.Bucket
	for b := range m {
		bs = append(bs, b)
	}
	slices.SortFunc(bs, func(a, b event.Bucket) int { return strings.Compare(a.Host(), b.Host()) })
	return bs
}

// warn adds what people should know about the triggers that will be there.
func (p *Plan) warn(outputs []output) {
	for _, ch := range p.Changes {
		t := ch.Trigger
		if ch.Op == Remove {
			continue
		}
		for _, out := range outputs {
			p.Warnings = append(p.Warnings, loop(t, out)...)
		}
		if strings.HasPrefix(t.Prefix, "/") {
			p.Warnings = append(p.Warnings, fmt.Sprintf("the prefix %q matches no key, because keys do not begin with a slash", t.Prefix))
		}
		if ch.Op != Add {
			continue
		}
		if strings.Contains(t.Prefix+t.Suffix, "*") {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s: a star in a prefix or suffix stands for itself", t.rule()))
		}
	}
}

// loop says how t would fire for what its own function writes.
func loop(t Trigger, out output) []string {
	if t.Disabled || t.Bucket != out.bucket || t.Event.Family() != event.FamilyCreated {
		return nil
	}
	var s string
	switch {
	case strings.HasPrefix(out.prefix, t.Prefix):
		s = fmt.Sprintf("loop: the function writes below %q of %s, which is inside its own trigger %s", out.prefix, out.bucket.ID(), t.rule())
	case strings.HasPrefix(t.Prefix, out.prefix):
		s = fmt.Sprintf("loop: the function writes below %q of %s, and its own trigger %s is inside that", out.prefix, out.bucket.ID(), t.rule())
	default:
		return nil
	}
	if t.Suffix != "" {
		s += fmt.Sprintf(" (unless it never writes a key that ends in %q)", t.Suffix)
	}
	return []string{s}
}
