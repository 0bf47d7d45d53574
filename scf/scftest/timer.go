package scftest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/internal/requestid"
)

// sourceTimer is the RequestSource of a timer's events.
const sourceTimer = "TRIGGER_TIMER"

// readTimer checks name and description of a timer trigger: a cron expression, bare or as {"cron":"…"}.
func (c *call) readTimer(t *trigger, desc string) error {
	if !timerName.MatchString(t.name) {
		return fail(codeTriggerName, "TriggerName参数传入错误: %q，须为1到100个字母、数字、-和_", "TriggerName %q is not valid: 1 to 100 letters, digits, - and _", t.name)
	}
	if len(t.custom) > 4<<10 {
		return fail("InvalidParameterValue.CustomArgument", "CustomArgument超出长度限制: 4 KB", "CustomArgument is longer than 4 KB")
	}
	expr := strings.TrimSpace(desc)
	if strings.HasPrefix(expr, "{") {
		var d struct {
			Cron string `json:"cron"`
		}
		if err := json.Unmarshal([]byte(desc), &d); err != nil {
			return fail(codeTriggerDesc, "TriggerDesc参数传入错误: 不是JSON对象", "TriggerDesc is not a JSON object")
		}
		expr = d.Cron
	}
	cr, err := parseCron(expr)
	if err != nil {
		return fail(codeTriggerDesc, "TriggerDesc参数传入错误: %v", "TriggerDesc is not valid: %v", err)
	}
	t.cron = cr
	t.desc = `{"cron":` + quote(expr) + `}`
	return nil
}

// schedule sets the next firing of a timer trigger that is open. The lock is held.
func (s *Server) schedule(t *trigger) {
	if t.kind != kindTimer || !t.open {
		return
	}
	now := s.clock.Now()
	at, ok := t.cron.next(maxTime(now, t.fires))
	if !ok {
		return
	}
	t.fires = at
	t.next = s.clock.AfterFunc(at.Sub(now), func() { s.fireTimer(t, at) })
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// fireTimer queues a timer's event. It runs on the clock, so it must not wait: a full queue drops nothing here, the bound is
// passed instead.
func (s *Server) fireTimer(t *trigger, at time.Time) {
	payload, _ := json.Marshal(struct {
		Type        string
		TriggerName string
		Time        string
		Message     string
	}{"Timer", t.name, at.UTC().Format("2006-01-02T15:04:05Z"), t.custom})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || !t.open || t.fn.deleted {
		return
	}
	s.push(&asyncEvent{AsyncEvent: AsyncEvent{
		Region: t.fn.region, Namespace: t.fn.namespace, Function: t.fn.name, Qualifier: t.qualifier, Payload: payload, Source: sourceTimer,
	}, id: requestid.New()})
	s.schedule(t)
}
