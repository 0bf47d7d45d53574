package scftest

import "time"

// requestStore knows the executions that run, and the events of asynchronously executed functions. It is guarded by Server.mu.
type requestStore struct {
	limit  int
	active map[string]*invocation
	events map[string]*eventInfo
	order  []string
}

// eventInfo is one event of a function with AsyncRunEnable.
type eventInfo struct {
	id, region, namespace, function, qualifier, source string
	status                                             string // RUNNING, FINISHED, ABORTED, FAILED
	code                                               int
	start, end                                         time.Time
	terminated                                         bool // before it ran
}

func (q *requestStore) begin(inv *invocation) {
	if q.active == nil {
		q.active = map[string]*invocation{}
	}
	q.active[inv.id] = inv
}

func (q *requestStore) end(inv *invocation, _ result) { delete(q.active, inv.id) }

// add notes an event that was queued.
func (q *requestStore) add(e *asyncEvent) {
	if q.events == nil {
		q.events = map[string]*eventInfo{}
	}
	if len(q.order) >= q.limit {
		delete(q.events, q.order[0])
		q.order = q.order[1:]
	}
	q.order = append(q.order, e.id)
	q.events[e.id] = &eventInfo{
		id: e.id, region: e.Region, namespace: e.Namespace, function: e.Function, qualifier: e.Qualifier, source: e.Source,
		status: "RUNNING", start: e.first,
	}
}

// finish notes the end of an event.
func (q *requestStore) finish(id string, res result, at time.Time) {
	e := q.events[id]
	if e == nil {
		return
	}
	e.code, e.end = res.status, at
	switch {
	case res.status == statusOK:
		e.status = "FINISHED"
	case res.aborted:
		e.status = "ABORTED"
	default:
		e.status = "FAILED"
	}
}
