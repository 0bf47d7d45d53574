package trigger

import (
	"fmt"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// String reads like a diff: "+" is added, "-" removed, "~" enabled or disabled, and lines without a sign stay as they are; "!"
// stands before what is in the way or needs a look.
func (p *Plan) String() string {
	var b strings.Builder
	count := map[Op]int{}
	for _, c := range p.Changes {
		count[c.Op]++
	}
	fmt.Fprintf(&b, "function %s/%s: ", p.Namespace, p.Function)
	if p.Empty() {
		fmt.Fprintf(&b, "nothing to do, %d unchanged\n", count[Keep])
	} else {
		fmt.Fprintf(&b, "%d to add, %d to remove, %d to enable or disable, %d unchanged\n",
			count[Add], count[Remove], count[Enable]+count[Disable], count[Keep])
	}
	var bucket event.Bucket
	for _, c := range p.Changes {
		if c.Trigger.Bucket != bucket {
			bucket = c.Trigger.Bucket
			fmt.Fprintf(&b, "  %s (%s)\n", bucket.ID(), bucket.Region)
		}
		fmt.Fprintf(&b, "  %s\n", c.line())
	}
	for _, o := range p.Conflicts {
		fmt.Fprintf(&b, "! conflict: %s of function %s overlaps %s\n", o.A.rule(), o.A.target(), o.B.rule())
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "! %s\n", w)
	}
	return b.String()
}

func (c Change) line() string {
	t := c.Trigger
	sign, note := " ", ""
	switch c.Op {
	case Add:
		sign = "+"
	case Remove:
		sign = "-"
	case Enable:
		sign, note = "~", ": disabled -> enabled"
	case Disable:
		sign, note = "~", ": enabled -> disabled"
		t.Disabled = false // the note says it
	}
	s := sign + " " + t.rule() + note
	if t.Qualifier != "" && t.Qualifier != DefaultQualifier {
		s += " [" + t.Qualifier + "]"
	}
	return s
}
