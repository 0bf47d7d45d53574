package scf

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// LogQuery says which lines of a log are wanted. The zero value is everything of the last hour.
type LogQuery struct {
	// Since and Until bound the lines' times, both included, to the millisecond. A zero Until is now. A zero Since is an hour
	// before Until, or seven days if RequestID is given; for [Client.Tail] it is now.
	Since, Until time.Time
	// RequestID limits the lines to one invocation with its retries.
	RequestID string
	// FailedOnly limits the lines to invocations that failed. The lines of an invocation are held back until it is known to
	// have failed; those of one that has not ended are left out.
	FailedOnly bool
	// Lateness is how late lines may come that [Client.Tail] does not miss; the default is a minute.
	Lateness time.Duration
	// Interval is the pause between two looks of [Client.Tail]; the default is two seconds.
	Interval time.Duration
}

func (q LogQuery) validate(r ref) error {
	var bad faultList
	if !q.Since.IsZero() && !q.Until.IsZero() && q.Until.Before(q.Since) {
		bad.addf("Until", "%v is before Since, %v", q.Until, q.Since)
	}
	if strings.ContainsAny(q.RequestID, "\"\\ \t\r\n") {
		bad.addf("RequestID", "%q is no request id", q.RequestID)
	}
	if q.Lateness < 0 || q.Interval < 0 {
		bad.addf("Interval", "looks every %v for lines late by %v", q.Interval, q.Lateness)
	}
	return bad.err("log query for " + r.String())
}

// openLog finds the topic to read. Without one it yields what there is in place of lines, or the error, and ok is false.
func (c *Client) openLog(ctx context.Context, name string, q LogQuery, yield func(*LogEntry, error) bool) (r ref, topic string, ok bool) {
	r, topic, err := c.logTopic(ctx, name, q)
	switch {
	case err != nil:
		yield(nil, err)
	case topic == "":
		c.requestStatus(ctx, r, q, yield)
	default:
		return r, topic, true
	}
	return r, "", false
}

// Logs yields the lines of the function name that q asks for, oldest first, page by page as it is ranged over. With
// "name:qualifier" it is the lines of one version or alias. It only reads; after an error it ends.
//
// Lines are searched in the function's topic of the Cloud Log Service (SearchLog), a few seconds after they were written. The
// credentials must allow that. A function without a topic has no lines: if q has a RequestID, the invocation's status is
// yielded in their place (GetRequestStatus), with a Note that says so; otherwise an error that Is [ErrNoLogTopic].
func (c *Client) Logs(ctx context.Context, name string, q LogQuery) iter.Seq2[*LogEntry, error] {
	return func(yield func(*LogEntry, error) bool) {
		r, topic, ok := c.openLog(ctx, name, q, yield)
		if !ok {
			return
		}
		to := q.Until
		if to.IsZero() {
			to = c.now().Add(logSkew)
		}
		since := q.Since
		if since.IsZero() {
			since = to.Add(-time.Hour)
			if q.RequestID != "" {
				since = to.Add(-7 * 24 * time.Hour)
			}
		}
		filter := newLogFilter(r, q)
		for line, err := range c.search(ctx, r.String(), topic, r.query(q), since.UnixMilli(), to.UnixMilli()) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range filter.take(parseEntry(line.clsResult)) {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// logSkew is how far the log's clock may be ahead of ours.
const logSkew = time.Minute

func (c *Client) logTopic(ctx context.Context, name string, q LogQuery) (ref, string, error) {
	r, err := c.ref(name)
	if err != nil {
		return r, "", err
	}
	if err := q.validate(r); err != nil {
		return r, "", err
	}
	info, err := c.get(ctx, ref{r.namespace, r.name, ""}) // GetFunction knows versions, but not aliases
	if err != nil {
		return r, "", err
	}
	return r, info.Log.TopicID, nil
}

// query is what is asked of the log service, in its CQL. Values are quoted, which makes them phrases; the filter takes out what
// a phrase finds too much.
func (r ref) query(q LogQuery) string {
	s := fmt.Sprintf("SCF_FunctionName:%q AND SCF_Namespace:%q", r.name, r.namespace)
	if field := r.field(); field != "" {
		s += fmt.Sprintf(" AND %s:%q", field, r.qualifier)
	}
	if q.RequestID != "" {
		s += fmt.Sprintf(" AND SCF_RequestId:%q", q.RequestID)
	}
	return s
}

func (r ref) field() string {
	switch {
	case r.qualifier == "":
		return ""
	case r.qualifier == latest || versionForm.MatchString(r.qualifier):
		return "SCF_Qualifier"
	}
	return "SCF_Alias"
}

// requestStatus yields what is known of one invocation without its log.
func (c *Client) requestStatus(ctx context.Context, r ref, q LogQuery, yield func(*LogEntry, error) bool) {
	if q.RequestID == "" {
		yield(nil, fmt.Errorf("scf: function %s: %w: without one only single invocations can be asked about, by RequestID", r, ErrNoLogTopic))
		return
	}
	req := scfsdk.NewGetRequestStatusRequest()
	req.FunctionName, req.Namespace, req.FunctionRequestId = &r.name, &r.namespace, &q.RequestID
	if !q.Since.IsZero() {
		to := q.Until
		if to.IsZero() {
			to = c.now().Add(logSkew)
		}
		req.StartTime, req.EndTime = ptr(q.Since.In(beijing).Format(time.DateTime)), ptr(to.In(beijing).Format(time.DateTime))
	}
	var resp *scfsdk.GetRequestStatusResponse
	err := c.Do(ctx, Call{Action: "GetRequestStatus", Function: r.String(), Harmless: true}, func(ctx context.Context) (err error) {
		resp, err = c.sdk.GetRequestStatusWithContext(ctx, req)
		return err
	})
	if err == nil && resp.Response == nil {
		err = &Error{Action: "GetRequestStatus", Function: r.String(), Attempts: 1, Err: errors.New("answer without content")}
	}
	if err != nil {
		yield(nil, missing(err))
		return
	}
	for _, s := range resp.Response.Data {
		if s == nil {
			continue
		}
		if e := statusEntry(r, s); (!q.FailedOnly || e.Failed()) && !yield(e, nil) {
			return
		}
	}
}

// statusEntry is the status of an invocation as an entry: there are three codes, 0 done, 1 running, -1 failed.
func statusEntry(r ref, s *scfsdk.RequestStatus) *LogEntry {
	e := &LogEntry{
		Namespace: r.namespace, Function: r.name, Qualifier: r.qualifier,
		RequestID: val(s.RequestId), RetryNum: int(val(s.RetryNum)), Message: val(s.RetMsg), Platform: true,
		Started: parseTime(val(s.StartTime)), Duration: time.Duration(val(s.Duration) * float64(time.Millisecond)),
		Memory: int64(val(s.MemUsage) * (1 << 20)),
		Note:   "the function has no log topic: this is the result of the request, its log was not kept",
	}
	e.Time = e.Started
	switch val(s.RetCode) {
	case 0:
		e.StatusCode = 200
	case 1:
		e.StatusCode = 202
	default:
		if e.StatusCode = ParseFunctionError([]byte(e.Message)).StatusCode; e.StatusCode < 400 {
			e.StatusCode = 430
		}
	}
	return e
}

// logFilter passes on the lines that are wanted.
type logFilter struct {
	r    ref
	q    LogQuery
	runs map[run]*runLog // only with FailedOnly
	last time.Time
}

// run is one attempt of an invocation.
type run struct {
	requestID string
	retry     int
}

type runLog struct {
	held   []*LogEntry
	last   time.Time
	failed bool
	passed bool
}

// longestRun is how long an invocation can go without a line, its time-out and start of an instance included.
const longestRun = (900 + 300) * time.Second

func newLogFilter(r ref, q LogQuery) *logFilter {
	return &logFilter{r: r, q: q, runs: map[run]*runLog{}}
}

// take returns what is to be yielded now that e has come.
func (f *logFilter) take(e *LogEntry) []*LogEntry {
	if e.Function != "" && e.Function != f.r.name || e.Namespace != "" && e.Namespace != f.r.namespace ||
		f.q.RequestID != "" && e.RequestID != f.q.RequestID {
		return nil
	}
	switch f.r.field() {
	case "SCF_Qualifier":
		if e.Qualifier != f.r.qualifier {
			return nil
		}
	case "SCF_Alias":
		if e.Alias != f.r.qualifier {
			return nil
		}
	}
	if !f.q.FailedOnly {
		return []*LogEntry{e}
	}
	return f.failed(e)
}

func (f *logFilter) failed(e *LogEntry) []*LogEntry {
	f.forget(e.Time)
	k := run{e.RequestID, e.RetryNum}
	l := f.runs[k]
	if l == nil {
		l = &runLog{}
		f.runs[k] = l
	}
	if e.Time.After(l.last) {
		l.last = e.Time
	}
	switch {
	case e.Failed():
		l.failed = true
	case e.ended():
		l.passed = true
	}
	if l.failed {
		out := append(l.held, e)
		l.held = nil
		return out
	}
	if l.passed {
		l.held = nil
	} else {
		l.held = append(l.held, e)
	}
	return nil
}

// forget drops runs that nothing can come of any more, once a minute of the log's time.
func (f *logFilter) forget(now time.Time) {
	if now.Before(f.last.Add(time.Minute)) {
		return
	}
	f.last = now
	for k, l := range f.runs {
		if now.Sub(l.last) > longestRun+max(f.q.Lateness, time.Minute) {
			delete(f.runs, k)
		}
	}
}
