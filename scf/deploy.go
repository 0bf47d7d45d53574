package scf

import (
	"context"
	"errors"
	"fmt"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// Deploy makes the function be as f says and returns when it is Active: it creates it if there is none, and otherwise updates
// what differs, code first, and nothing if nothing does. It is idempotent: a repeat, after success or after any failure,
// leads to the same state.
//
// Code is compared by the SHA-256 of the zip file with the one GetFunctionAddress gives (CodeSha256); since [BuildGo] and
// [ZipDir] are reproducible, unchanged source is unchanged code. (The API reference shows CodeSha256 in hexadecimal and does
// not say what exactly is hashed. If it were anything but the file as sent, code would be sent every time, which is harmless,
// and the [Deployment] would say so.) A package in COS has no known hash unless [Code.WithSHA256] gave it one, and is deployed every
// time.
//
// The Change is what was done; with an error, what had been done until then. [Client.DeployReport] says more. A runtime that differs is
// [ErrConflict], because the service cannot change it: delete the function first. A function whose creation had failed is
// deleted and created again.
func (c *Client) Deploy(ctx context.Context, f Function) (Change, error) {
	d, err := c.DeployReport(ctx, f)
	return d.Change, err
}

// DeployReport is [Client.Deploy] and also says why, and what differed.
func (c *Client) DeployReport(ctx context.Context, f Function) (Deployment, error) {
	f = c.fill(f)
	if err := f.validate(c.codeLimit()); err != nil {
		return Deployment{}, err
	}
	return c.deploy(ctx, f, true)
}

// Update is [Client.Deploy] for a function that must be there: the error Is [ErrNotFound] if it is not. Without Code it leaves
// the code as it is, and Runtime and Handler may be empty.
func (c *Client) Update(ctx context.Context, f Function) (Deployment, error) {
	f, err := c.fillUpdate(ctx, f)
	if err != nil {
		return Deployment{}, err
	}
	return c.deploy(ctx, f, false)
}

// Preview says what [Client.Deploy] would do, and does nothing.
func (c *Client) Preview(ctx context.Context, f Function) (Deployment, error) {
	f = c.fill(f)
	if err := f.validate(c.codeLimit()); err != nil {
		return Deployment{}, err
	}
	info, err := c.get(ctx, f.ref())
	switch {
	case errors.Is(err, ErrNotFound), err == nil && info.State == StateDeleting:
		return Deployment{Change: Created, Function: f.ref().String(), Reason: "there was none"}, nil
	case err != nil:
		return Deployment{}, err
	case info.State == StateCreateFailed:
		return Deployment{Change: Created, Function: f.ref().String(), Reason: "its creation had failed"}, nil
	}
	d, err := c.compare(ctx, f, info)
	if err != nil {
		return Deployment{}, err
	}
	ch := Deployment{Function: f.ref().String(), Differences: d.all()}
	if len(ch.Differences) > 0 {
		ch.Change = Updated
	}
	return ch, nil
}

func (c *Client) fillUpdate(ctx context.Context, f Function) (Function, error) {
	f = c.fill(f)
	limit := c.codeLimit()
	if f.Code.zip != nil || f.Code.key != "" {
		return f, f.validate(limit)
	}
	var bad faultList
	bad.check("Name", checkName(f.Name))
	bad.check("Namespace", checkNamespace(f.Namespace))
	if err := bad.err("function " + f.ref().String()); err != nil {
		return f, err
	}
	limit.none = true
	if f.Runtime != "" && f.Handler != "" {
		return f, f.validate(limit)
	}
	checked := f
	if checked.Runtime == "" {
		checked.Runtime = RuntimeCustom // any: it is not part of what is checked
	}
	if checked.Handler == "" {
		checked.Handler = "bootstrap"
	}
	if err := checked.validate(limit); err != nil {
		return f, err
	}
	info, err := c.get(ctx, f.ref())
	if err != nil {
		return f, err
	}
	if f.Runtime == "" {
		f.Runtime = info.Runtime
	}
	if f.Handler == "" {
		f.Handler = info.Handler
	}
	return f, nil
}

func (c *Client) deploy(ctx context.Context, f Function, mayCreate bool) (Deployment, error) {
	r := f.ref()
	for round := 1; ; round++ {
		info, err := c.get(ctx, r)
		if err == nil && info.State.Passing() {
			info, err = c.waitSettled(ctx, r, StateActive, 0)
		}
		reason := "there was none"
		switch {
		case errors.Is(err, ErrNotFound) && mayCreate:
		case err != nil:
			return Deployment{Function: r.String()}, err
		case info.State == StateCreateFailed && mayCreate:
			reason = "its creation had failed"
			if err := c.remove(ctx, r); err != nil && !errors.Is(err, ErrNotFound) {
				return Deployment{Function: r.String()}, err
			}
		default:
			return c.update(ctx, f, info)
		}
		err = c.create(ctx, f)
		if errors.Is(err, ErrExists) && round < 3 {
			continue // made by someone else meanwhile
		}
		if err != nil {
			return Deployment{Function: r.String()}, err
		}
		return Deployment{Change: Created, Function: r.String(), Reason: reason}, nil
	}
}

// differences are those of the three requests that make them good.
type differences struct{ code, config, retry []Difference }

func (d differences) all() []Difference {
	return append(append(append([]Difference(nil), d.code...), d.config...), d.retry...)
}

func (c *Client) compare(ctx context.Context, f Function, info *FunctionInfo) (differences, error) {
	var d differences
	if info.Runtime != f.Runtime {
		return d, fmt.Errorf("scf: function %s: %w: its runtime is %s and cannot be changed to %s; delete it first",
			f.ref(), ErrConflict, info.Runtime, f.Runtime)
	}
	if info.Type != "" && info.Type != "Event" {
		return d, fmt.Errorf("scf: function %s: %w: it is of type %s, which takes no events; delete it first", f.ref(), ErrConflict, info.Type)
	}
	var err error
	if d.code, err = c.compareCode(ctx, f, info); err != nil {
		return d, err
	}
	d.config = configuration(f, info)
	if f.Retry != nil {
		is, err := c.getRetry(ctx, f.ref())
		if err != nil {
			return d, err
		}
		d.retry = f.Retry.differ(is)
	}
	if info.State != StateActive && len(d.code) == 0 {
		d.code = append(d.code, Difference{Field: "State", From: string(info.State), To: string(StateActive), Reason: info.StateDescription})
	}
	return d, nil
}

func (c *Client) compareCode(ctx context.Context, f Function, info *FunctionInfo) ([]Difference, error) {
	var ds []Difference
	if info.Handler != f.Handler {
		ds = append(ds, Difference{Field: "Handler", From: info.Handler, To: f.Handler})
	}
	if f.Code.zip == nil && f.Code.key == "" {
		return ds, nil
	}
	d := Difference{Field: "Code", To: f.Code.String()}
	if f.Code.hash == "" {
		d.From, d.Reason = "unknown", "the package is in a bucket and its hash is not known"
		return append(ds, d), nil
	}
	hash, err := c.codeSHA256(ctx, f.ref())
	switch {
	case err != nil:
		return nil, err
	case hash == "":
		d.From, d.Reason = "unknown", "the service does not tell the hash of what it has"
	case hash == f.Code.hash:
		return ds, nil
	default:
		d.From = fmt.Sprintf("sha256:%.12s", hash)
	}
	return append(ds, d), nil
}

func (c *Client) update(ctx context.Context, f Function, info *FunctionInfo) (Deployment, error) {
	ch := Deployment{Function: f.ref().String()}
	d, err := c.compare(ctx, f, info)
	if err != nil {
		return ch, err
	}
	step := func(ds []Difference, do func() error) {
		if err != nil || len(ds) == 0 {
			return
		}
		if err = do(); err == nil {
			ch.Change, ch.Differences = Updated, append(ch.Differences, ds...)
		}
	}
	step(d.code, func() error { return c.updateCode(ctx, f) })
	step(d.config, func() error { return c.updateConfiguration(ctx, f, d.config) })
	step(d.retry, func() error { return c.setRetry(ctx, f.ref(), *f.Retry) })
	return ch, err
}

func (c *Client) updateCode(ctx context.Context, f Function) (err error) {
	r := f.ref()
	if f.Code.zip == nil && f.Code.key == "" {
		return fmt.Errorf("scf: function %s: %w: handler or failed state can only be mended together with code", r, ErrConflict)
	}
	source, drop, err := c.source(ctx, r, f.Code)
	if err != nil {
		return err
	}
	defer func() { err = both(err, drop()) }()
	c.report(Progress{Function: r.String(), Stage: "code"})
	req := scfsdk.NewUpdateFunctionCodeRequest()
	req.FunctionName, req.Namespace, req.Handler, req.Code = &f.Name, &f.Namespace, &f.Handler, source
	if source.ZipFile != nil {
		req.CodeSource = ptr("ZipFile")
	} else {
		req.CodeSource = ptr("Cos")
	}
	err = c.write(ctx, Call{Action: "UpdateFunctionCode", Function: r.String(), Timeout: uploadTimeout}, func(ctx context.Context) error {
		_, err := c.sdk.UpdateFunctionCodeWithContext(ctx, req)
		return missing(err)
	}, func(ctx context.Context) (bool, error) {
		info, err := c.waitSettled(ctx, r, StateActive, 0)
		if err != nil || info.State != StateActive || f.Code.hash == "" {
			return false, err
		}
		ds, err := c.compareCode(ctx, f, info)
		return err == nil && len(ds) == 0, err
	})
	if err != nil {
		return err
	}
	_, err = c.waitActive(ctx, r, 0)
	return err
}

func (c *Client) updateConfiguration(ctx context.Context, f Function, ds []Difference) error {
	r := f.ref()
	c.report(Progress{Function: r.String(), Stage: "configuration"})
	req := configurationRequest(f, ds)
	err := c.write(ctx, Call{Action: "UpdateFunctionConfiguration", Function: r.String()}, func(ctx context.Context) error {
		_, err := c.sdk.UpdateFunctionConfigurationWithContext(ctx, req)
		return missing(err)
	}, func(ctx context.Context) (bool, error) {
		info, err := c.waitSettled(ctx, r, StateActive, 0)
		return err == nil && info.State == StateActive && len(configuration(f, info)) == 0, err
	})
	if err != nil {
		return err
	}
	_, err = c.waitActive(ctx, r, 0)
	return err
}
