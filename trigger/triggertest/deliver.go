package triggertest

import (
	"fmt"
	"strings"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/requestid"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// changed queues the event of a change for every function bound to it, or notes why there is none. It runs before the request that
// made the change is answered: once a client has its answer, the event is in the queue.
func (c *Cloud) changed(change costest.Change) {
	owner, _ := c.scf.CredentialOwner(change.CreatedBy)
	generation := c.chains.next(change.CreatedBy, owner)
	bound := c.scf.Triggers(change.Bucket)
	sent := false
	for _, b := range bound {
		if matches(b, change) {
			sent = true
			c.send(change, b, generation)
		}
	}
	if sent {
		return
	}
	d := delivery(change)
	d.State = NotSent
	d.bound = bound
	c.journal.add(d)
}

// reason is Reason, also where it is not written out.
func (d *Delivery) reason() string {
	if d.State == NotSent && d.Reason == "" {
		return d.whyNotSent()
	}
	return d.Reason
}

// whyNotSent says why no trigger on the bucket matched. It is asked when somebody looks: most changes in a bucket are for nobody.
func (d *Delivery) whyNotSent() string {
	if len(d.bound) == 0 {
		return "no function has a trigger on the bucket"
	}
	misses := make([]string, len(d.bound))
	for i, b := range d.bound {
		misses[i] = fmt.Sprintf("%s/%s on %s: %s", b.Namespace, b.Function, rule(b), mismatch(b, d.Event, d.Key))
	}
	return "no trigger matches: " + strings.Join(misses, "; ")
}

// send queues one event for one function.
func (c *Cloud) send(change costest.Change, b scftest.Bound, generation int) {
	d := delivery(change)
	d.Namespace, d.Function, d.Qualifier = b.Namespace, b.Function, b.Qualifier
	d.Rule, d.Prefix, d.Suffix = b.Event, b.Prefix, b.Suffix
	d.Generation = generation
	if generation > c.config.loopLimit {
		d.State = LoopStopped
		d.Reason = fmt.Sprintf("number %d of a chain of events in which functions cause one another's; the service would let it go on for ever", generation+1)
		c.journal.add(d)
		return
	}
	payload, err := c.payload(change, b)
	if err != nil {
		d.State, d.Reason = NotSent, "the payload cannot be built: "+err.Error()
		c.journal.add(d)
		return
	}
	d.Payload = payload
	d.Reason = "queued"
	d.RequestID = requestid.New()
	c.journal.add(d)
	id, name := d.RequestID, b.Region+"/"+b.Namespace+"/"+b.Function
	_, err = c.scf.Enqueue(scftest.AsyncEvent{
		Region: b.Region, Namespace: b.Namespace, Function: b.Function, Qualifier: b.Qualifier,
		Payload:   payload,
		Source:    "TRIGGER_COS",
		RequestID: id,
		Starting:  func() { c.chains.start(name, id, generation) },
		Attempted: func(a scftest.Attempt) {
			c.chains.end(name, id)
			c.attempted(d, a)
		},
		Done: func(o scftest.Outcome) { c.done(d, o) },
	})
	if err != nil {
		c.journal.update(d, func(d *Delivery) { d.State, d.Reason = NotSent, err.Error() })
	}
}

func (c *Cloud) attempted(d *Delivery, a scftest.Attempt) {
	c.journal.update(d, func(d *Delivery) {
		d.Attempts = append(d.Attempts, a)
		if !a.NextRetry.IsZero() {
			d.Reason = fmt.Sprintf("attempt %d failed with status %d; the next is due at %s",
				len(d.Attempts), a.StatusCode, a.NextRetry.UTC().Format("15:04:05"))
		}
	})
}

func (c *Cloud) done(d *Delivery, o scftest.Outcome) {
	c.journal.update(d, func(d *Delivery) {
		d.Attempts = o.Attempts
		d.Reason = o.Reason
		switch o.State {
		case scftest.Delivered:
			d.State, d.Reason = Delivered, ""
		case scftest.Dead:
			d.State = Dead
		default:
			d.State = Dropped
		}
	})
}

func delivery(change costest.Change) *Delivery {
	return &Delivery{
		Event: change.Type, Bucket: change.Bucket, Key: change.Key, VersionID: change.VersionID, Time: change.Time,
		COSRequestID: change.RequestID,
	}
}

// matches reports whether a trigger is for a change.
func matches(b scftest.Bound, change costest.Change) bool {
	return b.Enabled && change.Type.Matches(b.Event) && strings.HasPrefix(change.Key, b.Prefix) && strings.HasSuffix(change.Key, b.Suffix)
}

// mismatch says why a trigger is not for an event.
func mismatch(b scftest.Bound, typ event.Type, key string) string {
	switch {
	case !b.Enabled:
		return "disabled"
	case !typ.Matches(b.Event):
		return fmt.Sprintf("the event is %s", typ)
	case !strings.HasPrefix(key, b.Prefix):
		return fmt.Sprintf("the key does not begin with %q", b.Prefix)
	}
	return fmt.Sprintf("the key does not end with %q", b.Suffix)
}

// rule describes a trigger's rule.
func rule(b scftest.Bound) string {
	s := string(b.Event)
	if b.Prefix != "" {
		s += fmt.Sprintf(" prefix %q", b.Prefix)
	}
	if b.Suffix != "" {
		s += fmt.Sprintf(" suffix %q", b.Suffix)
	}
	return s
}

// payload builds what the function is given: one record, as only ever one was seen.
func (c *Cloud) payload(change costest.Change, b scftest.Bound) ([]byte, error) {
	var form []costest.RecordOption
	if c.config.shape2019 {
		form = append(form, costest.Shape2019())
	}
	r := change.Record(form...)
	if c.config.wildcard {
		r.Event.Name = string(b.Event)
	}
	if c.config.shape2019 {
		r.Event.Queue = fmt.Sprintf("qcs:0:lambda:%s:appid/%s:%s.%s.%s", change.Bucket.RegionCode(), c.config.appID, b.Namespace, b.Function, b.Qualifier)
	} else {
		r.Event.Queue = event.Target{Namespace: b.Namespace, Name: b.Function, Qualifier: b.Qualifier, Region: b.Region, AppID: c.config.appID}.Queue()
	}
	return event.Encode(event.Notification{Records: []event.Record{r}})
}
