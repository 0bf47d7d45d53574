package event

import "strings"

// DecodeEventBridge reads COS events that come through EventBridge: one CloudEvent, or a batch of them in "EventList".
//
// The data of a CloudEvent is a record as in a notification, or holds such records in "Records"; the CloudEvent's subject, region,
// time and id supply what the record lacks. Without a record in it the type tells what happened: "cos:created:object" gives an
// *ObjectCreated, "cos:deleted:object" or "cos:removed:object" an *ObjectRemove, any other an *Unknown. Errors are as with
// Decode, the index being that of the CloudEvent.
func DecodeEventBridge(payload []byte, opts ...DecodeOption) ([]Event, error) {
	d, err := formDecoder(payload, opts)
	if err != nil {
		return nil, err
	}
	var events []Event
	var bad RecordErrors
	n, batch := 0, false
	var single cloudEvent
	add := func(c *cloudEvent, start int) {
		got, err := c.events(d.config)
		if e, ok := err.(*RecordError); ok {
			e.Index = n
			e.Offset += int64(start)
			bad = append(bad, e)
		}
		events = append(events, got...)
		n++
	}
	err = d.form(func(name string) error {
		if name == "EventList" && d.space() == '[' {
			batch = true
			return d.each(func(first bool) error {
				if d.maxRecords >= 0 && n >= d.maxRecords {
					return &LimitError{What: "records", Limit: d.maxRecords, Offset: int64(d.pos)}
				}
				var c cloudEvent
				if d.space() != '{' {
					wrong := d.wrong("a CloudEvent")
					if e, ok := wrong.(*RecordError); ok {
						e.Index = n
						bad = append(bad, e)
						n++
						return d.skip()
					}
					return wrong
				}
				if err := d.members(func(name string) error { return d.cloudMember(&c, name) }); err != nil {
					return err
				}
				add(&c, c.dataAt)
				return nil
			})
		}
		return d.cloudMember(&single, name)
	})
	if err != nil {
		return nil, err
	}
	if !batch {
		if single.typ == "" && single.source == "" {
			return nil, &notNotification{`it is no CloudEvent: it has neither "type" nor "source", nor an "EventList"`}
		}
		add(&single, single.dataAt)
	}
	if bad != nil {
		return events, bad
	}
	return events, nil
}

// each reads a list and calls f before each element; f reads it.
func (d *decoder) each(f func(first bool) error) error {
	if err := d.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := d.element(first)
		if !more {
			return err
		}
		if err := f(first); err != nil {
			return err
		}
	}
}

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

// events makes the events of one CloudEvent. The error is a *RecordError.
func (c *cloudEvent) events(conf config) ([]Event, error) {
	typ := c.eventType()
	bucket := c.bucket()
	d := decoder{config: conf}
	if err := d.start([]byte(c.data)); err != nil {
		return nil, &RecordError{Err: err}
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
			return nil, &RecordError{Err: err}
		}
	}
	var records []Record
	switch {
	case isRecord:
		if err := d.element1(0); err != nil {
			return nil, &RecordError{Err: err}
		}
		if d.bad != nil {
			return nil, inside(d.bad[0], "data")
		}
		records = d.records
	case isList:
		if _, err := d.notification(); err != nil {
			return nil, &RecordError{Err: err}
		}
		if d.bad != nil {
			return nil, inside(d.bad[0], "data.Records")
		}
		records = d.records
	default:
		records = []Record{plainRecord(typ, bucket, "")}
	}
	out := make([]Event, len(records))
	for i := range records {
		out[i] = c.event(records[i], typ, bucket)
	}
	return out, nil
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
