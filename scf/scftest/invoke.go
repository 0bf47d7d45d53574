package scftest

import (
	"encoding/json"
	"math"
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/internal/requestid"
)

const maxTail = 4 << 10

func invoke(c *call, p *scfsdk.InvokeRequestParams) (*scfsdk.InvokeResponseParams, error) {
	inv := &invocation{
		region: c.region, namespace: or(p.Namespace, defaultNamespace), function: str(p.FunctionName), qualifier: or(p.Qualifier, latest),
		routingKey: str(p.RoutingKey), payload: []byte(or(p.ClientContext, "{}")), id: requestid.New(),
	}
	switch or(p.InvocationType, "RequestResponse") {
	case "RequestResponse":
	case "Event":
		inv.async = true
	default:
		return nil, fail("InvalidParameterValue.InvokeType", "InvokeType取值错误: %q，应为RequestResponse或Event", "InvocationType is %q, must be RequestResponse or Event", str(p.InvocationType))
	}
	if err := c.checkCall(inv, str(p.LogType)); err != nil {
		return nil, err
	}
	if inv.async {
		id, err := c.enqueue(c.http.Context(), AsyncEvent{
			Region: inv.region, Namespace: inv.namespace, Function: inv.function, Qualifier: inv.qualifier,
			Payload: inv.payload, Source: "API_INVOKE",
		})
		if err != nil {
			return nil, err
		}
		return &scfsdk.InvokeResponseParams{Result: asyncResult(id)}, nil
	}
	return &scfsdk.InvokeResponseParams{Result: c.synchronous(inv, str(p.LogType))}, nil
}

func invokeFunction(c *call, p *scfsdk.InvokeFunctionRequestParams) (*scfsdk.InvokeFunctionResponseParams, error) {
	inv := &invocation{
		region: c.region, namespace: or(p.Namespace, defaultNamespace), function: str(p.FunctionName), qualifier: or(p.Qualifier, defaultAlias),
		routingKey: str(p.RoutingKey), payload: []byte(or(p.Event, "{}")), id: requestid.New(),
	}
	if err := c.checkCall(inv, str(p.LogType)); err != nil {
		return nil, err
	}
	return &scfsdk.InvokeFunctionResponseParams{Result: c.synchronous(inv, str(p.LogType))}, nil
}

// checkCall refuses what the API refuses before anything runs.
func (c *call) checkCall(inv *invocation, logType string) error {
	if inv.function == "" {
		return missing("FunctionName")
	}
	switch logType {
	case "", "None", "Tail":
	default:
		return fail("InvalidParameterValue.Param", "LogType取值错误: %q，应为None或Tail", "LogType is %q, must be None or Tail", logType)
	}
	if !json.Valid(inv.payload) {
		return fail("InvalidParameterValue.Param", "入参不是标准的json", "The event is not valid JSON")
	}
	most := maxEvent
	if inv.async {
		most = maxAsyncEvent
	}
	if len(inv.payload) > most {
		return fail("InvalidParameter.RequestTooLarge", "请求参数过大: %d字节，最大为%d", "The event has %d bytes, at most %d", len(inv.payload), most)
	}
	if k := inv.routingKey; k != "" {
		var m map[string]string
		if len(k) > 1024 || json.Unmarshal([]byte(k), &m) != nil {
			return fail("InvalidParameterValue.Param", "RoutingKey不合法: 须为不超过1024字节、值为字符串的JSON对象", "RoutingKey is not a JSON object of strings of at most 1024 bytes")
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(inv.region, inv.namespace, inv.function)
	if err != nil {
		return err
	}
	v, err := c.resolve(f, inv.qualifier, inv.routingKey)
	if err != nil {
		return err
	}
	if v.cfg.kind == "HTTP" {
		return fail("InvalidParameterValue.FunctionType", "HTTP类型函数不支持通过API调用", "Functions of type HTTP are not invoked through the API")
	}
	if v.status != statusActive && v.status != statusUpdateFailed {
		return wrongState("FailedOperation.FunctionStatusError", v.status)
	}
	return nil
}

// synchronous executes a function and reports as Invoke does.
func (c *call) synchronous(inv *invocation, logType string) *scfsdk.Result {
	res := c.execute(c.ctx, inv) // a caller that hangs up does not end it
	ms := float64(res.duration.Microseconds()) / 1000
	out := &scfsdk.Result{
		Log: ptr(""), RetMsg: ptr(res.ret), ErrMsg: ptr(""), MemUsage: ptr(res.mem), Duration: ptr(ms),
		BillDuration: ptr(int64(math.Ceil(ms))), FunctionRequestId: ptr(inv.id), InvokeResult: ptr(int64(0)),
	}
	if res.status != statusOK {
		if c.cfg.retMsgErrors {
			out.RetMsg = ptr(res.errText)
		} else {
			out.ErrMsg = ptr(res.errText)
		}
		if c.cfg.invokeResult {
			out.InvokeResult = ptr(int64(res.code))
		}
	}
	if logType == "Tail" {
		text := c.logs.tail(inv.id, inv.retry)
		if len(text) > maxTail {
			text = text[len(text)-maxTail:]
			text = strings.ToValidUTF8(text, "")
		}
		out.Log = ptr(text)
	}
	return out
}

func asyncResult(id string) *scfsdk.Result {
	return &scfsdk.Result{
		Log: ptr(""), RetMsg: ptr(""), ErrMsg: ptr(""), MemUsage: ptr(int64(0)), Duration: ptr(0.0), BillDuration: ptr(int64(0)),
		FunctionRequestId: ptr(id), InvokeResult: ptr(int64(0)),
	}
}
