package scf

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// Defaults of a function that is created.
const (
	defaultMemory  = 128
	defaultTimeout = 30 * time.Second
)

// fill completes f with what its code and the client know.
func (c *Client) fill(f Function) Function {
	if f.Namespace == "" {
		f.Namespace = c.namespace
	}
	if f.Runtime == "" {
		f.Runtime = f.Code.runtime
	}
	if f.Handler == "" {
		f.Handler = f.Code.handler
	}
	if f.Handler == "" && f.Runtime == RuntimeCustom {
		f.Handler = "bootstrap"
	}
	return f
}

func (f *Function) ref() ref { return ref{f.Namespace, f.Name, ""} }

func (f Function) forCreation() Function {
	if f.Memory == 0 {
		f.Memory = defaultMemory
	}
	if f.Timeout == 0 {
		f.Timeout = defaultTimeout
	}
	if f.Description == Clear {
		f.Description = ""
	}
	if f.Role == Clear {
		f.Role = ""
	}
	return f
}

// Create makes the function f and returns when it is Active. It is not idempotent: the error Is [ErrExists] if there is a
// function of that name (one whose own creation had failed is deleted first). An answer that is lost is made good by looking
// whether the function is there, so that a function is never made twice. When a later step fails, what was made is deleted
// again, unless ctx has ended: then it stays and becomes Active by itself, the error says so, and [Client.Deploy] picks it up.
func (c *Client) Create(ctx context.Context, f Function) error {
	f = c.fill(f)
	if err := f.validate(c.codeLimit()); err != nil {
		return err
	}
	info, err := c.get(ctx, f.ref())
	if err == nil && info.State == StateDeleting {
		info, err = c.waitSettled(ctx, f.ref(), stateGone, 0)
	}
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return err
	case info.State == StateCreateFailed:
		if err := c.remove(ctx, f.ref()); err != nil {
			return err
		}
	default:
		return fmt.Errorf("scf: CreateFunction %s: %w", f.ref(), ErrExists)
	}
	return c.create(ctx, f)
}

func (c *Client) create(ctx context.Context, f Function) (err error) {
	f = f.forCreation()
	r := f.ref()
	source, drop, err := c.source(ctx, r, f.Code)
	if err != nil {
		return err
	}
	defer func() { err = both(err, drop()) }()
	start := time.Now()
	c.report(Progress{Function: r.String(), Stage: "create"})
	req := createRequest(f, source)
	lost := false // an earlier request may have made it
	err = c.write(ctx, Call{Action: "CreateFunction", Function: r.String(), Timeout: uploadTimeout}, func(ctx context.Context) error {
		_, err := c.sdk.CreateFunctionWithContext(ctx, req)
		lost = lost || err != nil && outcomeOf(err) == unknown
		return err
	}, func(ctx context.Context) (bool, error) { return c.created(ctx, f) })
	if lost && errors.Is(err, ErrExists) {
		var ours bool
		if ours, err = c.created(ctx, f); err == nil && !ours {
			err = fmt.Errorf("scf: CreateFunction %s: %w", r, ErrExists)
		}
	}
	if err != nil {
		return err
	}
	if _, err = c.waitActive(ctx, r, 5); err == nil && f.Retry != nil {
		err = c.setRetry(ctx, r, *f.Retry)
	}
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("scf: function %s was made %v ago and left to become active: %w", r, time.Since(start).Round(time.Millisecond), err)
	}
	if rerr := c.remove(ctx, r); rerr != nil && !errors.Is(rerr, ErrNotFound) {
		return errors.Join(err, fmt.Errorf("scf: function %s could not be deleted again: %w", r, rerr))
	}
	return err
}

// created reports whether the function is there as f wants it: made by a request whose answer was lost.
func (c *Client) created(ctx context.Context, f Function) (bool, error) {
	info, err := c.get(ctx, f.ref())
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if info.State == StateCreateFailed {
		return true, nil // the wait for Active tells why, and cleans up
	}
	f.Log = nil // made by the service, perhaps
	return info.Runtime == f.Runtime && info.Handler == f.Handler && len(configuration(f, info)) == 0, nil
}

// uploadTimeout bounds a request that carries a package.
const uploadTimeout = 5 * time.Minute

func createRequest(f Function, code *scfsdk.Code) *scfsdk.CreateFunctionRequest {
	req := scfsdk.NewCreateFunctionRequest()
	req.FunctionName, req.Namespace, req.Type = &f.Name, &f.Namespace, ptr("Event")
	req.Runtime, req.Handler, req.Code = &f.Runtime, &f.Handler, code
	req.MemorySize, req.Timeout = ptr(int64(f.Memory)), ptr(int64(f.Timeout/time.Second))
	if code.ZipFile != nil {
		req.CodeSource = ptr("ZipFile")
	} else {
		req.CodeSource = ptr("Cos")
	}
	if f.InitTimeout > 0 {
		req.InitTimeout = ptr(int64(f.InitTimeout / time.Second))
	}
	if f.Description != "" {
		req.Description = &f.Description
	}
	if len(f.Environment) > 0 {
		req.Environment = environment(f.Environment)
	}
	if f.Role != "" {
		req.Role = &f.Role
	}
	if f.VPC != nil && f.VPC.ID != "" {
		req.VpcConfig = &scfsdk.VpcConfig{VpcId: &f.VPC.ID, SubnetId: &f.VPC.Subnet}
	}
	switch l := f.Log; {
	case l == nil:
	case l.TopicID != "":
		req.ClsLogsetId, req.ClsTopicId = &l.LogsetID, &l.TopicID
	case l.Auto:
		req.AutoCreateClsTopic, req.AutoDeployClsTopicIndex = ptr("TRUE"), ptr("TRUE")
	}
	return req
}

// environment is env as the API takes it; an empty one is a single variable without name, which is how it is cleared.
func environment(env map[string]string) *scfsdk.Environment {
	if len(env) == 0 {
		return &scfsdk.Environment{Variables: []*scfsdk.Variable{{Key: ptr(""), Value: ptr("")}}}
	}
	e := &scfsdk.Environment{}
	for _, k := range slices.Sorted(maps.Keys(env)) {
		e.Variables = append(e.Variables, &scfsdk.Variable{Key: ptr(k), Value: ptr(env[k])})
	}
	return e
}
