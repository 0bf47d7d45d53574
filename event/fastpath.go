package event

// The fast path is to the decoder what a form's stencil is to a form: it lays the text of a record as the platform has sent it
// since 2022 over the payload, and reads only what shows through the holes. Nearly every record fits: the names of the members,
// their order and the lack of white space are always the same, so that they are compared as a whole instead of being parsed
// and looked up. What does not fit costs one attempt and is then read by decoder.record, which takes JSON of any form. The fast
// path makes decoding about three times as fast; a fuzz target holds it to reading exactly what decoder.record reads.

// readFastPath reads a record that has every member, in the platform's order and without white space. For any other it reports
// false, and r and the place in the payload are then anything.
func (d *decoder) readFastPath(r *Record) bool {
	const levels = 4 // a record, event, requestParameters, requestHeaders
	if !d.valid || d.depth < levels {
		return false
	}
	d.depth -= levels - 1 // as it is where the headers begin
	c, e := &r.COS, &r.Event
	ok := d.expect(`{"cos":{"cosBucket":{"appid":"`) &&
		d.stringThen(&c.Bucket.AppID, `","cosRegion":"`) &&
		d.stringThen(&c.Bucket.CosRegion, `","name":"`) &&
		d.stringThen(&c.Bucket.Name, `","region":"`) &&
		d.stringThen(&c.Bucket.Region, `","s3Region":"`) &&
		d.stringThen(&c.Bucket.S3Region, `"},"cosNotificationId":"`) &&
		d.usualStringThen(&c.NotificationID, "unkown", `","cosObject":{"key":"`) &&
		d.stringThen(&c.Object.Key, `","meta":`) &&
		d.headers(&c.Object.Meta) == nil &&
		d.expect(`,"size":`) &&
		d.integerThen(&c.Object.Size, `,"url":"`) &&
		d.stringThen(&c.Object.URL, `","vid":"`) &&
		d.stringThen(&c.Object.VersionID, `"},"cosSchemaVersion":"`) &&
		d.usualStringThen(&c.SchemaVersion, "1.0", `"},"event":{"eventName":"`) &&
		d.stringThen(&e.Name, `","eventQueue":"`) &&
		d.stringThen(&e.Queue, `","eventSource":"`) &&
		d.usualStringThen(&e.Source, "qcs::cos", `","eventTime":`) &&
		d.integerThen(&e.Time, `,"eventVersion":"`) &&
		d.usualStringThen(&e.Version, "1.0", `","reqid":`) &&
		d.integerThen(&e.ReqID, `,"requestParameters":{"requestHeaders":`) &&
		d.requestHeaders(&e.RequestParameters) == nil &&
		d.expect(`,"requestSourceIP":"`) &&
		d.stringThen(&e.RequestParameters.SourceIP, `"},"reservedInfo":"`) &&
		d.stringThen(&e.ReservedInfo, `"}}`)
	d.depth += levels - 1
	return ok
}

// expect reads over text if it stands at the present place, and reports whether it does.
//
//go:noinline
func (d *decoder) expect(text string) bool {
	rest := d.s[d.pos:]
	if len(rest) < len(text) || rest[:len(text)] != text {
		return false
	}
	d.pos += len(text)
	return true
}

// stringThen reads a string whose opening quote has been read, and then next, which begins with the closing quote.
func (d *decoder) stringThen(to *string, next string) bool {
	start := d.pos
	end := d.plain(start)
	if rest := d.s[end:]; len(rest) >= len(next) && rest[:len(next)] == next {
		*to = d.s[start:end]
		d.pos = end + len(next)
		return true
	}
	return d.escapedStringThen(to, next)
}

// usualStringThen is stringThen for a string that is nearly always the same.
func (d *decoder) usualStringThen(to *string, usual, next string) bool {
	start := d.pos
	if d.expect(usual) && d.expect(next) {
		*to = d.s[start : start+len(usual)]
		return true
	}
	d.pos = start
	return d.stringThen(to, next)
}

// escapedStringThen is stringThen for a string with escapes.
func (d *decoder) escapedStringThen(to *string, next string) bool {
	d.pos--
	s, err := d.text()
	d.pos-- // to the closing quote
	*to = s
	return err == nil && d.expect(next)
}

// integerThen reads a whole number of up to 18 digits, and then next.
func (d *decoder) integerThen(to *int64, next string) bool {
	n, i := int64(0), d.pos
	for ; i < len(d.s) && d.s[i] >= '0' && d.s[i] <= '9'; i++ {
		n = n*10 + int64(d.s[i]-'0') // may overflow: then there are too many digits
	}
	digits := i - d.pos
	if digits == 0 || digits > 18 || digits > 1 && d.s[d.pos] == '0' {
		return false
	}
	*to, d.pos = n, i
	return d.expect(next)
}
