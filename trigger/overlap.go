package trigger

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cosevent/cosevent-go/scf"
)

// Overlap reports whether some event of some key would match both rules; COS then refuses the later one, whichever functions
// they call. That is so if they are of one bucket, their events are equal or one is the wildcard of the other's family, one
// prefix begins with the other, and one suffix ends with the other ("COS Trigger": a binding fails only if prefix and suffix
// both conflict). State, function and qualifier play no part.
func Overlap(a, b Trigger) bool {
	return a.Bucket == b.Bucket &&
		(a.Event.Matches(b.Event) || b.Event.Matches(a.Event)) &&
		(strings.HasPrefix(a.Prefix, b.Prefix) || strings.HasPrefix(b.Prefix, a.Prefix)) &&
		(strings.HasSuffix(a.Suffix, b.Suffix) || strings.HasSuffix(b.Suffix, a.Suffix))
}

// conflict is Overlap where both rules are in force. Whether the service keeps the rule of a disabled trigger is not
// documented; enabling one checks again.
func conflict(a, b Trigger) bool { return !a.Disabled && !b.Disabled && Overlap(a, b) }

// Check looks at triggers that are to exist together: each must be valid, no two enabled ones may overlap, none may be there
// twice, a function's buckets must lie in one region, and neither function nor bucket may have more than the service allows
// ([MaxPerFunction], [MaxPerBucket]). The error joins everything wrong: *InvalidError (scf.ErrInvalid), *OverlapError
// (scf.ErrConflict), and errors that are scf.ErrLimit.
func Check(ts []Trigger) error { return check(ts, Trigger.Validate) }

// check is Check with the test that each trigger has to pass.
func check(ts []Trigger, validate func(Trigger) error) error {
	var errs []error
	type function struct{ namespace, name string }
	regions := map[function]string{}
	perFunction, perBucket := map[function]int{}, map[string]int{}
	for i, t := range ts {
		if err := validate(t); err != nil {
			errs = append(errs, err)
		}
		f := function{t.Namespace, t.Function}
		if first, ok := regions[f]; !ok {
			regions[f] = t.Bucket.Region
		} else if first != t.Bucket.Region {
			errs = append(errs, &InvalidError{Trigger: t, Problems: []string{fmt.Sprintf(
				"another trigger of the function is in region %q: bucket and function must be in one region", first)}})
		}
		if perFunction[f]++; perFunction[f] == MaxPerFunction+1 {
			errs = append(errs, fmt.Errorf("trigger: function %s: more than %d COS triggers: %w", t.target(), MaxPerFunction, scf.ErrLimit))
		}
		if perBucket[t.Bucket.Host()]++; perBucket[t.Bucket.Host()] == MaxPerBucket+1 {
			errs = append(errs, fmt.Errorf("trigger: bucket %s: more than %d rules: %w", t.Bucket.ID(), MaxPerBucket, scf.ErrLimit))
		}
		for _, other := range ts[:i] {
			if conflict(other, t) || same(other, t) {
				errs = append(errs, &OverlapError{A: other, B: t})
			}
		}
	}
	return errors.Join(errs...)
}
