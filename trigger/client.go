package trigger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/scf"
)

// Client changes the triggers of the functions of one region. It is safe for concurrent use.
type Client struct {
	scf   *scf.Client
	pause time.Duration // before a write is repeated after reading back; it doubles
}

// New returns a Client that calls through c, with c's credentials, region, namespace and rule of repeats.
func New(c *scf.Client) *Client { return &Client{scf: c, pause: 200 * time.Millisecond} }

// found is a trigger that is there, with the words by which the service knows it.
type found struct {
	Trigger
	desc string // as listed; "" if not from a list
}

// List goes through the COS triggers of a function, named "name" or "namespace/name"; with ":qualifier" only those that call
// it. Triggers of other kinds are left out. A trigger that cannot be read is an error (*DescriptionError) after which the
// others follow; any other error ends the list. It only reads.
func (c *Client) List(ctx context.Context, function string) iter.Seq2[Trigger, error] {
	return func(yield func(Trigger, error) bool) {
		namespace, name, qualifier, err := c.function(function)
		if err != nil {
			yield(Trigger{}, err)
			return
		}
		c.each(ctx, namespace, name, func(f found, err error) bool {
			if err == nil && qualifier != "" && f.Qualifier != qualifier {
				return true
			}
			return yield(f.Trigger, err)
		})
	}
}

// function takes "namespace/name:qualifier" apart.
func (c *Client) function(s string) (namespace, name, qualifier string, err error) {
	namespace, name = c.scf.Namespace(), s
	if ns, rest, ok := strings.Cut(s, "/"); ok {
		namespace, name = ns, rest
	}
	name, qualifier, _ = strings.Cut(name, ":")
	if namespace == "" || name == "" || strings.ContainsAny(name, "/ \t\n") {
		err = fmt.Errorf("trigger: %q is not a function's name: %w", s, scf.ErrInvalid)
	}
	return namespace, name, qualifier, err
}

// pageSize is the most that ListTriggers gives at once.
const pageSize = 100

type listResponse struct {
	*tchttp.BaseResponse
	Response *struct {
		TotalCount *uint64
		Triggers   []listed
	}
}

func (c *Client) each(ctx context.Context, namespace, name string, yield func(found, error) bool) {
	for offset := uint64(0); ; {
		req := scfsdk.NewListTriggersRequest()
		req.FunctionName, req.Namespace = &name, &namespace
		req.OrderBy, req.Order = ptr("add_time"), ptr("ASC") // so that what is new comes at the end, behind the page being read
		req.Offset, req.Limit = ptr(offset), ptr(uint64(pageSize))
		var resp *listResponse
		err := c.call(ctx, "ListTriggers", namespace, name, true, func(ctx context.Context) error {
			resp = &listResponse{BaseResponse: &tchttp.BaseResponse{}}
			req.SetContext(ctx)
			return c.scf.API().Send(req, resp)
		})
		if err == nil && resp.Response == nil {
			err = fmt.Errorf("trigger: ListTriggers %s/%s: an answer without content", namespace, name)
		}
		if err != nil {
			yield(found{}, err)
			return
		}
		for _, l := range resp.Response.Triggers {
			if l.Type != kind {
				continue
			}
			t, err := l.read(namespace, name)
			if !yield(found{t, l.TriggerDesc}, err) {
				return
			}
		}
		offset += uint64(len(resp.Response.Triggers))
		total := resp.Response.TotalCount
		if len(resp.Response.Triggers) == 0 || total != nil && offset >= *total || total == nil && len(resp.Response.Triggers) < pageSize {
			return
		}
	}
}

// all collects what is there; what cannot be read comes apart.
func (c *Client) all(ctx context.Context, namespace, name string) (ts []found, unreadable []error, err error) {
	c.each(ctx, namespace, name, func(f found, ferr error) bool {
		var d *DescriptionError
		switch {
		case ferr == nil:
			ts = append(ts, f)
		case errors.As(ferr, &d):
			unreadable = append(unreadable, ferr)
		default:
			err = ferr
			return false
		}
		return true
	})
	return ts, unreadable, err
}

// find looks for t; an error means that it is not known whether t is there.
func (c *Client) find(ctx context.Context, t Trigger) (found, bool, error) {
	ts, _, err := c.all(ctx, t.Namespace, t.Function)
	if err != nil {
		return found{}, false, err
	}
	for _, f := range ts {
		if same(f.Trigger, t) {
			return f, true, nil
		}
	}
	return found{}, false, nil
}

// call makes one API call by the client's rule of repeats.
func (c *Client) call(ctx context.Context, action, namespace, name string, harmless bool, f func(context.Context) error) error {
	return c.scf.Do(ctx, scf.Call{Action: action, Function: namespace + "/" + name, Harmless: harmless}, f)
}

// rounds is how often a write is made at most, each time after reading back; within a round package scf repeats what had no
// effect.
const rounds = 4

// write makes a call until done says that its effect is there. done is asked only when the call failed in a way that leaves the
// effect open, or says that it was there before.
//
// patient repeats after a conflict too: the bucket may not yet have forgotten a rule that was deleted a moment ago.
func (c *Client) write(ctx context.Context, t Trigger, patient bool, send func() error, done func() (bool, error)) error {
	for round := 1; ; round++ {
		err := send()
		open := errors.Is(err, scf.ErrUnknownOutcome) || errors.Is(err, scf.ErrExists) || errors.Is(err, scf.ErrConflict) ||
			errors.Is(err, scf.ErrNotReady) || errors.Is(err, scf.ErrNotFound) || code(err) == codeSameState
		if err == nil || !open || ctx.Err() != nil {
			return err
		}
		ok, rerr := done()
		switch {
		case rerr != nil:
			return errors.Join(err, rerr)
		case ok:
			return nil
		case round >= rounds:
			return err
		case errors.Is(err, scf.ErrUnknownOutcome), errors.Is(err, scf.ErrNotReady), patient && errors.Is(err, scf.ErrConflict):
		default:
			return err
		}
		if errors.Is(err, scf.ErrNotReady) {
			if werr := c.scf.WaitActive(ctx, t.Namespace+"/"+t.Function); werr != nil {
				return errors.Join(err, werr)
			}
		}
		timer := time.NewTimer(c.pause << (round - 1))
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		case <-timer.C:
		}
	}
}

// codeSameState answers UpdateTriggerStatus that sets the state there is.
const codeSameState = "FailedOperation.UpdateTriggerStatus"

func code(err error) string {
	var e *scf.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return ""
}

// create makes t, or finds that it is there after all.
func (c *Client) create(ctx context.Context, t Trigger, patient bool) error {
	if t.Qualifier == "" {
		t.Qualifier = DefaultQualifier
	}
	err := c.write(ctx, t, patient, func() error {
		req := scfsdk.NewCreateTriggerRequest()
		req.FunctionName, req.Namespace, req.Qualifier = &t.Function, &t.Namespace, &t.Qualifier
		req.TriggerName, req.Type, req.TriggerDesc, req.Enable = ptr(t.Bucket.Host()), ptr(kind), ptr(t.desc()), ptr(word(!t.Disabled))
		return c.call(ctx, "CreateTrigger", t.Namespace, t.Function, false, func(ctx context.Context) error {
			_, err := c.scf.API().CreateTriggerWithContext(ctx, req)
			return err
		})
	}, func() (bool, error) {
		f, ok, err := c.find(ctx, t)
		if err != nil || !ok {
			return false, err
		}
		if f.Disabled != t.Disabled {
			return true, c.setStatus(ctx, f, !t.Disabled)
		}
		return true, nil
	})
	return about(t, err)
}

// remove deletes f; that it is not there is as good.
func (c *Client) remove(ctx context.Context, f found) error {
	desc := f.desc
	if desc == "" {
		desc = f.Trigger.desc()
	}
	err := c.write(ctx, f.Trigger, false, func() error {
		req := scfsdk.NewDeleteTriggerRequest()
		req.FunctionName, req.Namespace = &f.Function, &f.Namespace
		req.TriggerName, req.Type, req.TriggerDesc = ptr(f.Bucket.Host()), ptr(kind), &desc
		if f.Qualifier != "" {
			req.Qualifier = &f.Qualifier
		}
		return c.call(ctx, "DeleteTrigger", f.Namespace, f.Function, false, func(ctx context.Context) error {
			_, err := c.scf.API().DeleteTriggerWithContext(ctx, req)
			return err
		})
	}, func() (bool, error) {
		_, there, err := c.find(ctx, f.Trigger)
		return !there, err
	})
	return about(f.Trigger, err)
}

// setStatus enables or disables f.
func (c *Client) setStatus(ctx context.Context, f found, on bool) error {
	desc := f.desc
	if desc == "" {
		desc = f.Trigger.desc()
	}
	err := c.write(ctx, f.Trigger, false, func() error {
		req := scfsdk.NewUpdateTriggerStatusRequest()
		req.FunctionName, req.Namespace = &f.Function, &f.Namespace
		req.TriggerName, req.Type, req.TriggerDesc, req.Enable = ptr(f.Bucket.Host()), ptr(kind), &desc, ptr(word(on))
		if f.Qualifier != "" {
			req.Qualifier = &f.Qualifier
		}
		// Setting a state twice sets it once: a lost answer needs no reading back.
		return c.call(ctx, "UpdateTriggerStatus", f.Namespace, f.Function, true, func(ctx context.Context) error {
			_, err := c.scf.API().UpdateTriggerStatusWithContext(ctx, req)
			return err
		})
	}, func() (bool, error) {
		now, there, err := c.find(ctx, f.Trigger)
		return there && now.Disabled != on, err
	})
	return about(f.Trigger, err)
}

// about names the trigger in an error.
func about(t Trigger, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("trigger: %s: %w", t, err)
}

func word(on bool) string {
	if on {
		return "OPEN"
	}
	return "CLOSE"
}

func ptr[T any](v T) *T { return &v }
