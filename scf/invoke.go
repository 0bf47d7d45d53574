package scf

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// Limits of an event's length in bytes.
const (
	maxSyncEvent  = 6 << 20
	maxAsyncEvent = 128 << 10
)

// Result is the outcome of a synchronous invocation.
type Result struct {
	// RequestID is the invocation's id, by which [Client.Logs] finds its log.
	RequestID string
	// Payload is what the function returned, JSON as the function's runtime wrote it.
	Payload []byte
	// Log is the end of what the function printed, at most 4 KB.
	Log string
	// Duration is the time the function took, Billed the time charged for.
	Duration, Billed time.Duration
	// Memory is what the function used, in bytes.
	Memory int64
}

// Invoke runs the function name with payload, a JSON document of at most 6 MB (nil means {}), and waits for its result, which
// takes up to the function's time-out; the service itself allows 300 s. A function that fails returns its Result, with the
// log, and a [*FunctionError].
//
// An invocation is not idempotent, and is repeated by itself only when it was throttled or no connection was made. If the
// answer was lost, the error Is [ErrUnknownOutcome]: the function may have run.
func (c *Client) Invoke(ctx context.Context, name string, payload []byte) (*Result, error) {
	r, p, err := c.invoke(ctx, name, payload, "RequestResponse", maxSyncEvent)
	if err != nil {
		return nil, err
	}
	res := &Result{
		RequestID: val(p.FunctionRequestId), Payload: []byte(val(p.RetMsg)), Log: val(p.Log),
		Duration: time.Duration(val(p.Duration) * float64(time.Millisecond)),
		Billed:   time.Duration(val(p.BillDuration)) * time.Millisecond, Memory: val(p.MemUsage),
	}
	if fe := functionError(r, p); fe != nil {
		return res, fe
	}
	return res, nil
}

// InvokeAsync has the service run the function name with payload, a JSON document of at most 128 KB (nil means {}), and returns
// the invocation's id as soon as the service has taken it. Failures are retried by the function's [Retry] rule. Like
// [Client.Invoke] it is repeated only when it had no effect for certain; otherwise the error Is [ErrUnknownOutcome].
func (c *Client) InvokeAsync(ctx context.Context, name string, payload []byte) (requestID string, err error) {
	_, p, err := c.invoke(ctx, name, payload, "Event", maxAsyncEvent)
	if err != nil {
		return "", err
	}
	return val(p.FunctionRequestId), nil
}

// invokeTimeout is a little more than the 300 s after which the service gives up on a synchronous invocation.
const invokeTimeout = 310 * time.Second

func (c *Client) invoke(ctx context.Context, name string, payload []byte, kind string, limit int) (ref, *scfsdk.Result, error) {
	r, err := c.ref(name)
	if err != nil {
		return r, nil, err
	}
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	var bad faultList
	if len(payload) > limit {
		bad.addf("payload", "%d bytes are more than %d", len(payload), limit)
	} else if !json.Valid(payload) {
		bad.add("payload", "not JSON")
	}
	if err := bad.err("event for function " + r.String()); err != nil {
		return r, nil, err
	}
	req := scfsdk.NewInvokeRequest()
	req.FunctionName, req.Namespace, req.InvocationType = &r.name, &r.namespace, &kind
	req.ClientContext = ptr(string(payload))
	if kind != "Event" {
		req.LogType = ptr("Tail")
	}
	if r.qualifier != "" {
		req.Qualifier = &r.qualifier
	}
	var resp *scfsdk.InvokeResponse
	err = c.Do(ctx, Call{Action: "Invoke", Function: r.String(), Timeout: invokeTimeout}, func(ctx context.Context) (err error) {
		resp, err = c.sdk.InvokeWithContext(ctx, req)
		return err
	})
	if err != nil {
		return r, nil, missing(err)
	}
	if resp.Response == nil || resp.Response.Result == nil {
		return r, nil, &Error{Action: "Invoke", Function: r.String(), Attempts: 1, Err: errors.New("answer without result")}
	}
	return r, resp.Response.Result, nil
}

// functionError returns the failure in a result, or nil.
func functionError(r ref, p *scfsdk.Result) *FunctionError {
	var fe *FunctionError
	if msg := val(p.ErrMsg); msg != "" {
		fe = ParseFunctionError([]byte(msg))
		if fe.StatusCode == 0 { // the text alone; the rest may be in the other field
			if other := ParseFunctionError([]byte(val(p.RetMsg))); other.StatusCode != 0 && isFailure([]byte(val(p.RetMsg))) {
				fe = other
			}
		}
	} else if isFailure([]byte(val(p.RetMsg))) {
		fe = ParseFunctionError([]byte(val(p.RetMsg)))
	}
	if fe == nil {
		return nil
	}
	if fe.RequestID == "" {
		fe.RequestID = val(p.FunctionRequestId)
	}
	fe.Function = r.String()
	if fe.StatusCode == 0 {
		if n := val(p.InvokeResult); n >= 400 && n < 600 {
			fe.StatusCode = int(n)
		}
	}
	return fe
}
