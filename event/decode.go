package event

import "unicode/utf8"

// Decode reads a payload as a function receives it and returns its events, in the records' order.
//
// It is lenient: every member but the object's key may be missing or null, numbers may be strings and strings numbers, names may
// have spaces, members it does not know are kept in Base.Record. Of a member that comes twice the last value counts. Text that is
// not valid Unicode is repaired with U+FFFD. A time in prose counts as absent. [Strict] turns these into errors. A byte-order
// mark in front of the payload is skipped.
//
// The error is one of these:
//   - [ErrNotNotification] (errors.Is): not JSON (*[SyntaxError]), not UTF-8 but UTF-16 or GBK, or not an object with a list
//     called "Records". No events. A "Records" that is null or empty is a notification of nothing: no events and no error.
//   - *[LimitError]: over the limits of [MaxBytes], [MaxRecords] or [MaxDepth]. No events.
//   - [RecordErrors]: some records could not be read, each a *[RecordError]. The events of all others are returned with it. A
//     record of another service (S3, CMQ, CKafka) or without an object's key is among them, and errors.Is(err,
//     ErrNotNotification) holds for its error.
//
// The payload is not kept and may be reused.
func Decode(payload []byte, opts ...DecodeOption) ([]Event, error) {
	d := decoder{config: newConfig(opts)}
	err := d.payload(payload)
	return d.events, err
}

// DecodeNotification reads a payload in the wire's own shape. Encoding what it returns gives back an equal payload, members
// beside Records included. Errors are as with [Decode], but Records keeps the place of a record that could not be read: its
// fields are zero, and as long as they are it is encoded as it came.
func DecodeNotification(payload []byte, opts ...DecodeOption) (Notification, error) {
	d := decoder{config: newConfig(opts), wire: true}
	err := d.payload(payload)
	text := trim(d.s[d.start:])
	return Notification{Records: d.records, text: &text}, err
}

// decodeIndexed is Decode that also returns the index of each event's record; nil if it is that of the event.
func decodeIndexed(payload []byte, opts []DecodeOption) ([]Event, []int, error) {
	d := decoder{config: newConfig(opts)}
	err := d.payload(payload)
	return d.events, d.indexes, err
}

// decoder reads one payload.
type decoder struct {
	scanner
	config
	start   int      // where the payload begins, behind a byte-order mark
	wire    bool     // collect records instead of events
	records []Record // if wire
	events  []Event  // if not
	indexes []int    // of the events' records, where they differ from their place in events

	boxes  []box   // room for the events to come
	hidden *hidden // of the present record
	last   int     // how many bytes the last record had
	fields Fields  // room for the lists to come, with a length of 0
	mark   Fields  // what fields is set to if the present record is read again
	nanos  int64   // the part of the present record's time below a second

	bad    RecordErrors // of records
	beside RecordErrors // of members beside the list of records
}

// payload reads a whole payload.
func (d *decoder) payload(payload []byte) error {
	if err := d.begin(payload); err != nil {
		return err
	}
	why, err := d.notification()
	if err == nil && (d.space() != 0 || d.pos < len(d.s)) {
		err = d.syntax("there is text after the payload")
	}
	if err == nil && why != "" {
		err = &notNotification{why}
	}
	if err == nil && d.bad == nil && d.beside == nil {
		return nil
	}
	if err != nil {
		d.events, d.records, d.s, d.start = nil, nil, "", 0
		return err
	}
	return append(d.beside, d.bad...)
}

// begin takes the payload, checks its size and encoding, and skips a byte-order mark.
func (d *decoder) begin(payload []byte) error {
	if d.maxBytes >= 0 && len(payload) > d.maxBytes {
		return &LimitError{What: "bytes", Limit: d.maxBytes, Offset: int64(d.maxBytes)}
	}
	d.scanner = scanner{s: string(payload), depth: d.maxDepth, max: d.maxDepth}
	d.valid = utf8.ValidString(d.s)
	if name := otherEncoding(d.s, d.valid); name != "" {
		d.s = ""
		return &notNotification{"the payload is encoded in " + name + ", not in UTF-8"}
	}
	if len(d.s) >= len(byteOrderMark) && d.s[:len(byteOrderMark)] == byteOrderMark {
		d.start = len(byteOrderMark)
		d.pos = d.start
	}
	return nil
}

// notification reads the outermost object. If it is JSON but not a notification, why says so.
func (d *decoder) notification() (why string, err error) {
	if d.space() != '{' {
		return "the payload is not an object", d.skip()
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
				d.fail(&RecordError{Index: -1, Offset: int64(d.pos), Path: name, Problem: problemUnknown})
			}
			if err := d.skip(); err != nil {
				return "", err
			}
			continue
		}
		d.events, d.records, d.indexes, d.bad = nil, nil, nil, nil // of two lists the last counts
		if seen && d.strict {
			d.fail(&RecordError{Index: -1, Offset: int64(d.pos), Path: name, Problem: problemTwice})
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
				d.fail(&RecordError{Index: -1, Offset: int64(d.pos), Path: name, Problem: "is null, want a list"})
			}
			if err := d.literal("null"); err != nil {
				return "", err
			}
		default:
			why = `"Records" is not a list`
			if err := d.skip(); err != nil {
				return "", err
			}
		}
	}
	return why, err
}

// fail keeps an error about a record, or about what is beside the records.
func (d *decoder) fail(e *RecordError) {
	if e.Index < 0 {
		d.beside = append(d.beside, e)
		return
	}
	d.bad = append(d.bad, e)
}
