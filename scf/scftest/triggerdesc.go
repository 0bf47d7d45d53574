package scftest

import (
	"encoding/json"
	"errors"
	"fmt"
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

// members reads members of a JSON object by their exact names. One that is spelled in other case is refused: the service would
// not see it, and the rule would catch more than was meant.
func members(data []byte, into map[string]any) error {
	var m map[string]json.RawMessage
	if json.Unmarshal(data, &m) != nil || m == nil {
		return errors.New("it is not a JSON object")
	}
	for name, v := range m {
		if p, ok := into[name]; ok {
			if json.Unmarshal(v, p) != nil {
				return fmt.Errorf("%s is of a wrong type", name)
			}
			continue
		}
		for known := range into {
			if strings.EqualFold(known, name) {
				return fmt.Errorf("%s is spelled %s", known, name)
			}
		}
	}
	return nil
}

// parseDesc reads a COS trigger's description for a bucket.
func parseDesc(b event.Bucket, desc string, anySuffix bool) (cosRule, error) {
	bad := func(why string, args ...any) error {
		return fail(codeTriggerDesc, "TriggerDesc参数传入错误: "+why, "TriggerDesc is not valid: "+why, args...)
	}
	r := cosRule{bucket: b}
	var name, url string
	var filter json.RawMessage
	if err := members([]byte(desc), map[string]any{"event": &name, "bucketUrl": &url, "filter": &filter}); err != nil {
		return r, bad("%v", err)
	}
	if len(filter) > 0 && string(filter) != "null" {
		if err := members(filter, map[string]any{"Prefix": &r.prefix, "Suffix": &r.suffix}); err != nil {
			return r, bad("filter: %v", err)
		}
	}
	r.event = event.Type(name)
	if !cosEvents[r.event] {
		return r, bad("event %q is not one of the documented ones", r.event)
	}
	if url != "" && url != b.Host() {
		return r, bad("bucketUrl %q is not the trigger's name", url)
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
		return fail(codeTriggerName, "TriggerName参数传入错误: %q，须为存储桶域名，例如photos-1250000000.cos.ap-guangzhou.myqcloud.com",
			"TriggerName %q is not a bucket's host like photos-1250000000.cos.ap-guangzhou.myqcloud.com", t.name)
	}
	if b.Region != c.region {
		return fail("InvalidParameterValue.Cos", "Cos传入错误: 存储桶在%s，函数在%s", "The bucket is in %s, the function in %s", b.Region, c.region)
	}
	if desc == "" {
		return missingDesc()
	}
	if c.cfg.bucketExists != nil && !c.cfg.bucketExists(b) {
		return fail("ResourceNotFound.Cos", "Cos不存在: %s", "Bucket %s does not exist", t.name)
	}
	if t.rule, err = parseDesc(b, desc, c.cfg.anySuffix); err != nil {
		return err
	}
	t.desc = t.rule.desc()
	return nil
}
