package event

// usual reads a record that is written as the platform writes them since 2022: every member there, in the platform's order, no
// white space. Others it leaves to record, and reports false; r and the place are then anything. What it accepts it reads as
// record does.
func (d *decoder) usual(r *Record) bool {
	const levels = 4 // a record, event, requestParameters, requestHeaders
	if !d.valid || d.depth < levels {
		return false
	}
	d.depth -= levels - 1 // as it is where the headers begin
	c, e := &r.COS, &r.Event
	ok := d.word(`{"cos":{"cosBucket":{"appid":"`) &&
		d.until(&c.Bucket.AppID, `","cosRegion":"`) &&
		d.until(&c.Bucket.CosRegion, `","name":"`) &&
		d.until(&c.Bucket.Name, `","region":"`) &&
		d.until(&c.Bucket.Region, `","s3Region":"`) &&
		d.until(&c.Bucket.S3Region, `"},"cosNotificationId":"`) &&
		d.mostly(&c.NotificationID, "unkown", `","cosObject":{"key":"`) &&
		d.until(&c.Object.Key, `","meta":`) &&
		d.headers(&c.Object.Meta) == nil &&
		d.word(`,"size":`) &&
		d.untilInt(&c.Object.Size, `,"url":"`) &&
		d.until(&c.Object.URL, `","vid":"`) &&
		d.until(&c.Object.VersionID, `"},"cosSchemaVersion":"`) &&
		d.mostly(&c.SchemaVersion, "1.0", `"},"event":{"eventName":"`) &&
		d.until(&e.Name, `","eventQueue":"`) &&
		d.until(&e.Queue, `","eventSource":"`) &&
		d.mostly(&e.Source, "qcs::cos", `","eventTime":`) &&
		d.untilInt(&e.Time, `,"eventVersion":"`) &&
		d.mostly(&e.Version, "1.0", `","reqid":`) &&
		d.untilInt(&e.ReqID, `,"requestParameters":{"requestHeaders":`) &&
		d.headers(&e.RequestParameters.Headers) == nil &&
		d.word(`,"requestSourceIP":"`) &&
		d.until(&e.RequestParameters.SourceIP, `"},"reservedInfo":"`) &&
		d.until(&e.ReservedInfo, `"}}`)
	d.depth += levels - 1
	return ok
}

// word reads over a text that is to stand at the present place.
//
//go:noinline
func (d *decoder) word(text string) bool {
	rest := d.s[d.pos:]
	if len(rest) < len(text) || rest[:len(text)] != text {
		return false
	}
	d.pos += len(text)
	return true
}

// until reads a string behind its opening quote, and what is to follow, which begins with the closing quote.
func (d *decoder) until(to *string, next string) bool {
	start := d.pos
	end := d.plain(start)
	if rest := d.s[end:]; len(rest) >= len(next) && rest[:len(next)] == next {
		*to = d.s[start:end]
		d.pos = end + len(next)
		return true
	}
	return d.oddUntil(to, next)
}

// mostly is until for a string that is nearly always the same.
func (d *decoder) mostly(to *string, text, next string) bool {
	start := d.pos
	if d.word(text) && d.word(next) {
		*to = d.s[start : start+len(text)]
		return true
	}
	d.pos = start
	return d.until(to, next)
}

func (d *decoder) oddUntil(to *string, next string) bool {
	d.pos--
	s, err := d.text()
	d.pos-- // to the closing quote
	*to = s
	return err == nil && d.word(next)
}

// untilInt reads a whole number of up to 18 digits, and what is to follow.
func (d *decoder) untilInt(to *int64, next string) bool {
	n, i := int64(0), d.pos
	for ; i < len(d.s) && d.s[i] >= '0' && d.s[i] <= '9'; i++ {
		n = n*10 + int64(d.s[i]-'0') // may overflow: then there are too many digits
	}
	digits := i - d.pos
	if digits == 0 || digits > 18 || digits > 1 && d.s[d.pos] == '0' {
		return false
	}
	*to, d.pos = n, i
	return d.word(next)
}
