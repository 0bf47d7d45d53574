package event

import (
	"strings"
	"time"
)

// FromRecord makes the event that a record tells of, as Decode does for each one.
func FromRecord(r Record) Event { return newEvent(&r, 0) }

// newEvent copies the record into a new event and fills the event's fields from it.
func newEvent(r *Record, nanos int64) Event {
	typ := Type(r.Event.Name)
	k := lookup(typ)
	if k == &unknown {
		typ = cleanName(r.Event.Name)
		k = lookup(typ)
	}
	if k != &unknown {
		typ = k.typ
	}
	e, b, rec := k.make()
	*rec = *r
	b.Type = typ
	if r.Event.Time != 0 {
		b.Time = time.Unix(r.Event.Time, nanos).UTC()
	}
	b.SourceIP = r.Event.RequestParameters.SourceIP
	var queueRegion string
	b.Function, queueRegion, _ = parseTarget(r.Event.Queue)
	host, path := splitURL(r.COS.Object.URL)
	b.Bucket = resolveBucket(&r.COS, host, b.Function.AppID, queueRegion)
	o := &b.Object
	o.Key = resolveKey(r.COS.Object.Key, path, b.Bucket, r.COS.Bucket.Name)
	o.URL = r.COS.Object.URL
	o.Size = r.COS.Object.Size
	o.VersionID = r.COS.Object.VersionID
	for name, v := range r.COS.Object.Meta {
		b.header(name, v)
	}
	return e
}

const metaPrefix = "x-cos-meta-"

// header takes one entry of cosObject.meta.
func (b *Base) header(name, v string) {
	switch name {
	case "ETag":
		b.Object.ETag = v
	case "Content-Type":
		b.Object.ContentType = v
	case "x-cos-request-id":
		b.RequestID = v
	case "x-cos-storage-class":
		b.Object.StorageClass = v
	default:
		b.oddHeader(name, v)
	}
}

// oddHeader takes metadata, and the known headers in another case. Those in the wire's own case go first.
func (b *Base) oddHeader(name, v string) {
	if len(name) > len(metaPrefix) && foldEqual(name[:len(metaPrefix)], metaPrefix) {
		if b.Object.Metadata == nil {
			b.Object.Metadata = make(map[string]string)
		}
		b.Object.Metadata[name[len(metaPrefix):]] = v
		return
	}
	var to *string
	switch {
	case foldEqual(name, "ETag"):
		to = &b.Object.ETag
	case foldEqual(name, "Content-Type"):
		to = &b.Object.ContentType
	case foldEqual(name, "x-cos-request-id"):
		to = &b.RequestID
	case foldEqual(name, "x-cos-storage-class"):
		to = &b.Object.StorageClass
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

// splitURL takes an object's url apart. path is what follows the first slash after the host, still encoded, with query and
// fragment if there are any; host is "" if u is no URL.
func splitURL(u string) (host, path string) {
	i := strings.Index(u, "://")
	if i < 0 || !foldEqual(u[:i], "http") && !foldEqual(u[:i], "https") {
		return "", ""
	}
	host, path, ok := strings.Cut(u[i+3:], "/")
	if !ok || strings.ContainsAny(host, " ?#@") {
		return "", ""
	}
	return host, path
}

// resolveBucket finds the bucket that a record speaks of. What cosBucket lacks comes from the url's host, the key's first
// two parts and the eventQueue.
func resolveBucket(c *RecordCOS, host, queueAppID, queueRegion string) Bucket {
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
	b := Bucket{Name: c.Bucket.Name, AppID: c.Bucket.AppID}
	b.Region = longRegion(c.Bucket.CosRegion, c.Bucket.S3Region, c.Bucket.Region, hostRegion, queueRegion)
	if b.Name == "" || b.AppID == "" {
		b.Name, b.AppID = fillBucket(b, hostID, c.Object.Key, queueAppID)
		return b
	}
	// Some write the name with the APPID, which the platform never does. The host tells which it is; without one, a name
	// that ends in just this APPID has it.
	if name, appid, ok := cutAppID(b.Name); ok && appid == b.AppID && hostID != b.ID() {
		b.Name = name
	}
	return b
}

// fillBucket finds name and APPID where one of them is missing.
func fillBucket(b Bucket, hostID, key, queueAppID string) (name, appid string) {
	name, appid = b.Name, b.AppID
	hostName, hostApp, _ := cutAppID(hostID)
	if hostApp != "" && (name == "" || name == hostName || name == hostID) && (appid == "" || appid == hostApp) {
		return hostName, hostApp
	}
	keyApp, rest, ok := strings.Cut(strings.TrimPrefix(key, "/"), "/")
	if keyName, _, ok2 := strings.Cut(rest, "/"); ok && ok2 && strings.HasPrefix(key, "/") && isAppID(keyApp) &&
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
