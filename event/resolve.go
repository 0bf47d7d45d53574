package event

// FromRecord makes the event that a record tells of, as [Decode] does for each one. Of a record that names no object the event's
// key is empty.
func FromRecord(r Record) Event {
	b := &box{record: r}
	return b.resolve(0)
}

// eventOf makes an event of what another form than the notification tells. Its record is made up of the same.
func eventOf(t Type, b Bucket, key string) Event {
	x := &box{record: plainRecord(t, b, key)}
	x.event.Base = Base{Type: t, Bucket: b, Object: Object{Key: key}}
	return x.typed(kindOf(t))
}

// plainRecord makes a record with a name, a bucket and a key. Without an APPID the wire's key has no prefix but its slash.
func plainRecord(t Type, b Bucket, key string) Record {
	var r Record
	r.Event.Name = string(t)
	r.COS.Bucket = RecordBucket{AppID: b.AppID, Name: b.Name, CosRegion: b.Region, S3Region: b.Region, Region: b.RegionCode()}
	r.COS.Object.Key = "/" + key
	if b.AppID != "" && b.Name != "" {
		r.COS.Object.Key = "/" + b.AppID + "/" + b.Name + "/" + key
	}
	return r
}

// resolve fills the event's fields from the record, and returns it as what its name says. nanos is the part of its time below
// a second.
func (x *box) resolve(nanos int64) Event {
	r, b := &x.record, &x.event.Base
	typ := Type(r.Event.Name)
	k := kindOf(typ)
	if k < 0 {
		typ = cleanName(r.Event.Name)
		k = kindOf(typ)
	}
	if k >= 0 {
		typ = kinds[k].typ
	}
	b.Type = typ
	if r.Event.Time != 0 || nanos != 0 {
		b.Time = unixTime(r.Event.Time, nanos)
	}
	b.SourceIP = r.Event.RequestParameters.SourceIP
	var queueRegion string
	b.Function, queueRegion, _ = parseTarget(r.Event.Queue)
	host, path := splitURL(r.COS.Object.URL)
	resolveBucket(&b.Bucket, &r.COS, host, b.Function.AppID, queueRegion)
	o := &b.Object
	o.Key = resolveKey(r.COS.Object.Key, path, &b.Bucket, r.COS.Bucket.Name)
	o.URL = r.COS.Object.URL
	o.Size = r.COS.Object.Size
	o.VersionID = r.COS.Object.VersionID
	for i := range r.COS.Object.Meta {
		b.setMeta(&r.COS.Object.Meta[i])
	}
	return x.typed(k)
}

const metaPrefix = "x-cos-meta-"

// setMeta sets what one entry of cosObject.meta tells.
func (b *Base) setMeta(f *Field) {
	o, name, v := &b.Object, f.Name, f.Value
	switch name {
	case "ETag":
		o.ETag = v
	case "Content-Type":
		o.ContentType = v
	case "x-cos-request-id":
		b.RequestID = v
	case "x-cos-storage-class":
		o.StorageClass = v
	default:
		if len(name) > len(metaPrefix) && name[:len(metaPrefix)] == metaPrefix {
			if o.Metadata == nil {
				o.Metadata = make(map[string]string)
			}
			o.Metadata[name[len(metaPrefix):]] = v
			return
		}
		b.setFoldedMeta(name, v)
	}
}

// setFoldedMeta is setMeta for a name that may be one of the known ones in another case. What is set already stays.
func (b *Base) setFoldedMeta(name, v string) {
	var to *string
	o := &b.Object
	switch {
	case foldEqual(name, "ETag"):
		to = &o.ETag
	case foldEqual(name, "Content-Type"):
		to = &o.ContentType
	case foldEqual(name, "x-cos-request-id"):
		to = &b.RequestID
	case foldEqual(name, "x-cos-storage-class"):
		to = &o.StorageClass
	case len(name) > len(metaPrefix) && foldEqual(name[:len(metaPrefix)], metaPrefix):
		if o.Metadata == nil {
			o.Metadata = make(map[string]string)
		}
		if _, ok := o.Metadata[name[len(metaPrefix):]]; !ok {
			o.Metadata[name[len(metaPrefix):]] = v
		}
		return
	default:
		return
	}
	if *to == "" {
		*to = v
	}
}
