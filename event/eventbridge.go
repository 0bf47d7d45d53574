package event

// DecodeEventBridge reads COS events that come through EventBridge: one CloudEvent, or a batch of them in "EventList".
//
// The data of a CloudEvent is a record as in a notification, or holds such records in "Records"; the CloudEvent's type, subject,
// region, time and id supply what the record lacks. Of the types "cos:created:object" gives an *[ObjectCreated],
// "cos:deleted:object" and "cos:removed:object" an *[ObjectRemove], any other an *[Unknown]. A CloudEvent without a record names no
// object and is an error. Errors are as with [Decode], the index being that of the CloudEvent.
func DecodeEventBridge(payload []byte, opts ...DecodeOption) ([]Event, error) {
	d, err := formDecoder(payload, opts)
	if err != nil {
		return nil, err
	}
	var events []Event
	var bad RecordErrors
	n, batch := 0, false
	var single cloudEvent
	add := func(c *cloudEvent) {
		got, wrong := c.events(d.config)
		for _, e := range wrong {
			e.Index = n
			e.Offset += int64(c.dataAt)
		}
		bad = append(bad, wrong...)
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
				add(&c)
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
			return nil, &notNotification{`it is not a CloudEvent: it has neither "type" nor "source", nor an "EventList"`}
		}
		add(&single)
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
