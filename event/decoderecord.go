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

func (d *decoder) record(r *Record) error {
	if d.space() != '{' {
		return d.wrong("a record")
	}
	if err := d.enter(); err != nil {
		return err
	}
	name, more, err := d.first()
	for ; more; name, more, err = d.next() {
		switch name {
		case "cos":
			err = d.cos(&r.COS)
		case "event":
			err = d.event(&r.Event)
		default:
			err = d.skip()
		}
		if err != nil {
			return inside(err, name)
		}
	}
	return err
}

func (d *decoder) cos(c *RecordCOS) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	name, more, err := d.first()
	for ; more; name, more, err = d.next() {
		switch name {
		case "cosBucket":
			err = d.bucket(&c.Bucket)
		case "cosNotificationId":
			err = d.str(&c.NotificationID)
		case "cosObject":
			err = d.cosObject(&c.Object)
		case "cosSchemaVersion":
			err = d.str(&c.SchemaVersion)
		default:
			err = d.skip()
		}
		if err != nil {
			return inside(err, name)
		}
	}
	return err
}

func (d *decoder) bucket(b *RecordBucket) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	name, more, err := d.first()
	for ; more; name, more, err = d.next() {
		switch name {
		case "appid":
			err = d.str(&b.AppID)
		case "cosRegion":
			err = d.str(&b.CosRegion)
		case "name":
			err = d.str(&b.Name)
		case "region":
			err = d.str(&b.Region)
		case "s3Region":
			err = d.str(&b.S3Region)
		default:
			err = d.skip()
		}
		if err != nil {
			return inside(err, name)
		}
	}
	return err
}

func (d *decoder) cosObject(o *RecordObject) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	name, more, err := d.first()
	for ; more; name, more, err = d.next() {
		switch name {
		case "key":
			err = d.str(&o.Key)
		case "meta":
			err = d.headers(&o.Meta)
		case "size":
			err = d.integer(&o.Size)
		case "url":
			err = d.str(&o.URL)
		case "vid":
			err = d.str(&o.VersionID)
		default:
			err = d.skip()
		}
		if err != nil {
			return inside(err, name)
		}
	}
	return err
}

func (d *decoder) event(e *RecordEvent) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	name, more, err := d.first()
	for ; more; name, more, err = d.next() {
		switch name {
		case "eventName":
			err = d.str(&e.Name)
		case "eventQueue":
			err = d.str(&e.Queue)
		case "eventSource":
			err = d.str(&e.Source)
		case "eventTime":
			err = d.time(&e.Time)
		case "eventVersion":
			err = d.str(&e.Version)
		case "reqid":
			err = d.integer(&e.ReqID)
		case "requestParameters":
			err = d.parameters(&e.RequestParameters)
		case "reservedInfo":
			err = d.str(&e.ReservedInfo)
		default:
			err = d.skip()
		}
		if err != nil {
			return inside(err, name)
		}
	}
	return err
}

func (d *decoder) parameters(p *RequestParameters) error {
	if ok, err := d.object(); !ok || err != nil {
		return err
	}
	name, more, err := d.first()
	for ; more; name, more, err = d.next() {
		switch name {
		case "requestHeaders":
			err = d.headers(&p.Headers)
		case "requestSourceIP":
			err = d.str(&p.SourceIP)
		default:
			err = d.skip()
		}
		if err != nil {
			return inside(err, name)
		}
	}
	return err
}

// headers reads a map of texts. A value that is an object or a list stays in the record's text only.
func (d *decoder) headers(m *map[string]string) error {
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
			}
		}
		if err != nil {
			return inside(err, name)
		}
	}
	return err
}
