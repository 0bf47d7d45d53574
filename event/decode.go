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
	indexes []int // of the events, where they differ from their place in events
	rec     Record
	nanos   int64 // of its time, beyond the second
	meta    meta
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
	d.rec, d.meta, d.nanos, d.fixed = Record{}, meta{}, 0, false
	err := d.record(&d.rec)
	if wrong, ok := err.(*RecordError); ok { // never wrapped
		wrong.Index = n
		d.fail(wrong)
		d.pos, d.depth = start, depth
		if err := d.skip(); err != nil {
			return err
		}
		if d.wire {
			d.records = append(d.records, Record{raw: d.s[start:d.pos]})
		}
		return nil
	}
	if err != nil {
		return err
	}
	d.rec.raw = d.s[start:d.pos]
	if d.check != nil {
		if wrong := d.check(d.rec.raw, start, d.max, d.valid); wrong != nil {
			wrong.Index = n
			d.fail(wrong)
			if d.wire {
				d.records = append(d.records, Record{raw: d.rec.raw})
			}
			return nil
		}
	}
	if d.wire {
		d.records = append(d.records, d.rec)
		return nil
	}
	if d.events == nil { // records of one payload are much alike: estimate how many there will be
		d.events = make([]Event, 0, 1+min((len(d.s)-d.pos)/(len(d.rec.raw)+1), 256))
	}
	if d.bad != nil && d.indexes == nil {
		for i := range d.events {
			d.indexes = append(d.indexes, i)
		}
	}
	if d.indexes != nil || d.bad != nil {
		d.indexes = append(d.indexes, n)
	}
	d.events = append(d.events, newEvent(&d.rec, &d.meta, d.nanos))
	return nil
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
