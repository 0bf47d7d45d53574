package costest

import (
	"bytes"
	"encoding/xml"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// replicationRule copies what is written under a prefix to another bucket.
type replicationRule struct {
	ID, Status string
	Priority   int
	Prefix     string
	Filter     struct {
		Prefix string
		And    struct {
			Prefix string
			Tags   []tag `xml:"Tag"`
		}
	}
	Destination             struct{ Bucket, StorageClass string }
	DeleteMarkerReplication struct{ Status string }
}

func (r *replicationRule) prefix() string {
	return r.Prefix + r.Filter.Prefix + r.Filter.And.Prefix // only one of them is allowed
}

func (r *replicationRule) matches(key string, tags []tag) bool {
	if r.Status != "Enabled" || !strings.HasPrefix(key, r.prefix()) {
		return false
	}
	for _, want := range r.Filter.And.Tags {
		found := false
		for _, t := range tags {
			found = found || t == want
		}
		if !found {
			return false
		}
	}
	return true
}

// destination reads "qcs::cos:ap-beijing::photos-1250000000".
func (r *replicationRule) destination() (id, region string, ok bool) {
	f := strings.Split(r.Destination.Bucket, ":")
	if len(f) != 6 || f[0] != "qcs" || f[2] != "cos" {
		return "", "", false
	}
	return f[5], f[3], f[5] != "" && f[3] != ""
}

func parseReplication(raw []byte) ([]replicationRule, error) {
	var x struct {
		Rules []replicationRule `xml:"Rule"`
	}
	if err := xml.NewDecoder(bytes.NewReader(raw)).Decode(&x); err != nil {
		return nil, errMalformedXML
	}
	return x.Rules, nil
}

func checkReplication(_ *call, conf *config, raw []byte) error {
	if conf.Versioning != versioningEnabled {
		return errVersioningNotOpen.with("Versioning is not enabled for the source bucket.")
	}
	rules, err := parseReplication(raw)
	if err != nil {
		return err
	}
	conf.replication = rules
	return nil
}

// lookAtDestinations checks the rules, and that the buckets they name can take what comes.
func lookAtDestinations(c *call, raw []byte) error {
	rules, err := parseReplication(raw)
	if err != nil {
		return err
	}
	if len(rules) == 0 || len(rules) > 1000 {
		return errMalformedXML
	}
	for i := range rules {
		r := &rules[i]
		if r.Status != "Enabled" && r.Status != "Disabled" {
			return errMalformedXML
		}
		id, region, ok := r.destination()
		if !ok {
			return errInvalidArgument.with("The destination %q is not a bucket.", r.Destination.Bucket)
		}
		if id == c.b.id {
			return errInvalidArgument.with("A bucket cannot be replicated to itself.")
		}
		if r.Destination.StorageClass != "" && !validClass(strings.ToUpper(r.Destination.StorageClass)) {
			return errStorageClass
		}
		dst, err := c.s.bucket(id, region)
		if err != nil {
			return err
		}
		if dst.settings().Versioning != versioningEnabled {
			return errVersioningNotOpen.with("Versioning is not enabled for the destination bucket %s.", id)
		}
	}
	return nil
}

// replicationFor returns the rule for a key: the one with the smallest priority of those that match.
func replicationFor(rules []replicationRule, key string, tags []tag) *replicationRule {
	var best *replicationRule
	for i := range rules {
		if r := &rules[i]; r.matches(key, tags) && (best == nil || r.Priority < best.Priority) {
			best = r
		}
	}
	return best
}

// replicate brings a new object to the bucket its rule names, at once, and tells that there. That is no reason to look for rules
// there: what came by replication goes no further. Appendable objects are not replicated.
func (s *Server) replicate(b *bucket, key string, o *object, by cause) {
	rules := b.settings().replication
	if rules == nil || o.x().Appendable {
		return
	}
	r := replicationFor(rules, key, o.x().Tags)
	if r == nil {
		return
	}
	id, region, _ := r.destination()
	dst, err := s.bucket(id, region)
	if err != nil {
		return
	}
	b.mu.RLock()
	body, err := s.store.duplicate(o.content)
	b.mu.RUnlock()
	if err != nil {
		return
	}
	a := *o.attrs
	if r.Destination.StorageClass != "" {
		a.Class = strings.ToUpper(r.Destination.StorageClass)
	}
	n := *o
	n.content, n.attrs, n.prev = body, s.attrs.share(a), nil
	n.more = &extra{Replica: true, Tags: o.x().Tags, ACL: o.x().ACL}
	if _, err := s.write(dst, key, &n, nil); err != nil {
		s.store.discardContent(body)
		return
	}
	_, _ = s.update(b, key, o.versionID(), func(o *object) error { o.more.Replicated = "Complete"; return nil })
	by.authorization, by.who = "", ""
	if s.heard() {
		s.tell(dst.change(event.TypeObjectCreatedReplication, key, &n, n.version, by))
	}
}

// replicateMarker brings a delete marker along, if the rule says so.
func (s *Server) replicateMarker(b *bucket, key string, by cause) {
	r := replicationFor(b.settings().replication, key, nil)
	if r == nil || r.DeleteMarkerReplication.Status != "Enabled" {
		return
	}
	id, region, _ := r.destination()
	if dst, err := s.bucket(id, region); err == nil {
		by.authorization, by.who = "", ""
		rem, err := s.removeLocked(dst, key, "", by)
		if err == nil && s.heard() {
			s.tell(dst.change(rem.kind, key, rem.object, rem.version, by))
		}
	}
}
