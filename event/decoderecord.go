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

// wrong makes the error for the value at the present place.
func (d *decoder) wrong(want string) error {
	var got string
	switch c := d.space(); c {
	case '{':
		got = "an object"
	case '[':
		got = "a list"
	case '"':
		got = "text"
	case 't', 'f':
		got = "true or false"
	case 'n':
		got = "null"
	case 0:
		return d.syntax("")
	default:
		if c != '-' && (c < '0' || c > '9') {
			return d.syntax("a value is missing")
		}
		got = "a number"
	}
	return &RecordError{Offset: int64(d.pos), Err: ErrWrongType, detail: got + " where " + want + " belongs"}
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

// within is inside for a member of a table.
func within(err error, shape []member, i int) error {
	if i < 0 {
		return err
	}
	return inside(err, shape[i].name)
}

// firstOf reads after '{' up to the value of the first member and returns the member's place in the table, -1 for one that
// is not there; more is false at the end of the object.
func (d *decoder) firstOf(shape []member) (i int, more bool, err error) {
	if d.space() == '}' {
		d.pos++
		d.depth++
		return 0, false, nil
	}
	return d.which(shape, 0)
}

// nextOf is firstOf after the value of member i.
func (d *decoder) nextOf(shape []member, i int) (next int, more bool, err error) {
	switch d.space() {
	case ',':
		d.pos++
		return d.which(shape, i+1)
	case '}':
		d.pos++
		d.depth++
		return 0, false, nil
	}
	return 0, false, d.syntax("a comma or } is missing")
}

// which reads a member's name and its colon. It tries the names from guess on where they stand, as the platform's order
// makes the first try hit.
func (d *decoder) which(shape []member, guess int) (i int, more bool, err error) {
	if d.space() == '"' {
		rest := d.s[d.pos+1:]
		for range shape {
			if guess >= len(shape) {
				guess = 0
			}
			name := shape[guess].name
			if n := len(name); len(rest) > n+1 && rest[n+1] == ':' && rest[n] == '"' && rest[:n] == name {
				d.pos += n + 3
				return guess, true, nil
			}
			guess++
		}
	}
	name, err := d.name()
	if err != nil {
		return 0, false, err
	}
	for i := range shape {
		if shape[i].name == name {
			return i, true, nil
		}
	}
	return -1, true, nil
}

func (d *decoder) record(r *Record) error {
	if d.space() != '{' {
		return d.wrong("a record")
	}
	if err := d.enter(); err != nil {
		return err
	}
	i, more, err := d.firstOf(recordShape)
	for ; more; i, more, err = d.nextOf(recordShape, i) {
		switch i {
		case mCOS:
			err = d.cos(&r.COS)
		case mEvent:
			err = d.event(&r.Event)
		default:
			err = d.skip()
		}
		if err != nil {
			return within(err, recordShape, i)
		}
	}
	return err
}

func (d *decoder) cos(c *RecordCOS) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	i, more, err := d.firstOf(cosShape)
	for ; more; i, more, err = d.nextOf(cosShape, i) {
		switch i {
		case mBucket:
			err = d.bucket(&c.Bucket)
		case mNotificationID:
			err = d.str(&c.NotificationID)
		case mObject:
			err = d.cosObject(&c.Object)
		case mSchemaVersion:
			err = d.str(&c.SchemaVersion)
		default:
			err = d.skip()
		}
		if err != nil {
			return within(err, cosShape, i)
		}
	}
	return err
}

func (d *decoder) bucket(b *RecordBucket) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	i, more, err := d.firstOf(bucketShape)
	for ; more; i, more, err = d.nextOf(bucketShape, i) {
		switch i {
		case mAppID:
			err = d.str(&b.AppID)
		case mCosRegion:
			err = d.str(&b.CosRegion)
		case mName:
			err = d.str(&b.Name)
		case mRegion:
			err = d.str(&b.Region)
		case mS3Region:
			err = d.str(&b.S3Region)
		default:
			err = d.skip()
		}
		if err != nil {
			return within(err, bucketShape, i)
		}
	}
	return err
}

func (d *decoder) cosObject(o *RecordObject) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	i, more, err := d.firstOf(objectShape)
	for ; more; i, more, err = d.nextOf(objectShape, i) {
		switch i {
		case mKey:
			err = d.str(&o.Key)
		case mMeta:
			err = d.headers(&o.Meta, &d.meta)
		case mSize:
			err = d.integer(&o.Size)
		case mURL:
			err = d.str(&o.URL)
		case mVersionID:
			err = d.str(&o.VersionID)
		default:
			err = d.skip()
		}
		if err != nil {
			return within(err, objectShape, i)
		}
	}
	return err
}

func (d *decoder) event(e *RecordEvent) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	i, more, err := d.firstOf(eventShape)
	for ; more; i, more, err = d.nextOf(eventShape, i) {
		switch i {
		case mEventName:
			err = d.str(&e.Name)
		case mQueue:
			err = d.str(&e.Queue)
		case mSource:
			err = d.str(&e.Source)
		case mTime:
			err = d.time(&e.Time)
		case mVersion:
			err = d.str(&e.Version)
		case mReqID:
			err = d.integer(&e.ReqID)
		case mParameters:
			err = d.parameters(&e.RequestParameters)
		case mReserved:
			err = d.str(&e.ReservedInfo)
		default:
			err = d.skip()
		}
		if err != nil {
			return within(err, eventShape, i)
		}
	}
	return err
}

func (d *decoder) parameters(p *RequestParameters) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	i, more, err := d.firstOf(parametersShape)
	for ; more; i, more, err = d.nextOf(parametersShape, i) {
		switch i {
		case mHeaders:
			err = d.headers(&p.Headers, nil)
		case mSourceIP:
			err = d.str(&p.SourceIP)
		default:
			err = d.skip()
		}
		if err != nil {
			return within(err, parametersShape, i)
		}
	}
	return err
}

// headers reads a map of texts, and tells known of each. A value that is an object or a list stays in the record's text only.
func (d *decoder) headers(m *map[string]string, known *meta) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	name, more, err := d.first()
	if *m == nil {
		*m = make(map[string]string)
	}
	for ; more; name, more, err = d.next() {
		switch d.space() {
		case '{', '[':
			err = d.skip()
		default:
			v := ""
			if err = d.str(&v); err == nil {
				(*m)[name] = v
				if known != nil {
					known.take(name, v)
				}
			}
		}
		if err != nil {
			return inside(err, name)
		}
	}
	return err
}
