package event

// Decode reads a payload as a function receives it and returns its events, in the records' order.
//
// It is lenient: every member may be missing or null, numbers may be strings and strings numbers, names may have spaces,
// members it does not know are kept in Base.Record. Of a member that comes twice the last value counts. Text that is not
// valid Unicode is repaired with U+FFFD. A time in prose counts as absent. Strict turns these into errors.
//
// The error is one of these:
//   - ErrNotNotification (errors.Is): not JSON (*SyntaxError), or no object with a list called "Records". No events.
//     A "Records" that is null or empty is a notification of nothing: no events and no error.
//   - *LimitError: beyond MaxBytes, MaxRecords or MaxDepth. No events.
//   - RecordErrors: some records could not be read, each a *RecordError. The events of all others are returned with it.
//
// The payload is not kept and may be reused.
func Decode(payload []byte, opts ...DecodeOption) ([]Event, error) {
	d := decoder{config: newConfig(opts)}
	err := d.payload(payload)
	return d.events, err
}

// DecodeNotification reads a payload in the wire's own shape. Encoding what it returns gives back an equal payload, members
// beside Records included. Errors are as with Decode, but Records keeps the place of a record that could not be read: it is
// zero but for its text, and encodes as it came.
func DecodeNotification(payload []byte, opts ...DecodeOption) (Notification, error) {
	d := decoder{config: newConfig(opts), wire: true}
	err := d.payload(payload)
	return Notification{Records: d.records, raw: trim(d.s)}, err
}

// decoder reads one payload.
type decoder struct {
	scanner
	config
	wire    bool     // collect records, else events
	records []Record //
	events  []Event
	indexes []int        // of the events, where they differ from their place in events
	boxes   []box        // for the events to come
	last    int          // how long the last record was
	fields  Fields       // room for the lists to come, with a length of 0
	mark    Fields       // what fields is to be if the present record is read again
	nanos   int64        // of the record's time, beyond the second
	bad     RecordErrors // of records
	beside  RecordErrors // of what is beside the list of records
}

// payload reads a whole payload.
func (d *decoder) payload(payload []byte) error {
	if err := d.start(payload); err != nil {
		return err
	}
	why, err := d.notification()
	if err == nil && (d.space() != 0 || d.pos < len(d.s)) {
		err = d.syntax("something follows the payload")
	}
	if err == nil && why != "" {
		err = &notNotification{why}
	}
	if err == nil && d.bad == nil && d.beside == nil {
		return nil
	}
	if err != nil {
		d.events, d.records, d.s = nil, nil, ""
		return err
	}
	return append(d.beside, d.bad...)
}

// notification reads the outermost object. If it is JSON but no notification, why says so.
func (d *decoder) notification() (why string, err error) {
	if d.space() != '{' {
		return "the payload is no object", d.skip()
	}
	if err := d.enter(); err != nil {
		return "", err
	}
	why = `it has no "Records"`
	seen := false
	name, more, err := d.first()
	for ; more && err == nil; name, more, err = d.next() {
		if name != "Records" {
			if d.strict {
				d.fail(&RecordError{Index: -1, Offset: int64(d.pos), Path: name, Err: ErrUnknownMember})
			}
			if err := d.skip(); err != nil {
				return "", err
			}
			continue
		}
		d.events, d.records, d.indexes, d.bad = nil, nil, nil, nil // of two lists the last counts
		if seen && d.strict {
			d.fail(&RecordError{Index: -1, Offset: int64(d.pos), Path: name, Err: ErrDuplicateMember})
		}
		seen = true
		switch d.space() {
		case '[':
			why = ""
			if err := d.list(); err != nil {
				return "", err
			}
		case 'n':
			why = ""
			if d.strict {
				d.fail(&RecordError{Index: -1, Offset: int64(d.pos), Path: name, Err: ErrWrongType, detail: "null"})
			}
			if err := d.literal("null"); err != nil {
				return "", err
			}
		default:
			why = `"Records" is no list`
			if err := d.skip(); err != nil {
				return "", err
			}
		}
	}
	return why, err
}

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
		if err := d.element1(n); err != nil {
			return err
		}
	}
}

// element1 reads record n.
func (d *decoder) element1(n int) error {
	start, depth := d.pos, d.depth
	d.nanos, d.fixed = 0, false
	r := d.place()
	var err error
	d.mark = d.fields
	if !d.usual(r) {
		d.again(start, depth, r)
		err = d.record(r)
	}
	wrong, ok := err.(*RecordError) // never wrapped
	switch {
	case ok:
		d.again(start, depth, r)
		if err := d.skip(); err != nil {
			return err
		}
	case err != nil:
		return err
	case d.check != nil:
		wrong = d.check(d.s[start:d.pos], start, d.max, d.valid)
	}
	text := d.s[start:d.pos]
	if wrong != nil {
		wrong.Index = n
		d.fail(wrong)
		*r = Record{}
		if d.wire {
			r.raw = text
		}
		return nil
	}
	r.raw = text
	if !d.wire {
		d.add(n)
	}
	return nil
}

// again goes back to the start of a record.
func (d *decoder) again(start, depth int, r *Record) {
	d.pos, d.depth, d.fields, d.fixed = start, depth, d.mark, false
	*r = Record{}
}

// place returns where the next record goes: into the list of records, or into the first box, which is an event's once add has
// been called.
func (d *decoder) place() *Record {
	if d.wire {
		d.records = append(d.records, Record{})
		return &d.records[len(d.records)-1]
	}
	if len(d.boxes) == 0 {
		d.moreBoxes()
	}
	return &d.boxes[0].record
}

// first is all the memory that the event of a payload with one record takes, but for texts and metadata.
type first struct {
	boxes  [1]box
	events [1]Event
	fields [6]Field
}

// moreBoxes makes boxes. Records of one payload are much alike: the last one tells how many there will be.
func (d *decoder) moreBoxes() {
	if d.last == 0 {
		f := new(first)
		d.boxes, d.events, d.fields = f.boxes[:], f.events[:0], f.fields[:0]
		return
	}
	d.boxes = make([]box, max(1, min(d.more(), 32)))
}

// more estimates how many records are still to be read, the present one included.
func (d *decoder) more() int { return (len(d.s) - d.pos) / (d.last + 1) }

// add makes an event of the record in the first box, which is record n.
func (d *decoder) add(n int) {
	b := &d.boxes[0]
	d.boxes = d.boxes[1:]
	d.last = len(b.record.raw)
	for d.bad != nil && len(d.indexes) <= len(d.events) {
		i := len(d.indexes)
		if i == len(d.events) {
			i = n
		}
		d.indexes = append(d.indexes, i)
	}
	if len(d.events) == 1 {
		events := make([]Event, 1, 2+min(d.more(), 256))
		events[0] = d.events[0]
		d.events = events
	}
	d.events = append(d.events, b.fill(d.nanos))
}

func (d *decoder) fail(e *RecordError) {
	if e.Index < 0 {
		d.beside = append(d.beside, e)
		return
	}
	d.bad = append(d.bad, e)
}

// decodeIndexed is Decode that also returns the index of each event's record; nil: the same as its own.
func decodeIndexed(payload []byte, opts []DecodeOption) ([]Event, []int, error) {
	d := decoder{config: newConfig(opts)}
	err := d.payload(payload)
	return d.events, d.indexes, err
}
