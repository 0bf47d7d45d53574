package event

// inside puts a member's name in front of the path of a record's error.
func inside(err error, name string) error {
	if e, ok := err.(*RecordError); ok { // made by the functions below, never wrapped
		if e.Path != "" {
			name += "." + e.Path
		}
		e.Path = name
	}
	return err
}

// wrong returns the error for a value at the present place that is not what belongs there.
func (d *decoder) wrong(want string) error {
	got := d.describe()
	if got == "" {
		return d.syntax("a value is missing")
	}
	return &RecordError{Offset: int64(d.pos), Problem: "is " + got + ", want " + want}
}

// describe says what kind of value is at the present place, "" if there is none.
func (d *scanner) describe() string {
	switch c := d.space(); {
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a string"
	case c == 't', c == 'f':
		return "true or false"
	case c == 'n':
		return "null"
	case c == '-', c >= '0' && c <= '9':
		return "a number"
	}
	return ""
}

// object goes into an object; null counts as absent.
func (d *decoder) object() (ok bool, err error) {
	switch d.space() {
	case '{':
		return true, d.enter()
	case 'n':
		return false, d.literal("null")
	}
	return false, d.wrong("an object")
}

// record reads a record of any form.
func (d *decoder) record(r *Record) error {
	if d.space() != '{' {
		return d.wrong("a record")
	}
	start := d.pos
	if err := d.enter(); err != nil {
		return err
	}
	found := false
	err := d.listed(recordShape, func(i int) error {
		found = true
		if i == mCOS {
			return d.cos(&r.COS)
		}
		return d.event(&r.Event)
	})
	if err == nil && !found {
		return &RecordError{Offset: int64(start), Problem: foreignRecord(d.s[start:d.pos]), Err: ErrNotNotification}
	}
	return err
}

// listed reads the rest of an object whose members are listed, and calls read at the value of each that is known.
func (d *decoder) listed(shape []member, read func(i int) error) error {
	name, more, err := d.first()
	for ; more; name, more, err = d.next() {
		i := 0
		for i < len(shape) && shape[i].name != name {
			i++
		}
		if i == len(shape) {
			if err := d.skip(); err != nil {
				return err
			}
		} else if err := read(i); err != nil {
			return inside(err, name)
		}
	}
	return err
}

func (d *decoder) cos(c *RecordCOS) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	return d.listed(cosShape, func(i int) error {
		switch i {
		case mBucket:
			return d.bucket(&c.Bucket)
		case mNotificationID:
			return d.str(&c.NotificationID)
		case mObject:
			return d.cosObject(&c.Object)
		case mSchemaVersion:
			return d.str(&c.SchemaVersion)
		}
		return nil
	})
}

func (d *decoder) bucket(b *RecordBucket) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	return d.listed(bucketShape, func(i int) error {
		switch i {
		case mAppID:
			return d.str(&b.AppID)
		case mCosRegion:
			return d.str(&b.CosRegion)
		case mName:
			return d.str(&b.Name)
		case mRegion:
			return d.str(&b.Region)
		case mS3Region:
			return d.str(&b.S3Region)
		}
		return nil
	})
}

func (d *decoder) cosObject(o *RecordObject) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	return d.listed(objectShape, func(i int) error {
		switch i {
		case mKey:
			return d.str(&o.Key)
		case mMeta:
			return d.headers(&o.Meta)
		case mSize:
			return d.integer(&o.Size)
		case mURL:
			return d.str(&o.URL)
		case mVersionID:
			return d.str(&o.VersionID)
		}
		return nil
	})
}

func (d *decoder) event(e *RecordEvent) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	return d.listed(eventShape, func(i int) error {
		switch i {
		case mEventName:
			return d.str(&e.Name)
		case mQueue:
			return d.str(&e.Queue)
		case mSource:
			return d.str(&e.Source)
		case mTime:
			return d.time(&e.Time)
		case mVersion:
			return d.str(&e.Version)
		case mReqID:
			return d.integer(&e.ReqID)
		case mParameters:
			return d.parameters(&e.RequestParameters)
		case mReserved:
			return d.str(&e.ReservedInfo)
		}
		return nil
	})
}

func (d *decoder) parameters(p *RequestParameters) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	return d.listed(parametersShape, func(i int) error {
		switch i {
		case mHeaders:
			return d.requestHeaders(p)
		case mSourceIP:
			return d.str(&p.SourceIP)
		}
		return nil
	})
}

// headers reads an object of strings. A value that is an object or a list stays in the record's text only. Of two
// objects the last counts.
func (d *decoder) headers(to *Fields) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	list := d.fields
	name, more, err := d.first()
	for ; more; name, more, err = d.next() {
		switch d.space() {
		case '{', '[':
			err = d.skip()
		default:
			if len(list) == cap(list) {
				list = d.moreFields(list)
			}
			list = append(list, Field{Name: name})
			err = d.str(&list[len(list)-1].Value)
		}
		if err != nil {
			return inside(err, name)
		}
	}
	if err != nil {
		return err
	}
	n := len(list)
	d.fields = list[n:]
	*to = list[:n:n]
	if n == 0 {
		*to = Fields{}
	}
	return nil
}

// requestHeaders reads over the headers of the COS request and keeps their text, which Headers reads when it is asked.
func (d *decoder) requestHeaders(p *RequestParameters) error {
	switch d.space() {
	case '{':
		start := d.pos
		if err := d.skipObject(); err != nil {
			return err
		}
		if d.hidden == nil {
			d.hidden = new(hidden)
		}
		d.hidden.headers = d.s[start:d.pos]
		p.Headers.json = &d.hidden.headers
		return nil
	case 'n':
		return d.literal("null")
	}
	return d.wrong("an object")
}

// moreFields moves a list to where it can grow, and leaves room for the lists of the records that follow: a record of today's
// wire has one entry for about 210 bytes.
//
//go:noinline
func (d *decoder) moreFields(list Fields) Fields {
	n := max(2*len(list), 2+min((len(d.s)-d.pos)/210, 1000))
	out := make(Fields, len(list), n)
	copy(out, list)
	d.fields, d.mark = out[:0], out[:0]
	return out
}
