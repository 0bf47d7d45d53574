package event

// list reads the list of records.
func (d *decoder) list() error {
	if err := d.enter(); err != nil {
		return err
	}
	for n := 0; ; n++ {
		more, err := d.element(n == 0)
		if !more {
			return err
		}
		if d.maxRecords >= 0 && n >= d.maxRecords {
			return &LimitError{What: "records", Limit: d.maxRecords, Offset: int64(d.pos)}
		}
		if err := d.readRecord(n); err != nil {
			return err
		}
	}
}

// readRecord reads the record of index n and makes an event of it, unless records are asked for. A record that cannot be used
// is an error kept by fail. The error returned is one of the whole payload.
func (d *decoder) readRecord(n int) error {
	start, depth := d.pos, d.depth
	d.nanos, d.repaired = 0, false
	r := d.nextRecord()
	var err error
	d.mark = d.fields
	if !d.readFastPath(r) {
		d.rewind(start, depth, r)
		err = d.record(r)
	}
	wrong, ok := err.(*RecordError) // never wrapped
	switch {
	case ok:
		d.rewind(start, depth, r)
		if err := d.skip(); err != nil {
			return err
		}
	case err != nil:
		return err
	case d.check != nil:
		wrong = d.check(d.s[start:d.pos], start, d.max, d.valid)
	}
	text := d.s[start:d.pos]
	if wrong == nil {
		d.hidden.text = text
		r.text = &d.hidden.text
		if wrong = d.accept(n); wrong == nil {
			return nil
		}
		if wrong.Offset == 0 {
			wrong.Offset = int64(start)
		}
	}
	wrong.Index = n
	d.fail(wrong)
	*r = Record{}
	*d.hidden = hidden{}
	if d.wire {
		d.hidden.text = text
		r.text, r.unreadable = &d.hidden.text, true
	}
	return nil
}

// rewind goes back to the start of a record.
func (d *decoder) rewind(start, depth int, r *Record) {
	d.pos, d.depth, d.fields, d.repaired = start, depth, d.mark, false
	d.hidden.headers = ""
	*r = Record{}
}

// nextRecord returns where the next record goes: into the list of records, or into the first box, which becomes an event when
// accept has been called.
func (d *decoder) nextRecord() *Record {
	if d.wire {
		d.hidden = new(hidden)
		d.records = append(d.records, Record{})
		return &d.records[len(d.records)-1]
	}
	if len(d.boxes) == 0 {
		d.moreBoxes()
	}
	b := &d.boxes[0]
	d.hidden = &b.hidden
	return &b.record
}

// onlyRecord is all the memory that the event of a payload with one record takes, except for strings and metadata.
type onlyRecord struct {
	boxes  [1]box
	events [1]Event
	fields [5]Field
}

// moreBoxes makes boxes. Records of one payload are much alike: the last one tells how many there will be.
func (d *decoder) moreBoxes() {
	if d.last == 0 {
		f := new(onlyRecord)
		d.boxes, d.events, d.fields = f.boxes[:], f.events[:0], f.fields[:0]
		return
	}
	d.boxes = make([]box, max(1, min(d.remaining(), 32)))
}

// remaining estimates how many records are still to be read, the present one included.
func (d *decoder) remaining() int { return (len(d.s) - d.pos) / (d.last + 1) }

// accept makes an event of the record of index n, unless records are asked for. It refuses a record that tells of no object.
func (d *decoder) accept(n int) *RecordError {
	if d.wire {
		b := box{record: d.records[len(d.records)-1]}
		return missingKey(b.resolve(d.nanos))
	}
	b := &d.boxes[0]
	e := b.resolve(d.nanos)
	if b.event.Object.Key == "" {
		b.event = Unknown{}
		return missingKey(e)
	}
	d.boxes = d.boxes[1:]
	d.last = len(b.hidden.text)
	for d.bad != nil && len(d.indexes) <= len(d.events) {
		i := len(d.indexes)
		if i == len(d.events) {
			i = n
		}
		d.indexes = append(d.indexes, i)
	}
	if len(d.events) == 1 {
		events := make([]Event, 1, 2+min(d.remaining(), 256))
		events[0] = d.events[0]
		d.events = events
	}
	d.events = append(d.events, e)
	return nil
}
