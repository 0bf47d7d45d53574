package scf

import (
	"context"
	"errors"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// Delete deletes the function name with its versions, aliases and triggers, and returns when it is gone. A state that passes
// is waited for first, because in it the service refuses. The error Is [ErrNotFound] if there was none. A lost answer is made
// good by looking whether the function is still there, so a repeat is harmless.
func (c *Client) Delete(ctx context.Context, name string) error {
	r, err := c.plainRef(name)
	if err != nil {
		return err
	}
	return c.remove(ctx, r)
}

func (c *Client) remove(ctx context.Context, r ref) error {
	info, err := c.get(ctx, r)
	if err != nil {
		return err
	}
	if info.State.Passing() {
		if _, err = c.waitSettled(ctx, r, stateGone, 0); errors.Is(err, ErrNotFound) {
			return nil // it was being deleted
		}
		if err != nil {
			return err
		}
	}
	c.report(Progress{Function: r.String(), Stage: "delete"})
	req := scfsdk.NewDeleteFunctionRequest()
	req.FunctionName, req.Namespace = &r.name, &r.namespace
	err = c.write(ctx, Call{Action: "DeleteFunction", Function: r.String()}, func(ctx context.Context) error {
		_, err := c.sdk.DeleteFunctionWithContext(ctx, req)
		return missing(err)
	}, func(ctx context.Context) (bool, error) {
		info, err := c.get(ctx, r)
		if err == nil && info.State.Passing() && info.State != StateDeleting {
			info, err = c.waitSettled(ctx, r, stateGone, 0)
		}
		if errors.Is(err, ErrNotFound) {
			return true, nil
		}
		return err == nil && info.State == StateDeleting, err
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return c.waitGone(ctx, r)
}

func (c *Client) waitGone(ctx context.Context, r ref) error {
	start := time.Now()
	for n := 1; ; n++ {
		info, err := c.get(ctx, r)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		fail := &StateError{Function: r.String(), Wanted: stateGone, Waited: time.Since(start), Err: err}
		if err != nil {
			return fail
		}
		fail.State, fail.Description, fail.Reasons = info.State, info.StateDescription, info.Reasons
		if info.State == StateDeleteFailed {
			return fail
		}
		c.report(Progress{Function: r.String(), Stage: "wait", State: string(info.State), Elapsed: time.Since(start)})
		pause := jitter(c.wait.Min, c.wait.Max, n)
		if time.Since(start)+pause > c.wait.Limit {
			fail.Err = errWaitLimit
			return fail
		}
		if fail.Err = sleep(ctx, pause); fail.Err != nil {
			return fail
		}
	}
}
