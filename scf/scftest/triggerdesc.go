package scftest

import (
	"encoding/json"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// cosRule is what a COS trigger asks of its bucket; two are the same rule if they are equal.
type cosRule struct {
	bucket         event.Bucket
	event          event.Type
	prefix, suffix string
}

// overlaps tells whether some change of the bucket would fire both rules.
func (r cosRule) overlaps(o cosRule) bool {
	return r.bucket == o.bucket && eventsOverlap(string(r.event), string(o.event)) &&
		(strings.HasPrefix(r.prefix, o.prefix) || strings.HasPrefix(o.prefix, r.prefix)) &&
		(strings.HasSuffix(r.suffix, o.suffix) || strings.HasSuffix(o.suffix, r.suffix))
}

func eventsOverlap(a, b string) bool {
	wild := func(rule, name string) bool {
		family, ok := strings.CutSuffix(rule, "*")
		return ok && strings.HasPrefix(name, family)
	}
	return a == b || wild(a, b) || wild(b, a)
}

// desc is the form in which the service gives a description back.
func (r cosRule) desc() string {
	var b strings.Builder
	b.WriteString(`{"bucketUrl":` + quote(r.bucket.Host()) + `,"event":` + quote(string(r.event)) +
		`,"filter":{"Prefix":` + quote(r.prefix) + `,"Suffix":` + quote(r.suffix) + `}}`)
	return b.String()
}

func quote(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}

var cosEvents = func() map[event.Type]bool {
	m := map[event.Type]bool{}
	for _, t := range []event.Type{
		event.AnyObjectCreated, event.TypeObjectCreatedPut, event.TypeObjectCreatedPost, event.TypeObjectCreatedCopy,
		event.TypeObjectCreatedCompleteMultipartUpload, event.TypeObjectCreatedAppend, event.TypeObjectCreatedOrigin,
		event.TypeObjectCreatedReplication, event.AnyObjectRemove, event.TypeObjectRemoveDelete,
		event.TypeObjectRemoveDeleteMarkerCreated, event.TypeObjectRestorePost, event.TypeObjectRestoreCompleted,
	} {
		m[t] = true
	}
	return m
}()

// parseDesc reads a COS trigger's description for a bucket.
func parseDesc(b event.Bucket, desc string, anySuffix bool) (cosRule, error) {
	bad := func(why string, args ...any) error {
		return fail("InvalidParameterValue.TriggerDesc", "TriggerDesc参数传入错误: "+why, args...)
	}
	r := cosRule{bucket: b}
	var d struct {
		Event     *string `json:"event"`
		BucketURL *string `json:"bucketUrl"`
		Filter    *struct {
			Prefix *string `json:"Prefix"`
			Suffix *string `json:"Suffix"`
		} `json:"filter"`
	}
	if err := json.Unmarshal([]byte(desc), &d); err != nil {
		return r, bad("it is not a JSON object of event and filter")
	}
	r.event = event.Type(str(d.Event))
	if !cosEvents[r.event] {
		return r, bad("event %q is not one of the documented ones", r.event)
	}
	if d.BucketURL != nil && *d.BucketURL != b.Host() {
		return r, bad("bucketUrl %q is not the trigger's name", *d.BucketURL)
	}
	if d.Filter != nil {
		r.prefix, r.suffix = str(d.Filter.Prefix), str(d.Filter.Suffix)
	}
	if r.suffix != "" && r.suffix[0] != '.' && !anySuffix {
		return r, bad("Suffix %q does not begin with a dot", r.suffix)
	}
	return r, nil
}

// readCOSTrigger checks name and description of a COS trigger.
func (c *call) readCOSTrigger(t *trigger, desc string) error {
	b, err := event.ParseBucketHost(t.name)
	if err != nil || b.Host() != t.name {
		return fail("InvalidParameterValue.TriggerName", "TriggerName参数传入错误: %q. A bucket's host like photos-1250000000.cos.ap-guangzhou.myqcloud.com.", t.name)
	}
	if b.Region != c.region {
		return fail("InvalidParameterValue.Cos", "Cos传入错误: bucket of %s, function of %s", b.Region, c.region)
	}
	if desc == "" {
		return fail("InvalidParameterValue.TriggerDesc", "TriggerDesc参数传入错误: a cos trigger needs it")
	}
	if c.cfg.bucketExists != nil && !c.cfg.bucketExists(b) {
		return fail("ResourceNotFound.Cos", "Cos不存在: %s", t.name)
	}
	if t.rule, err = parseDesc(b, desc, c.cfg.anySuffix); err != nil {
		return err
	}
	t.desc = t.rule.desc()
	return nil
}
