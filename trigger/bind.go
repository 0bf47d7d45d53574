package trigger

import (
	"context"
	"fmt"

	"github.com/cosevent/cosevent-go/scf"
)

// own fills in what t leaves to the client and checks what is needed to find it.
func (c *Client) own(t Trigger) (Trigger, error) {
	if t.Namespace == "" {
		t.Namespace = c.scf.Namespace()
	}
	if err := t.validateIdentity(); err != nil {
		return t, err
	}
	if t.Bucket.Region != c.scf.Region() {
		return t, &InvalidError{Trigger: t, Problems: []string{fmt.Sprintf(
			"the functions of this client are in region %q: bucket and function must be in one region", c.scf.Region())}}
	}
	return t, nil
}

// Bind makes the trigger be there, enabled or disabled as it says. If it is there already nothing is written; if only its state
// differs, that is set. A function that is not ready yet is waited for. Bind is idempotent.
//
// The error is scf.ErrConflict if the rule overlaps another on the bucket (an [*OverlapError] if that belongs to the same
// function; the service does not tell whose it is otherwise), ErrNotFound if function, qualifier or bucket is not there,
// ErrLimit, ErrInvalid or ErrDenied.
func (c *Client) Bind(ctx context.Context, t Trigger) error {
	t, err := c.own(t)
	if err != nil {
		return err
	}
	ts, _, err := c.all(ctx, t.Namespace, t.Function)
	if err != nil {
		return about(t, err)
	}
	for _, f := range ts {
		if same(f.Trigger, t) {
			if f.Disabled == t.Disabled {
				return nil
			}
			return c.setStatus(ctx, f, !t.Disabled)
		}
	}
	if err := t.Validate(); err != nil {
		return err
	}
	for _, f := range ts {
		if conflict(f.Trigger, t) {
			return &OverlapError{A: f.Trigger, B: t}
		}
	}
	return c.create(ctx, t, false)
}

// Unbind makes the trigger not be there, enabled or disabled. That it is not there already is no error; a function that is not
// there is (scf.ErrNotFound). Unbind is idempotent.
func (c *Client) Unbind(ctx context.Context, t Trigger) error {
	t, err := c.own(t)
	if err != nil {
		return err
	}
	f, there, err := c.find(ctx, t)
	if err != nil || !there {
		return about(t, err)
	}
	return c.remove(ctx, f)
}

// Enable makes the trigger fire. The service checks for conflicts again. The error is scf.ErrNotFound if the trigger is not
// there. Enable is idempotent.
func (c *Client) Enable(ctx context.Context, t Trigger) error { return c.set(ctx, t, true) }

// Disable keeps the trigger and lets it fire no more. The error is scf.ErrNotFound if it is not there. Disable is idempotent.
func (c *Client) Disable(ctx context.Context, t Trigger) error { return c.set(ctx, t, false) }

func (c *Client) set(ctx context.Context, t Trigger, on bool) error {
	t, err := c.own(t)
	if err != nil {
		return err
	}
	f, there, err := c.find(ctx, t)
	switch {
	case err != nil:
		return about(t, err)
	case !there:
		return about(t, fmt.Errorf("the trigger is not there: %w", scf.ErrNotFound))
	case f.Disabled != on:
		return nil
	}
	return c.setStatus(ctx, f, on)
}
