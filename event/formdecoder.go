package event

// formDecoder prepares a decoder for a payload of another form.
func formDecoder(payload []byte, opts []DecodeOption) (*decoder, error) {
	d := &decoder{config: newConfig(opts)}
	if err := d.begin(payload); err != nil {
		return nil, err
	}
	return d, nil
}

// form reads the whole payload, an object, and calls f at the value of each member; f reads it.
func (d *decoder) form(f func(name string) error) error {
	object := d.space() == '{'
	err := d.members(f)
	if err == nil && (d.space() != 0 || d.pos < len(d.s)) {
		err = d.syntax("there is text after the payload")
	}
	if err == nil && !object {
		err = &notNotification{"the payload is not an object"}
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
