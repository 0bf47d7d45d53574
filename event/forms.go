package event

import (
	"io"
	"strings"
	"unicode/utf8"
)

// DecodeBody reads the body of a request and decodes it: the platform calls image-based functions with POST /event-invoke and
// the same JSON that other functions get as their payload. It reads no more than the limit, MaxBytes.
func DecodeBody(body io.Reader, opts ...DecodeOption) ([]Event, error) {
	c := newConfig(opts)
	if c.maxBytes >= 0 {
		body = io.LimitReader(body, int64(c.maxBytes)+1) // one more shows that it is too long
	}
	payload, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return Decode(payload, opts...)
}

// DecodeAny decodes whichever form the payload has: a notification (Decode), a dead letter (DecodeDeadLetter), EventBridge
// (DecodeEventBridge) or a step of a COS workflow (DecodeWorkflow). Errors are those of the form's own decoder,
// ErrNotNotification if it has none of the forms.
func DecodeAny(payload []byte, opts ...DecodeOption) ([]Event, error) {
	form := ""
	d, err := formDecoder(payload, opts)
	if err != nil {
		return nil, err
	}
	err = d.form(func(name string) error {
		switch name {
		case "Records":
			form = name
		case "Body", "EventList", "specversion", "ObjectInfo":
			if form == "" {
				form = name
			}
		}
		return d.skip()
	})
	if err != nil {
		return nil, err
	}
	switch form {
	case "Body":
		letter, err := DecodeDeadLetter(payload, opts...)
		return letter.Events, err
	case "EventList", "specversion":
		return DecodeEventBridge(payload, opts...)
	case "ObjectInfo":
		e, err := DecodeWorkflow(payload, opts...)
		if err != nil {
			return nil, err
		}
		return []Event{e}, nil
	}
	return Decode(payload, opts...)
}

// formDecoder prepares a decoder for a payload of another form.
func formDecoder(payload []byte, opts []DecodeOption) (*decoder, error) {
	d := &decoder{config: newConfig(opts)}
	if err := d.start(payload); err != nil {
		return nil, err
	}
	return d, nil
}

// start takes the payload and checks its size.
func (d *decoder) start(payload []byte) error {
	if d.maxBytes >= 0 && len(payload) > d.maxBytes {
		return &LimitError{What: "bytes of payload", Limit: d.maxBytes, Offset: int64(d.maxBytes)}
	}
	d.scanner = scanner{s: string(payload), depth: d.maxDepth, max: d.maxDepth}
	d.valid = utf8.ValidString(d.s)
	return nil
}

// form reads the whole payload, an object, and calls f at the value of each member; f reads it.
func (d *decoder) form(f func(name string) error) error {
	object := d.space() == '{'
	err := d.members(f)
	if err == nil && (d.space() != 0 || d.pos < len(d.s)) {
		err = d.syntax("something follows the payload")
	}
	if err == nil && !object {
		err = &notNotification{"the payload is no object"}
	}
	return notRecord(err)
}

// members reads an object and calls f at the value of each member. It reads over any other value.
func (d *decoder) members(f func(name string) error) error {
	if d.space() != '{' {
		return d.skip()
	}
	if err := d.enter(); err != nil {
		return err
	}
	name, more, err := d.first()
	for ; more && err == nil; name, more, err = d.next() {
		d.space()
		if err := f(name); err != nil {
			return inside(err, name)
		}
	}
	return err
}

// notRecord turns an error about a value outside of any record into one about the payload.
func notRecord(err error) error {
	if e, ok := err.(*RecordError); ok && e.Index == 0 {
		e.Index = -1
	}
	return err
}

// DeadLetter is the message that SCF puts into the dead-letter queue for an event it gave up.
type DeadLetter struct {
	RequestID    string // of the function's last execution; all attempts have the same
	ErrorCode    int64
	ErrorMessage string
	RetryNum     int64  // of the last attempt: 0 for the first
	Source       string // RequestSource, like "TRIGGER_COS"
	Function     Target // AppID, namespace, name and qualifier; the message does not tell the region
	Payload      []byte // ClientContext: the payload that the function was given
	Events       []Event
}

// DecodeDeadLetter reads a dead letter and the events of the payload in it. An error about the payload comes with the
// letter; ErrNotNotification without a Payload means that it is no dead letter.
func DecodeDeadLetter(message []byte, opts ...DecodeOption) (DeadLetter, error) {
	var l DeadLetter
	d, err := formDecoder(message, opts)
	if err != nil {
		return l, err
	}
	context, found := "", false
	err = d.form(func(name string) error {
		switch name {
		case "RequestId":
			return d.str(&l.RequestID)
		case "ErrorCode":
			return d.integer(&l.ErrorCode)
		case "ErrorMessage":
			return d.str(&l.ErrorMessage)
		case "Body":
			return d.members(func(name string) error {
				switch name {
				case "AppId":
					return d.str(&l.Function.AppID)
				case "Namespace":
					return d.str(&l.Function.Namespace)
				case "FunctionName":
					return d.str(&l.Function.Name)
				case "Qualifier":
					return d.str(&l.Function.Qualifier)
				case "RequestSource":
					return d.str(&l.Source)
				case "RetryNum":
					return d.integer(&l.RetryNum)
				case "ClientContext":
					found = true
					if d.space() == '{' { // the payload itself instead of its text
						start := d.pos
						err := d.skip()
						context = d.s[start:d.pos]
						return err
					}
					return d.str(&context)
				}
				return d.skip()
			})
		}
		return d.skip()
	})
	if err != nil {
		return DeadLetter{}, err
	}
	if !found {
		return DeadLetter{}, &notNotification{`it is no dead letter: it has no "Body" with a "ClientContext"`}
	}
	l.Payload = []byte(context)
	l.Events, err = Decode(l.Payload, opts...)
	return l, err
}

// TypeWorkflow is the Type of the *Unknown event that DecodeWorkflow returns: a workflow does not say what happened to the object.
const TypeWorkflow Type = "cos:Workflow"

// DecodeWorkflow reads what a COS workflow gives to a function node: which object to work on. The event is an *Unknown of
// TypeWorkflow, with bucket and key and nothing else; its Record is made up of these.
func DecodeWorkflow(payload []byte, opts ...DecodeOption) (Event, error) {
	d, err := formDecoder(payload, opts)
	if err != nil {
		return nil, err
	}
	var id, region, key string
	found := false
	err = d.form(func(name string) error {
		if name != "ObjectInfo" {
			return d.skip()
		}
		return d.members(func(name string) error {
			found = true
			switch name {
			case "BucketId":
				return d.str(&id)
			case "Region":
				return d.str(&region)
			case "Object":
				return d.str(&key)
			}
			return d.skip()
		})
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &notNotification{`it is no workflow step: it has no "ObjectInfo"`}
	}
	b := Bucket{Region: region}
	b.Name, b.AppID, _ = cutAppID(id)
	if long := regionOf(region); long != "" {
		b.Region = long
	}
	return FromRecord(plainRecord(TypeWorkflow, b, strings.TrimPrefix(key, "/"))), nil
}

// plainRecord makes the record of an event that came in another form.
func plainRecord(t Type, b Bucket, key string) Record {
	var r Record
	r.Event.Name = string(t)
	r.COS.Bucket = RecordBucket{AppID: b.AppID, Name: b.Name, CosRegion: b.Region, S3Region: b.Region, Region: b.RegionCode()}
	r.COS.Object.Key = "/" + b.AppID + "/" + b.Name + "/" + key
	return r
}
