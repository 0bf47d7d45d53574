package event

import (
	"strings"
	"time"
)

// FromRecord makes the event that a record tells of, as Decode does for each one.
func FromRecord(r Record) Event {
	b := &box{record: r}
	return b.fill(0)
}

// fill fills the event's fields from the record, and returns it as what its name says. nanos is of its time, beyond the second.
func (x *box) fill(nanos int64) Event {
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
		b.take(&r.COS.Object.Meta[i])
	}
	return x.as(k)
}

func unixTime(unix, nanos int64) time.Time { return time.Unix(unix, nanos).UTC() }

const metaPrefix = "x-cos-meta-"

// take takes one entry of cosObject.meta.
func (b *Base) take(f *Field) {
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
		b.takeOdd(name, v)
	}
}

// takeOdd takes an entry whose name may be one of those in another case. It gives way to what is there.
func (b *Base) takeOdd(name, v string) {
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

// foldEqual compares ASCII without regard to case.
func foldEqual(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		x, y := a[i], b[i]
		if x >= 'A' && x <= 'Z' {
			x += 'a' - 'A'
		}
		if y >= 'A' && y <= 'Z' {
			y += 'a' - 'A'
		}
		if x != y {
			return false
		}
	}
	return true
}

// cutByte is strings.Cut at a byte, which needs less code.
func cutByte(s string, c byte) (before, after string, found bool) {
	if i := strings.IndexByte(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// splitURL takes an object's url apart. path is what follows the first slash after the host, still encoded, with query and
// fragment if there are any; host is "" if u is no URL.
func splitURL(u string) (host, path string) {
	i := 0
	switch {
	case len(u) > 7 && foldEqual(u[:7], "http://"):
		i = 7
	case len(u) > 8 && foldEqual(u[:8], "https://"):
		i = 8
	default:
		return "", ""
	}
	if j := strings.IndexByte(u[i:], '/'); j >= 0 {
		return u[i : i+j], u[i+j+1:]
	}
	return "", ""
}

// resolveBucket finds the bucket that a record speaks of. What cosBucket lacks comes from the url's host, the key's first
// two parts and the eventQueue. The host is taken apart only where it is needed, which today's wire never does.
func resolveBucket(b *Bucket, c *RecordCOS, host, queueAppID, queueRegion string) {
	b.Name, b.AppID = c.Bucket.Name, c.Bucket.AppID
	withID := b.AppID != "" && len(b.Name) > len(b.AppID) && b.Name[len(b.Name)-len(b.AppID):] == b.AppID
	if b.Name != "" && b.AppID != "" && !withID && strings.IndexByte(c.Bucket.CosRegion, '-') >= 0 {
		b.Region = c.Bucket.CosRegion
		return
	}
	hostID, hostRegion := "", ""
	if host != "" {
		id, region, problem := splitHost(host)
		if problem == "" {
			hostID, hostRegion = id, region
			if long := regionOf(region); long != "" {
				hostRegion = long
			}
		}
	}
	b.Region = longRegion(c.Bucket.CosRegion, c.Bucket.S3Region, c.Bucket.Region, hostRegion, queueRegion)
	if b.Name == "" || b.AppID == "" {
		b.Name, b.AppID = fillBucket(*b, hostID, c.Object.Key, queueAppID)
		return
	}
	// Some write the name with the APPID, which the platform never does. The host tells which it is; without one, a name
	// that ends in just this APPID has it.
	if name, appid, ok := cutAppID(b.Name); ok && appid == b.AppID && hostID != b.ID() {
		b.Name = name
	}
}

// fillBucket finds name and APPID where one of them is missing.
func fillBucket(b Bucket, hostID, key, queueAppID string) (name, appid string) {
	name, appid = b.Name, b.AppID
	hostName, hostApp, _ := cutAppID(hostID)
	if hostApp != "" && (name == "" || name == hostName || name == hostID) && (appid == "" || appid == hostApp) {
		return hostName, hostApp
	}
	keyApp, rest, ok := cutByte(strings.TrimPrefix(key, "/"), '/')
	if keyName, _, ok2 := cutByte(rest, '/'); ok && ok2 && strings.HasPrefix(key, "/") && isAppID(keyApp) &&
		(name == keyName || name == "" && appid == keyApp) && (appid == "" || appid == keyApp) {
		name, appid = keyName, keyApp
	}
	if short, end, ok := cutAppID(name); ok && (appid == "" || appid == end) {
		return short, end
	}
	if appid == "" && name != "" {
		appid = queueAppID
	}
	return name, appid
}
