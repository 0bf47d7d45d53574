package event

import "strings"

// cloudEvent is what an EventBridge message says of a COS event.
type cloudEvent struct {
	typ, source, subject, region, id string
	unix, nanos                      int64
	data                             string
	dataAt                           int // where data begins in the payload
}

func (d *decoder) cloudMember(c *cloudEvent, name string) error {
	switch name {
	case "type":
		return d.str(&c.typ)
	case "source":
		return d.str(&c.source)
	case "subject":
		return d.str(&c.subject)
	case "region":
		return d.str(&c.region)
	case "id":
		return d.str(&c.id)
	case "time":
		var text string
		if err := d.str(&text); err != nil {
			return err
		}
		c.unix, c.nanos = cloudTime(text)
		return nil
	case "data":
		d.space()
		c.dataAt = d.pos
		if d.at('"') { // JSON in a string
			return d.str(&c.data)
		}
		err := d.skip()
		c.data = d.s[c.dataAt:d.pos]
		return err
	}
	return d.skip()
}

// cloudTime reads a time in milliseconds, as EventBridge sends it, in seconds or as ISO 8601, as CloudEvents have it.
func cloudTime(text string) (unix, nanos int64) {
	unix, nanos, ok := parseTime(text)
	if !ok {
		return 0, 0
	}
	if unix >= 100_000_000_000 { // the year 5138 in seconds: these are milliseconds
		return unix / 1000, unix % 1000 * 1_000_000
	}
	return unix, nanos
}

// events makes the events of one CloudEvent. The errors are about its records, their offsets from the start of data.
func (c *cloudEvent) events(conf config) ([]Event, RecordErrors) {
	fail := func(problem string, err error) RecordErrors {
		return RecordErrors{{Path: "data", Problem: problem, Err: err}}
	}
	d := decoder{config: conf}
	if err := d.begin([]byte(c.data)); err != nil {
		return nil, fail("", err)
	}
	d.wire = true
	isRecord, isList := false, false
	if d.space() == '{' {
		probe := d
		if err := probe.form(func(name string) error {
			isRecord = isRecord || name == "cos" || name == "event"
			isList = isList || name == "Records"
			return probe.skip()
		}); err != nil {
			return nil, fail("", err)
		}
	}
	path := "data"
	var err error
	switch {
	case isRecord:
		err = d.readRecord(0)
	case isList:
		path = "data.Records"
		_, err = d.notification()
	default:
		return nil, fail("holds no COS record, so that the object is not known", ErrNotNotification)
	}
	if err != nil {
		return nil, fail("", err)
	}
	typ, bucket := c.eventType(), c.bucket()
	var out []Event
	for i := range d.records {
		if !d.records[i].unreadable {
			out = append(out, c.event(d.records[i], typ, bucket))
		}
	}
	for _, e := range d.bad {
		_ = inside(e, path)
	}
	return out, d.bad
}

// event makes an event of a record and supplies from the CloudEvent what it lacks.
func (c *cloudEvent) event(r Record, typ Type, bucket Bucket) Event {
	if r.Event.Name == "" {
		r.Event.Name = string(typ)
	}
	if r.COS.Bucket.Name == "" {
		r.COS.Bucket.Name = bucket.Name
	}
	if r.COS.Bucket.AppID == "" {
		r.COS.Bucket.AppID = bucket.AppID
	}
	if r.COS.Bucket.CosRegion == "" && r.COS.Bucket.Region == "" {
		r.COS.Bucket.CosRegion = bucket.Region
	}
	e := FromRecord(r)
	b := e.Common()
	if b.Time.IsZero() && (c.unix != 0 || c.nanos != 0) {
		b.Time = unixTime(c.unix, c.nanos)
	}
	if b.RequestID == "" {
		b.RequestID = c.id
	}
	return e
}

func (c *cloudEvent) eventType() Type {
	switch c.typ {
	case "cos:created:object":
		return AnyObjectCreated
	case "cos:deleted:object", "cos:removed:object":
		return AnyObjectRemove
	}
	return Type(c.typ)
}

// bucket reads the subject, qcs::cos:<region>:uid…:<bucket>.
func (c *cloudEvent) bucket() Bucket {
	parts := strings.SplitN(c.subject, ":", 6)
	b := Bucket{Region: c.region}
	if len(parts) == 6 && parts[0] == "qcs" {
		if parts[3] != "" {
			b.Region = parts[3]
		}
		b.Name, b.AppID, _ = cutAppID(parts[5])
		if uid := strings.TrimLeft(parts[4], "uid/"); b.AppID == "" && isAppID(uid) {
			b.AppID = uid
		}
	}
	if long := regionOf(b.Region); long != "" {
		b.Region = long
	}
	return b
}
