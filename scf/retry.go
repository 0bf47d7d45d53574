package scf

import (
	"context"
	"errors"
	"strconv"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// SetRetry sets the rule for failed asynchronous invocations of the function name. It sets a value, so it is repeated by
// itself and a repeat is harmless. The function must be Active; a state that passes is waited for.
func (c *Client) SetRetry(ctx context.Context, name string, retry Retry) error {
	r, err := c.plainRef(name)
	if err != nil {
		return err
	}
	var bad faultList
	retry.check(&bad)
	if err := bad.err("retry rule of " + r.String()); err != nil {
		return err
	}
	return c.setRetry(ctx, r, retry)
}

// GetRetry returns the rule for failed asynchronous invocations of the function name. It only reads.
func (c *Client) GetRetry(ctx context.Context, name string) (Retry, error) {
	r, err := c.plainRef(name)
	if err != nil {
		return Retry{}, err
	}
	return c.getRetry(ctx, r)
}

func (c *Client) setRetry(ctx context.Context, r ref, retry Retry) error {
	c.report(Progress{Function: r.String(), Stage: "retry"})
	req := scfsdk.NewUpdateFunctionEventInvokeConfigRequest()
	req.FunctionName, req.Namespace = &r.name, &r.namespace
	req.AsyncTriggerConfig = &scfsdk.AsyncTriggerConfig{
		RetryConfig: []*scfsdk.RetryConfig{{RetryNum: ptr(int64(retry.Attempts))}},
		MsgTTL:      ptr(int64(retry.maxAge() / time.Second)),
	}
	return c.write(ctx, Call{Action: "UpdateFunctionEventInvokeConfig", Function: r.String(), Harmless: true}, func(ctx context.Context) error {
		_, err := c.sdk.UpdateFunctionEventInvokeConfigWithContext(ctx, req)
		return missing(err)
	}, func(ctx context.Context) (bool, error) {
		_, err := c.waitSettled(ctx, r, StateActive, 0)
		return false, err
	})
}

func (c *Client) getRetry(ctx context.Context, r ref) (Retry, error) {
	req := scfsdk.NewGetFunctionEventInvokeConfigRequest()
	req.FunctionName, req.Namespace = &r.name, &r.namespace
	var resp *scfsdk.GetFunctionEventInvokeConfigResponse
	err := c.Do(ctx, Call{Action: "GetFunctionEventInvokeConfig", Function: r.String(), Harmless: true}, func(ctx context.Context) (err error) {
		resp, err = c.sdk.GetFunctionEventInvokeConfigWithContext(ctx, req)
		return err
	})
	if err != nil {
		return Retry{}, missing(err)
	}
	if resp.Response == nil || resp.Response.AsyncTriggerConfig == nil {
		return Retry{}, &Error{Action: "GetFunctionEventInvokeConfig", Function: r.String(), Attempts: 1, Err: errors.New("answer without content")}
	}
	a := resp.Response.AsyncTriggerConfig
	retry := Retry{MaxAge: time.Duration(val(a.MsgTTL)) * time.Second}
	if len(a.RetryConfig) > 0 && a.RetryConfig[0] != nil { // a second one, -1, is in examples without explanation
		retry.Attempts = int(val(a.RetryConfig[0].RetryNum))
	}
	return retry, nil
}

func (r Retry) differ(is Retry) []Difference {
	var ds []Difference
	if r.Attempts != is.Attempts {
		ds = append(ds, Difference{Field: "Retry.Attempts", From: strconv.Itoa(is.Attempts), To: strconv.Itoa(r.Attempts)})
	}
	if r.maxAge() != is.maxAge() {
		ds = append(ds, Difference{Field: "Retry.MaxAge", From: is.maxAge().String(), To: r.maxAge().String()})
	}
	return ds
}
