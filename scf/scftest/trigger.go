package scftest

import (
	"regexp"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/clock"
)

const (
	kindCOS     = "cos"
	kindTimer   = "timer"
	maxTriggers = 10 // of one kind on a function
)

var timerName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// trigger is guarded by Server.mu.
type trigger struct {
	kind, name, desc, qualifier string
	description, custom         string
	open                        bool
	added, modified             time.Time
	resource                    string

	rule cosRule // cos
	cron *cron   // timer

	fn    *fn
	next  *clock.Timer
	fires time.Time
}

// same tells whether t is the trigger that a call means. Server.mu is held.
func (t *trigger) same(kind, name, qualifier string) bool {
	return t.kind == kind && t.name == name && t.qualifier == qualifier
}

func (t *trigger) enabled() int64 {
	if t.open {
		return 1
	}
	return 0
}

func createTrigger(c *call, p *scfsdk.CreateTriggerRequestParams) (*scfsdk.CreateTriggerResponseParams, error) {
	t := &trigger{
		kind: str(p.Type), name: str(p.TriggerName), qualifier: or(p.Qualifier, latest),
		description: str(p.Description), custom: str(p.CustomArgument), open: true,
	}
	if t.name == "" {
		return nil, missing("TriggerName")
	}
	if t.kind == "" {
		return nil, missing("Type")
	}
	var err error
	if t.open, err = enable(p.Enable, "OPEN"); err != nil {
		return nil, err
	}
	if len(t.description) > maxDescription {
		return nil, longDescription()
	}
	switch t.kind {
	case kindCOS:
		err = c.readCOSTrigger(t, str(p.TriggerDesc))
	case kindTimer:
		err = c.readTimer(t, str(p.TriggerDesc))
	case "cls", "ckafka", "http":
		err = fail("UnsupportedOperation.Trigger", "此模拟服务不支持%s触发器，仅支持cos和timer", "This fake has no triggers of type %s: only cos and timer", t.kind)
	default:
		err = fail("InvalidParameterValue.Type", "Type取值错误: %q", "Type is %q, must be cos, timer, cls, ckafka or http", t.kind)
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	if f.latest.status != statusActive {
		return nil, wrongState("FailedOperation.CreateTrigger", f.latest.status)
	}
	if !f.hasQualifier(t.qualifier) {
		return nil, noQualifier(t.qualifier)
	}
	if err := c.checkRoom(f, t); err != nil {
		return nil, err
	}
	now := c.clock.Now()
	t.fn, t.added, t.modified = f, now, now
	t.resource = "qcs::scf:" + event.Bucket{Region: f.region}.RegionCode() + ":uin/" + c.cfg.uin + ":function/" + f.name + "/" + shortID(10)
	f.triggers = append(f.triggers, t)
	c.schedule(t)
	return &scfsdk.CreateTriggerResponseParams{TriggerInfo: t.trigger()}, nil
}

// checkRoom refuses a trigger that is there already, that conflicts with another rule, or that is one too many.
func (s *Server) checkRoom(f *fn, t *trigger) error {
	count := 0
	for _, o := range f.triggers {
		if o.kind != t.kind {
			continue
		}
		count++
		if o.same(t.kind, t.name, t.qualifier) && (t.kind != kindCOS || o.rule == t.rule) {
			if t.kind == kindCOS {
				return fail(s.cfg.duplicateErr, "TriggerName已存在: %s %s", "Trigger %s %s exists already", t.name, t.desc)
			}
			return fail("ResourceInUse.TriggerName", "TriggerName已存在: %s", "Trigger %s exists already", t.name)
		}
	}
	if count >= maxTriggers {
		return fail("LimitExceeded.Trigger", "Trigger数量超出限制: %d个%s触发器", "A function has at most %d triggers of type %s", maxTriggers, t.kind)
	}
	if t.kind == kindCOS && (t.open || s.cfg.closedHolds) {
		return s.conflict(t, nil)
	}
	return nil
}

// conflict looks for a rule on the same bucket, of any function, that overlaps t's.
func (s *Server) conflict(t, except *trigger) error {
	for _, ns := range s.region(t.rule.bucket.Region).namespaces {
		for _, f := range ns.functions {
			for _, o := range f.triggers {
				if o == except || o.kind != kindCOS || !(o.open || s.cfg.closedHolds) || !o.rule.overlaps(t.rule) {
					continue
				}
				return fail(codeConflict, "COS通知规则冲突: %s与函数%[3]s/%[4]s的%[2]s", "The rule %s overlaps %s of function %s/%s", t.desc, o.desc, f.namespace, f.name)
			}
		}
	}
	return nil
}

func enable(p *string, def string) (bool, error) {
	switch or(p, def) {
	case "OPEN", "1":
		return true, nil
	case "CLOSE", "0":
		return false, nil
	}
	return false, fail("InvalidParameterValue.Enable", "Enable取值错误: %q，应为OPEN或CLOSE", "Enable is %q, must be OPEN or CLOSE", str(p))
}

func deleteTrigger(c *call, p *scfsdk.DeleteTriggerRequestParams) (*scfsdk.DeleteTriggerResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, found, err := c.meant(p.Namespace, p.FunctionName, p.TriggerName, p.Type, p.Qualifier, p.TriggerDesc)
	if err != nil {
		return nil, err
	}
	kept := f.triggers[:0:0]
	for _, t := range f.triggers {
		gone := false
		for _, d := range found {
			gone = gone || d == t
		}
		if gone {
			t.stop()
			continue
		}
		kept = append(kept, t)
	}
	f.triggers = kept
	return &scfsdk.DeleteTriggerResponseParams{}, nil
}

// meant finds the trigger that a call names: by meaning, not by the bytes of its description. The lock is held.
func (c *call) meant(namespace, function, name, kind, qualifier, desc *string) (*fn, []*trigger, error) {
	for _, need := range []struct {
		name string
		p    *string
	}{{"FunctionName", function}, {"TriggerName", name}, {"Type", kind}} {
		if str(need.p) == "" {
			return nil, nil, missing(need.name)
		}
	}
	f, err := c.find(c.region, str(namespace), str(function))
	if err != nil {
		return nil, nil, err
	}
	if !f.hasQualifier(or(qualifier, latest)) {
		return nil, nil, noQualifier(str(qualifier))
	}
	any := false
	var rule cosRule
	if str(kind) == kindCOS {
		if str(desc) == "" {
			if !c.cfg.looseDelete {
				return nil, nil, missingDesc()
			}
			any = true
		} else {
			probe := &trigger{name: str(name)}
			if err := c.readCOSTrigger(probe, str(desc)); err != nil {
				return nil, nil, err
			}
			rule = probe.rule
		}
	}
	var found []*trigger
	for _, t := range f.triggers {
		if t.same(str(kind), str(name), or(qualifier, latest)) && (t.kind != kindCOS || any || t.rule == rule) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil, nil, fail("ResourceNotFound.Trigger", "Trigger不存在: %s %s", "Trigger %s %s does not exist", str(name), str(desc))
	}
	return f, found, nil
}

func listTriggers(c *call, p *scfsdk.ListTriggersRequestParams) (*scfsdk.ListTriggersResponseParams, error) {
	for _, fl := range p.Filters {
		switch str(fl.Name) {
		case "Qualifier", "TriggerName", "Description":
		default:
			return nil, wrongFilter(str(fl.Name))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	var found []*trigger
	for _, t := range f.triggers {
		if t.matches(p.Filters) {
			found = append(found, t)
		}
	}
	if err := order(found, str(p.OrderBy), str(p.Order), func(t *trigger) string { return t.name + t.desc },
		sortKey[*trigger]{"mod_time", func(t *trigger) string { return stamp(t.modified) }},
		sortKey[*trigger]{"add_time", func(t *trigger) string { return stamp(t.added) }},
	); err != nil {
		return nil, err
	}
	listed, err := page(found, p.Offset, p.Limit)
	if err != nil {
		return nil, err
	}
	resp := &scfsdk.ListTriggersResponseParams{TotalCount: ptr(uint64(len(found)))}
	for _, t := range listed {
		resp.Triggers = append(resp.Triggers, t.info())
	}
	return resp, nil
}

func (t *trigger) matches(filters []*scfsdk.Filter) bool {
	for _, fl := range filters {
		value := map[string]string{"Qualifier": t.qualifier, "TriggerName": t.name, "Description": t.description}[str(fl.Name)]
		ok := false
		for _, v := range fl.Values {
			ok = ok || str(v) == value
		}
		if !ok {
			return false
		}
	}
	return true
}

func updateTriggerStatus(c *call, p *scfsdk.UpdateTriggerStatusRequestParams) (*scfsdk.UpdateTriggerStatusResponseParams, error) {
	if str(p.Enable) == "" {
		return nil, missing("Enable")
	}
	open, err := enable(p.Enable, "")
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, found, err := c.meant(p.Namespace, p.FunctionName, p.TriggerName, p.Type, p.Qualifier, p.TriggerDesc)
	if err != nil {
		return nil, err
	}
	for _, t := range found {
		if t.open == open {
			return nil, fail("FailedOperation.UpdateTriggerStatus", "与原状态一致，无需更改", "The trigger has this state already")
		}
		if open && t.kind == kindCOS {
			if err := c.conflict(t, t); err != nil {
				return nil, err
			}
		}
	}
	for _, t := range found {
		t.open, t.modified = open, c.clock.Now()
		t.stop()
		c.schedule(t)
	}
	return &scfsdk.UpdateTriggerStatusResponseParams{}, nil
}

func updateTrigger(c *call, p *scfsdk.UpdateTriggerRequestParams) (*scfsdk.UpdateTriggerResponseParams, error) {
	if str(p.Type) != kindTimer {
		return nil, fail("UnsupportedOperation.Trigger", "暂不支持更新该类型触发器: %q，请删除后重新创建", "Triggers of type %q cannot be updated here: delete the trigger and create it again", str(p.Type))
	}
	change := &trigger{kind: kindTimer, name: str(p.TriggerName), custom: str(p.CustomArgument)}
	if str(p.TriggerDesc) != "" {
		if err := c.readTimer(change, *p.TriggerDesc); err != nil {
			return nil, err
		}
	}
	open, err := enable(p.Enable, "OPEN")
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, found, err := c.meant(p.Namespace, p.FunctionName, p.TriggerName, p.Type, p.Qualifier, nil)
	if err != nil {
		return nil, err
	}
	t := found[0]
	if change.cron != nil {
		t.cron, t.desc = change.cron, change.desc
	}
	if p.Enable != nil {
		t.open = open
	}
	if p.CustomArgument != nil {
		t.custom = change.custom
	}
	if p.Description != nil {
		t.description = *p.Description
	}
	t.modified = c.clock.Now()
	t.stop()
	c.schedule(t)
	return &scfsdk.UpdateTriggerResponseParams{}, nil
}

// Bound is a COS trigger seen from its bucket.
type Bound struct {
	Region, Namespace, Function, Qualifier string
	Event                                  event.Type
	Prefix, Suffix                         string
	Enabled                                bool
}

// Triggers returns the COS triggers held on a bucket by the functions of its region. It is for joining with a fake COS, which
// asks it what to do with a change.
func (s *Server) Triggers(b event.Bucket) []Bound {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.regions[b.Region]
	if r == nil {
		return nil
	}
	var out []Bound
	for _, ns := range r.namespaces {
		for _, f := range ns.functions {
			for _, t := range f.triggers {
				if t.kind == kindCOS && t.rule.bucket == b {
					out = append(out, Bound{
						Region: f.region, Namespace: f.namespace, Function: f.name, Qualifier: t.qualifier,
						Event: t.rule.event, Prefix: t.rule.prefix, Suffix: t.rule.suffix, Enabled: t.open,
					})
				}
			}
		}
	}
	return out
}

// stop ends a timer trigger's waiting. Server.mu is held.
func (t *trigger) stop() {
	t.fires = time.Time{}
	if t.next != nil {
		t.next.Stop()
		t.next = nil
	}
}
