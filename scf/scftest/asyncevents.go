package scftest

import (
	"slices"
	"strings"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

const (
	maxRetryNum = 2
	minMsgTTL   = 60
	maxMsgTTL   = 21600
	eventForm   = "2006-01-02 15:04:05.000"
	eventLife   = 72 * time.Hour
)

func getFunctionEventInvokeConfig(c *call, p *scfsdk.GetFunctionEventInvokeConfigRequestParams) (*scfsdk.GetFunctionEventInvokeConfigResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	out := &scfsdk.AsyncTriggerConfig{MsgTTL: ptr(f.msgTTL)}
	for _, n := range f.retry {
		out.RetryConfig = append(out.RetryConfig, &scfsdk.RetryConfig{RetryNum: ptr(n)})
	}
	return &scfsdk.GetFunctionEventInvokeConfigResponseParams{AsyncTriggerConfig: out}, nil
}

func updateFunctionEventInvokeConfig(c *call, p *scfsdk.UpdateFunctionEventInvokeConfigRequestParams) (*scfsdk.UpdateFunctionEventInvokeConfigResponseParams, error) {
	a := p.AsyncTriggerConfig
	if a == nil {
		return nil, missing("AsyncTriggerConfig")
	}
	if len(a.RetryConfig) == 0 && a.MsgTTL == nil {
		return nil, fail("InvalidParameterValue.AsyncTriggerConfig", "AsyncTriggerConfig参数错误: it is empty")
	}
	if a.MsgTTL != nil && (*a.MsgTTL < minMsgTTL || *a.MsgTTL > maxMsgTTL) {
		return nil, fail("LimitExceeded.MsgTTL", "MsgTTL超出限制: %d. %d to %d seconds.", *a.MsgTTL, minMsgTTL, maxMsgTTL)
	}
	var retry []int64
	for _, r := range a.RetryConfig {
		n := val(r.RetryNum)
		if n < -1 || n > maxRetryNum {
			return nil, fail("LimitExceeded.RetryNum", "RetryNum超出限制: %d. 0 to %d.", n, maxRetryNum)
		}
		retry = append(retry, n)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	if f.latest.cfg.asyncRun == "TRUE" {
		return nil, fail("UnsupportedOperation.UpdateFunctionEventInvokeConfig", "异步执行函数不支持重试配置")
	}
	if retry != nil {
		f.retry = retry
	}
	if a.MsgTTL != nil {
		f.msgTTL = *a.MsgTTL
	}
	return &scfsdk.UpdateFunctionEventInvokeConfigResponseParams{}, nil
}

// SetRetry sets a function's retry policy beside the API: how often an execution error is retried (0 to 2), and for how long
// an event lives (a minute to six hours). It reports whether the function exists.
func (s *Server) SetRetry(region, function string, retries int, maxAge time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ns, name, _ := strings.Cut(handlerKey(function), "/")
	f, err := s.find(region, ns, name)
	if err != nil {
		return false
	}
	f.retry, f.msgTTL = []int64{int64(min(max(retries, 0), maxRetryNum))}, int64(min(max(maxAge, minMsgTTL*time.Second), maxMsgTTL*time.Second)/time.Second)
	return true
}

func listAsyncEvents(c *call, p *scfsdk.ListAsyncEventsRequestParams) (*scfsdk.ListAsyncEventsResponseParams, error) {
	limit := or(p.Limit, 20)
	if limit > 100 {
		return nil, fail("InvalidParameterValue.Limit", "Limit不合法: %d, at most 100", limit)
	}
	started, err := interval(p.StartTimeInterval)
	if err != nil {
		return nil, err
	}
	ended, err := interval(p.EndTimeInterval)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	var all []*eventInfo
	for _, id := range c.requests.order {
		e := c.requests.events[id]
		if e.region != f.region || e.namespace != f.namespace || e.function != f.name || !oneOf(p.Status, e.status) || !oneOf(p.InvokeType, e.kind()) {
			continue
		}
		if q := str(p.Qualifier); q != "" && q != e.qualifier {
			continue
		}
		if id := str(p.InvokeRequestId); id != "" && id != e.id {
			continue
		}
		if !started(e.start) || p.EndTimeInterval != nil && (e.end.IsZero() || !ended(e.end)) {
			continue
		}
		all = append(all, e)
	}
	key := func(e *eventInfo) string { return e.start.In(platformZone).Format(eventForm) }
	switch or(p.Orderby, "StartTime") {
	case "StartTime":
	case "EndTime":
		key = func(e *eventInfo) string { return e.ended() }
	default:
		return nil, fail("InvalidParameterValue.OrderBy", "OrderBy错误: %q", str(p.Orderby))
	}
	if err := order(all, str(p.Order), key, func(e *eventInfo) string { return e.id }); err != nil {
		return nil, err
	}
	page, err := slice(all, val(p.Offset), limit)
	if err != nil {
		return nil, err
	}
	resp := &scfsdk.ListAsyncEventsResponseParams{TotalCount: ptr(int64(len(all)))}
	for _, e := range page {
		resp.EventList = append(resp.EventList, &scfsdk.AsyncEvent{
			InvokeRequestId: ptr(e.id), InvokeType: ptr(e.kind()), Qualifier: ptr(e.qualifier), Status: ptr(e.status),
			StartTime: ptr(e.start.In(platformZone).Format(eventForm)), EndTime: ptr(e.ended()),
		})
	}
	return resp, nil
}

// kind is the InvokeType of an event: "COS", "TIMER", "API".
func (e *eventInfo) kind() string {
	kind := strings.TrimPrefix(e.source, "TRIGGER_")
	return strings.TrimSuffix(kind, "_INVOKE")
}

func (e *eventInfo) ended() string {
	if e.end.IsZero() {
		return ""
	}
	return e.end.In(platformZone).Format(eventForm)
}

func oneOf(list []*string, v string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(p *string) bool { return str(p) == v })
}

// interval makes a test of a time interval; without one everything is within.
func interval(i *scfsdk.TimeInterval) (func(time.Time) bool, error) {
	if i == nil {
		return func(time.Time) bool { return true }, nil
	}
	from, err1 := parseStamp(str(i.Start))
	to, err2 := parseStamp(str(i.End))
	if err1 != nil || err2 != nil {
		return nil, fail("InvalidParameterValue.DateTime", "DateTime传入错误: %q, %q", str(i.Start), str(i.End))
	}
	return func(t time.Time) bool { return !t.Before(from) && !t.After(to) }, nil
}

// parseStamp reads a time as the API writes it.
func parseStamp(s string) (time.Time, error) { return time.ParseInLocation(timeForm, s, platformZone) }

func getAsyncEventStatus(c *call, p *scfsdk.GetAsyncEventStatusRequestParams) (*scfsdk.GetAsyncEventStatusResponseParams, error) {
	if str(p.InvokeRequestId) == "" {
		return nil, missing("InvokeRequestId")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.requests.events[*p.InvokeRequestId]
	if e == nil || e.region != c.region || c.clock.Now().Sub(e.start) > eventLife {
		return nil, fail("ResourceNotFound.AsyncEvent", "异步事件不存在: %s", *p.InvokeRequestId)
	}
	return &scfsdk.GetAsyncEventStatusResponseParams{Result: &scfsdk.AsyncEventStatus{
		Status: ptr(e.status), StatusCode: ptr(int64(e.code)), InvokeRequestId: ptr(e.id),
	}}, nil
}

func terminateAsyncEvent(c *call, p *scfsdk.TerminateAsyncEventRequestParams) (*scfsdk.TerminateAsyncEventResponseParams, error) {
	if str(p.InvokeRequestId) == "" {
		return nil, missing("InvokeRequestId")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	e := c.requests.events[*p.InvokeRequestId]
	if e == nil || e.function != f.name || e.namespace != f.namespace || e.region != f.region {
		return nil, fail("ResourceNotFound.AsyncEvent", "异步事件不存在: %s", *p.InvokeRequestId)
	}
	if e.status != "RUNNING" {
		return nil, fail("FailedOperation.AsyncEventStatus", "异步事件状态不支持此操作: %s", e.status)
	}
	if inv := c.requests.active[e.id]; inv != nil {
		inv.grace = val(p.GraceShutdown)
		inv.cancel(errTerminated)
		return &scfsdk.TerminateAsyncEventResponseParams{}, nil
	}
	e.terminated = true // it is queued: its turn ends it
	return &scfsdk.TerminateAsyncEventResponseParams{}, nil
}

func getRequestStatus(c *call, p *scfsdk.GetRequestStatusRequestParams) (*scfsdk.GetRequestStatusResponseParams, error) {
	id := str(p.FunctionRequestId)
	if id == "" {
		return nil, missing("FunctionRequestId")
	}
	now := c.clock.Now()
	from, to := now.Add(-15*time.Minute), now
	for _, set := range []struct {
		text *string
		at   *time.Time
	}{{p.StartTime, &from}, {p.EndTime, &to}} {
		if str(set.text) == "" {
			continue
		}
		t, err := parseStamp(*set.text)
		if err != nil {
			return nil, fail("InvalidParameterValue.DateTime", "DateTime传入错误: %q", *set.text)
		}
		*set.at = t
	}
	to = to.Add(time.Second) // the parameters have no fractions
	c.mu.Lock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	var running *invocation
	if err == nil {
		running = c.requests.active[id]
	}
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	resp := &scfsdk.GetRequestStatusResponseParams{}
	for _, r := range c.logs.all(func(r *record) bool {
		return r.id == id && r.region == f.region && r.namespace == f.namespace && r.function == f.name && !r.start.Before(from) && !r.start.After(to)
	}) {
		code, ret := int64(0), r.ret
		if r.status != statusOK {
			code, ret = -1, r.errText
		}
		resp.Data = append(resp.Data, &scfsdk.RequestStatus{
			FunctionName: ptr(f.name), RetMsg: ptr(ret), RequestId: ptr(id), StartTime: ptr(stamp(r.start)), RetCode: ptr(code),
			Duration: ptr(float64(r.duration.Microseconds()) / 1000), MemUsage: ptr(float64(r.mem) / (1 << 20)), RetryNum: ptr(int64(r.retry)),
		})
	}
	if running != nil && running.function == f.name && running.namespace == f.namespace && running.region == f.region {
		resp.Data = append(resp.Data, &scfsdk.RequestStatus{
			FunctionName: ptr(f.name), RetMsg: ptr(""), RequestId: ptr(id), StartTime: ptr(stamp(running.start)), RetCode: ptr(int64(1)),
			Duration: ptr(0.0), MemUsage: ptr(0.0), RetryNum: ptr(int64(running.retry)),
		})
	}
	resp.TotalCount = ptr(int64(len(resp.Data)))
	return resp, nil
}

// getFunctionLogs answers as the service does since it took the interface offline.
func getFunctionLogs(*call, *scfsdk.GetFunctionLogsRequestParams) (*scfsdk.GetFunctionLogsResponseParams, error) {
	return nil, fail("UnsupportedOperation", "%s: use the log service's SearchLog on the function's ClsTopicId, or GetRequestStatus", msgOffline)
}
