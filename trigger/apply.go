package trigger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cosevent/cosevent-go/scf"
)

// restoreTime bounds putting back, which goes on when the caller's context has ended.
const restoreTime = time.Minute

// Apply carries out a plan. What has changed since the plan was made and is as wanted is skipped, so that a repeat finishes what
// an interrupted one began; triggers the plan does not name are not touched.
//
// The function must be Active; a state that passes is waited for before anything is changed. A trigger is deleted before
// another is created only where the two overlap or the function has no room for both, and immediately before it. If a change
// fails, those made are taken back, in reverse; the error is an [*ApplyError] and says whether that worked. A plan with
// conflicts is refused with scf.ErrConflict.
func (c *Client) Apply(ctx context.Context, p *Plan) error {
	if p == nil {
		return errors.New("trigger: no plan")
	}
	if len(p.Conflicts) > 0 {
		var errs []error
		for _, o := range p.Conflicts {
			errs = append(errs, o)
		}
		return fmt.Errorf("trigger: function %s/%s: the plan has conflicts: %w", p.Namespace, p.Function, errors.Join(errs...))
	}
	if p.Empty() {
		return nil
	}
	if err := c.scf.WaitActive(ctx, p.Namespace+"/"+p.Function); err != nil {
		return fmt.Errorf("trigger: function %s/%s: %w", p.Namespace, p.Function, err)
	}
	have, _, err := c.all(ctx, p.Namespace, p.Function)
	if err != nil {
		return err
	}
	r := &run{c: c, todo: remaining(p.Changes, have), count: len(have)}
	failed, err := r.forward(ctx)
	if err == nil {
		return nil
	}
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreTime)
	defer cancel()
	notRestored, restoreErr := r.back(back, failed)
	return &ApplyError{Function: p.Namespace + "/" + p.Function, Failed: failed, Err: err, NotRestored: notRestored, RestoreErr: restoreErr}
}

// remaining leaves of a plan's changes what is still to do.
func remaining(changes []Change, have []found) []Change {
	var todo []Change
	for _, ch := range changes {
		i := slices.IndexFunc(have, func(f found) bool { return same(f.Trigger, ch.Trigger) })
		if i >= 0 {
			ch.desc = have[i].desc
			ch.Trigger.Qualifier = have[i].Qualifier
		}
		switch {
		case ch.Op == Keep, ch.Op == Remove && i < 0:
			continue
		case ch.Op == Remove:
			ch.Trigger.Disabled = have[i].Disabled // for putting back
		case i < 0:
			ch.Op = Add // also one to enable or disable that somebody has removed
		case have[i].Disabled == ch.Trigger.Disabled:
			continue
		case ch.Trigger.Disabled:
			ch.Op = Disable
		default:
			ch.Op = Enable
		}
		todo = append(todo, ch)
	}
	return todo
}

// run is a plan being carried out.
type run struct {
	c     *Client
	todo  []Change
	done  []Change
	count int // triggers the function has
}

// takes and frees say whether a change needs its rule to be free, and whether it makes one free.
func (ch Change) takes() bool { return ch.Op == Add || ch.Op == Enable }
func (ch Change) frees() bool { return ch.Op == Remove || ch.Op == Disable }

// forward makes all changes and returns the one that failed.
func (r *run) forward(ctx context.Context) (Change, error) {
	for len(r.todo) > 0 {
		i, blockers := r.next()
		if i < 0 {
			if err := r.make(ctx, 0); err != nil {
				return r.failed(0), err
			}
			continue
		}
		if r.todo[i].Op == Add && r.count >= MaxPerFunction && len(blockers) == 0 {
			if j := r.indexOf(Remove); j >= 0 {
				blockers = []int{j}
			}
		}
		want := r.todo[i]
		slices.Sort(blockers)
		for n, j := range blockers {
			if err := r.make(ctx, j-n); err != nil { // each one made shifts those behind it
				return r.failed(j - n), err
			}
		}
		for {
			i = slices.Index(r.todo, want)
			err := r.make(ctx, i)
			if err == nil {
				break
			}
			// A limit that was not known, such as that of the bucket: make room while there is something to remove.
			j := r.indexOf(Remove)
			if !errors.Is(err, scf.ErrLimit) || j < 0 {
				return r.failed(i), err
			}
			if err := r.make(ctx, j); err != nil {
				return r.failed(j), err
			}
		}
	}
	return Change{}, nil
}

// next picks the change that takes a rule and has the fewest others to be made before it; -1 if only freeing ones are left.
// Those that need nothing go first, so that nothing is deleted before what can be created is there; one whose blockers are gone
// goes at once.
func (r *run) next() (int, []int) {
	best, blockers := -1, []int(nil)
	for i, ch := range r.todo {
		if !ch.takes() {
			continue
		}
		var before []int
		for j, other := range r.todo {
			if other.frees() && Overlap(ch.Trigger, other.Trigger) {
				before = append(before, j)
			}
		}
		if best < 0 || len(before) < len(blockers) {
			best, blockers = i, before
		}
	}
	return best, blockers
}

func (r *run) indexOf(op Op) int {
	return slices.IndexFunc(r.todo, func(ch Change) bool { return ch.Op == op })
}

// failed returns the change that could not be made.
func (r *run) failed(i int) Change { return r.todo[i] }

// make makes the i'th change left.
func (r *run) make(ctx context.Context, i int) error {
	ch := r.todo[i]
	var err error
	switch ch.Op {
	case Add:
		err = r.c.create(ctx, ch.Trigger, len(r.done) > 0)
	case Remove:
		err = r.c.remove(ctx, found{ch.Trigger, ch.desc})
	default:
		err = r.c.setStatus(ctx, found{ch.Trigger, ch.desc}, ch.Op == Enable)
	}
	if err != nil {
		return err
	}
	switch ch.Op {
	case Add:
		r.count++
	case Remove:
		r.count--
	}
	r.todo = slices.Delete(r.todo, i, i+1)
	r.done = append(r.done, ch)
	return nil
}

// back takes back what was made, and what failed too, for a failed call may have had its effect. It goes on after an error, to
// restore as much as possible.
func (r *run) back(ctx context.Context, failed Change) ([]Change, error) {
	var left []Change
	var errs []error
	for _, ch := range slices.Backward(append(r.done, failed)) {
		if err := r.undo(ctx, ch); err != nil {
			left, errs = append(left, ch), append(errs, err)
		}
	}
	return left, errors.Join(errs...)
}

func (r *run) undo(ctx context.Context, ch Change) error {
	t := ch.Trigger
	f, there, err := r.c.find(ctx, t)
	if err != nil {
		return err
	}
	switch ch.Op {
	case Add:
		if !there {
			return nil
		}
		return r.c.remove(ctx, f)
	case Remove:
		if there {
			return nil
		}
		return r.c.create(ctx, t, true)
	}
	before := ch.Op == Enable // disabled before, if it was to be enabled
	switch {
	case !there:
		t.Disabled = before
		return r.c.create(ctx, t, true)
	case f.Disabled == before:
		return nil
	}
	return r.c.setStatus(ctx, f, !before)
}
