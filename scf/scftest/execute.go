package scftest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Status codes of an execution.
const (
	statusOK         = 200
	statusTooLarge   = 407
	statusUserError  = 430
	statusLimit      = 432
	statusTimeout    = 433
	statusMemory     = 434
	statusNoFunction = 435
	statusNoHandler  = 437
	statusNotActive  = 438
	statusExit       = 439
	statusNoVersion  = 442
	statusUserCode   = 443
	statusNoImage    = 444
	statusInit       = 445
	statusCanceled   = 499
	status500        = 500
)

const (
	maxResponse   = 6 << 20
	maxEvent      = 6 << 20
	maxAsyncEvent = 128 << 10
)

// invocation is one execution of a function.
type invocation struct {
	region, namespace, function, qualifier string
	routingKey                             string
	payload                                []byte
	id                                     string
	retry                                  int
	async                                  bool
	source                                 string

	fn      *fn      // set by execute, if there is one
	version *version // likewise
	cfg     settings // of version, when it began
	code    *code    // likewise
	pool    *pool    // likewise
	start   time.Time
	out     *userLog
	cancel  context.CancelCauseFunc
	grace   bool // end the process with SIGTERM first
}

// result is what an execution ended with.
type result struct {
	status   int
	ret      string // what the function returned
	code     int    // errorCode of a failure
	message  string // errorMessage
	stack    string // stackTrace
	errText  string // the failure as JSON
	duration time.Duration
	mem      int64 // bytes
	init     *initReport
	aborted  bool
}

// initReport is what a cold start took.
type initReport struct {
	duration time.Duration
	mem      int64
}

func failed(status, code int, format string, args ...any) result {
	return result{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// seal completes a failure with its text.
func (r *result) seal(id string) {
	if r.status == statusOK {
		return
	}
	type text struct {
		ErrorCode    int    `json:"errorCode"`
		ErrorMessage string `json:"errorMessage"`
		RequestID    string `json:"requestId"`
		StackTrace   string `json:"stackTrace,omitempty"`
		StatusCode   int    `json:"statusCode"`
	}
	b, _ := json.Marshal(text{r.code, r.message, id, r.stack, r.status})
	r.errText = string(b)
}

// execute runs a function once and writes its log.
func (s *Server) execute(ctx context.Context, inv *invocation) result {
	inv.start = s.clock.Now()
	began := time.Now()
	inv.out = &userLog{began: began}
	s.mu.Lock()
	s.busy++
	res, ok := s.admit(inv)
	if !ok {
		s.leave()
		s.mu.Unlock()
		res.seal(inv.id)
		s.record(inv, res)
		return res
	}
	ctx, inv.cancel = context.WithCancelCause(ctx)
	handler := s.handlers[inv.namespace+"/"+inv.function]
	s.requests.begin(inv)
	s.mu.Unlock()

	if handler != nil {
		res = s.runHere(ctx, inv, handler)
	} else {
		res = inv.pool.run(ctx, inv)
	}
	if res.duration == 0 {
		res.duration = time.Since(began)
	}
	if len(res.ret) > maxResponse {
		res = result{status: statusTooLarge, code: -1, message: "Response size exceeds 6 MB", duration: res.duration, mem: res.mem, init: res.init}
	}
	inv.cancel(nil)
	res.seal(inv.id)
	s.record(inv, res)

	s.mu.Lock()
	inv.fn.running--
	s.requests.end(inv, res)
	s.leave()
	s.mu.Unlock()
	return res
}

// admit finds what to execute and takes its place; else it says why not. The lock is held.
func (s *Server) admit(inv *invocation) (result, bool) {
	if s.closed {
		return failed(status500, -1, "InternalError"), false
	}
	f, err := s.find(inv.region, inv.namespace, inv.function)
	if err != nil {
		return failed(statusNoFunction, -1, "FunctionNotFound: %s", inv.function), false
	}
	inv.fn = f
	v, err := s.resolve(f, inv.qualifier, inv.routingKey)
	if err != nil {
		return failed(statusNoVersion, -1, "QualifierNotFound: %s", inv.qualifier), false
	}
	inv.version, inv.cfg, inv.code, inv.pool = v, v.cfg, v.code, v.pool
	if v.status != statusActive && v.status != statusUpdateFailed {
		return failed(statusNotActive, -1, "FunctionStatusError: %s", v.status), false
	}
	if e := s.requests.events[inv.id]; e != nil && e.terminated {
		return canceled(), false
	}
	if fault, ok := s.faults.Take(OpExecute); ok {
		status := fault.Status
		if status == 0 {
			status = status500
		}
		message := fault.Message
		if message == "" {
			message = "InternalError"
		}
		return failed(status, -1, "%s", message), false
	}
	if most, ok := s.concurrency(f); ok && f.running >= most {
		return failed(statusLimit, 1, "Resource limit exceed for function [%s]", f.name), false
	}
	f.running++
	return result{}, true
}

// concurrency is how many instances a function may have, by its reserved quota or its namespace's; false means no bound. The lock
// is held.
func (s *Server) concurrency(f *fn) (int, bool) {
	if f.reserved != nil {
		return int(*f.reserved) / int(f.latest.cfg.memory), true
	}
	ns := s.region(f.region).namespaces[f.namespace]
	if ns == nil || ns.totalMem == 0 {
		return 0, false
	}
	left := int(ns.totalMem)
	for _, o := range ns.functions {
		if o.reserved != nil {
			left -= int(*o.reserved)
		} else if o != f {
			left -= o.running * int(o.latest.cfg.memory)
		}
	}
	return max(left, 0) / int(f.latest.cfg.memory), true
}

// timeout is the result of an execution that took too long.
func (inv *invocation) timeout() result {
	if inv.async {
		return failed(statusTimeout, -1, "Async invoking task timed out after %d seconds", inv.cfg.timeout)
	}
	return failed(statusTimeout, -1, "Invoking task timed out after %d seconds", inv.cfg.timeout)
}

// canceled is the result of an execution that was stopped from outside.
func canceled() result {
	r := failed(statusCanceled, -1, "RequestCanceled")
	r.aborted = true
	return r
}
