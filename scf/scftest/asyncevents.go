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

func getFunctionEventInvokeConfig(c *call, p *scfsdk.GetFunctionEventInvokeConfigRequestParams) (*getEventInvokeAnswer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	policy := func(errorCode string, retries int64) *retryConfig {
		return &retryConfig{ErrorCode: []*string{&errorCode}, RetryNum: &retries, RetryInterval: ptr(int64(retryInterval.Seconds()))}
	}
	return &getEventInvokeAnswer{AsyncTriggerConfig: &asyncTriggerConfig{
		MsgTTL:      ptr(f.msgTTL),
		RetryConfig: []*retryConfig{policy(retryDefault, f.retries), policy(retryConcurrency, retryForever)},
	}}, nil
}

// Errors that a retry policy is for, and the number of retries that means until the event is too old.
const (
	retryDefault     = "default"
	retryConcurrency = "432"
	retryForever     = -1
)

func updateFunctionEventInvokeConfig(c *call, p *updateEventInvokeParams) (*emptyAnswer, error) {
	a := p.AsyncTriggerConfig
	if a == nil {
		return nil, missing("AsyncTriggerConfig")
	}
	if len(a.RetryConfig) == 0 && a.MsgTTL == nil {
		return nil, fail("InvalidParameterValue.AsyncTriggerConfig", "AsyncTriggerConfig参数错误: 不能为空", "AsyncTriggerConfig is empty")
	}
	if a.MsgTTL != nil && (*a.MsgTTL < minMsgTTL || *a.MsgTTL > maxMsgTTL) {
		return nil, fail("LimitExceeded.MsgTTL", "MsgTTL超出限制: %d，应为%d到%d秒", "MsgTTL is %d, must be %d to %d seconds", *a.MsgTTL, minMsgTTL, maxMsgTTL)
	}
	retries, err := retriesOf(a.RetryConfig)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	if a.MsgTTL != nil {
		f.msgTTL = *a.MsgTTL
	}
	if retries != nil {
		f.retries = *retries
	}
	return &emptyAnswer{}, nil
}

// retriesOf returns how often execution errors are retried, nil if no policy says so. A policy that names no errors is for
// those; the one for concurrency (432) is always to retry until the event is too old.
func retriesOf(policies []*retryConfig) (*int64, error) {
	var retries *int64
	for _, r := range policies {
		n := val(r.RetryNum)
		for _, code := range r.ErrorCode {
			switch str(code) {
			case retryDefault:
			case retryConcurrency:
				if n != retryForever {
					return nil, fail("LimitExceeded.RetryNum", "RetryNum超出限制: 432为%d，应为-1", "RetryNum of 432 is %d, must be -1", n)
				}
			default:
				return nil, fail("InvalidParameterValue.AsyncTriggerConfig", "AsyncTriggerConfig参数错误: ErrorCode %q，应为default或432",
					"AsyncTriggerConfig: ErrorCode is %q, must be default or 432", str(code))
			}
		}
		if v := val(r.RetryInterval); v != 0 && time.Duration(v)*time.Second != retryInterval {
			return nil, fail("InvalidParameterValue.AsyncTriggerConfig", "AsyncTriggerConfig参数错误: RetryInterval为%d，应为60",
				"AsyncTriggerConfig: RetryInterval is %d, must be 60 seconds", v)
		}
		if n == retryForever { // older clients send it for 432 without a code
			continue
		}
		if n < 0 || n > maxRetryNum {
			return nil, fail("LimitExceeded.RetryNum", "RetryNum超出限制: %d，应为0到%d", "RetryNum is %d, must be 0 to %d", n, maxRetryNum)
		}
		retries = &n
	}
	return retries, nil
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
	f.retries, f.msgTTL = int64(min(max(retries, 0), maxRetryNum)), int64(min(max(maxAge, minMsgTTL*time.Second), maxMsgTTL*time.Second)/time.Second)
	return true
}

func listAsyncEvents(c *call, p *scfsdk.ListAsyncEventsRequestParams) (*scfsdk.ListAsyncEventsResponseParams, error) {
	limit := or(p.Limit, 20)
	if limit > 100 {
		return nil, fail("InvalidParameterValue.Limit", "Limit不合法: %d，最大为100", "Limit is %d, at most 100", limit)
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
	if err := order(all, str(p.Orderby), str(p.Order), func(e *eventInfo) string { return e.id },
		sortKey[*eventInfo]{"StartTime", func(e *eventInfo) string { return e.start.In(platformZone).Format(eventForm) }},
		sortKey[*eventInfo]{"EndTime", func(e *eventInfo) string { return e.ended() }},
	); err != nil {
		return nil, err
	}
	listed, err := page(all, p.Offset, &limit)
	if err != nil {
		return nil, err
	}
	resp := &scfsdk.ListAsyncEventsResponseParams{TotalCount: ptr(int64(len(all)))}
	for _, e := range listed {
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
		return nil, wrongTime(str(i.Start) + ", " + str(i.End))
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
		return nil, noEvent(*p.InvokeRequestId)
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
		return nil, noEvent(*p.InvokeRequestId)
	}
	if e.status != "RUNNING" {
		return nil, fail("FailedOperation.AsyncEventStatus", "异步事件状态不支持此操作: %s", "The event is %s, not RUNNING", e.status)
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
			return nil, wrongTime(*set.text)
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
	return nil, fail("UnsupportedOperation", "该接口已下线: 请使用日志服务SearchLog查询函数的ClsTopicId，或使用GetRequestStatus",
		"This interface is offline: use SearchLog of the log service on the function's ClsTopicId, or GetRequestStatus")
}
