package costest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// Change is a change of an object, as the service tells it in an event.
type Change struct {
	Type event.Type
	// Bucket and Key say where. VersionID is that of the version made, marked or removed; "" without versioning, also where
	// the service calls it "null".
	Bucket    event.Bucket
	Key       string
	VersionID string
	// ETag (with its quotes), ContentType, StorageClass ("STANDARD"), Size and Metadata (x-cos-meta-* without the prefix)
	// are those of the object; of a removal, those of what was removed, or hidden by a delete marker.
	ETag         string
	ContentType  string
	StorageClass string
	Size         int64
	Metadata     map[string]string
	// RequestID, SourceIP and Authorization are those of the request that made the change. Authorization is a secret; it is ""
	// for pre-signed urls, forms and changes no request made.
	RequestID     string
	SourceIP      string
	Authorization string
	Time          time.Time
	// CreatedBy is the id of the credentials used, "" if none were: with it a loop can be traced to the function that makes it.
	CreatedBy string
}

// String tells the change without its secrets.
func (c Change) String() string {
	return string(c.Type) + " " + c.Bucket.ID() + "/" + c.Key
}

// GoString is String: %#v shows no secrets either.
func (c Change) GoString() string { return c.String() }

// OnChange calls f for every change, once for each event the service would send: after the change is in force and before the
// request is answered, in the request's goroutine (a restore's end: in that of whoever moves the clock), outside all locks. f may call
// the server. Requests that fail or change nothing tell nothing, such as deleting a key that is not there in a bucket without
// versioning.
func (s *Server) OnChange(f func(Change)) {
	s.hooksMu.Lock()
	defer s.hooksMu.Unlock()
	var all []func(Change)
	if old := s.hooks.Load(); old != nil {
		all = append(all, *old...)
	}
	all = append(all, f)
	s.hooks.Store(&all)
}

func (s *Server) tell(c Change) {
	if hooks := s.hooks.Load(); hooks != nil {
		for _, f := range *hooks {
			f(c)
		}
	}
}

func (s *Server) heard() bool { return s.hooks.Load() != nil }

// origin of a change: the request it came by.
type cause struct {
	requestID, sourceIP, authorization, who string
	time                                    time.Time
}

func (c *call) cause() cause {
	return cause{requestID: c.id, sourceIP: sourceIP(c.r.RemoteAddr), authorization: c.authority, who: c.who, time: c.start}
}

// directCause is that of changes made by calls of Go methods, and by the clock.
func (s *Server) directCause() cause {
	now := s.clock.Now()
	return cause{requestID: s.requestID(now), sourceIP: "127.0.0.1", time: now}
}

// change builds the Change of object o; version is the one to name.
func (b *bucket) change(t event.Type, key string, o *object, version uint64, by cause) Change {
	c := Change{
		Type: t, Bucket: b.Bucket, Key: key, RequestID: by.requestID, SourceIP: by.sourceIP,
		Authorization: by.authorization, Time: by.time, CreatedBy: by.who,
	}
	if version != 0 {
		c.VersionID = formatVersion(version)
	}
	if o != nil && !o.marker {
		c.ETag, c.ContentType, c.StorageClass, c.Size = o.etag(), o.attrs.ContentType, o.attrs.Class, o.size
		if len(o.attrs.Meta) > 0 {
			c.Metadata = make(map[string]string, len(o.attrs.Meta))
			for _, m := range o.attrs.Meta {
				c.Metadata[m.Name] = m.Value
			}
		}
	}
	return c
}

// created tells that o was made, and lets replication follow.
func (s *Server) created(b *bucket, t event.Type, key string, o *object, by cause) {
	if s.heard() {
		s.tell(b.change(t, key, o, o.version, by))
	}
	s.replicate(b, key, o, by)
}

// RecordOption changes the form of [Change.Record].
type RecordOption func(*recordForm)

type recordForm struct{ old, wildcard bool }

// Shape2019 leaves out what the platform added by 2022: the long region in the bucket, ETag and storage class in meta; and
// reqid is a number.
func Shape2019() RecordOption { return func(f *recordForm) { f.old = true } }

// WildcardName puts the rule's name in place of the event's, as functions were seen to receive it: "cos:ObjectCreated:*".
// Events of the restore family keep theirs.
func WildcardName() RecordOption { return func(f *recordForm) { f.wildcard = true } }

// Record returns the change in the form it has on the wire, the one of 2022 unless told otherwise. The queue, which names the
// function, is left empty: one change goes to any number of functions.
func (c Change) Record(opts ...RecordOption) event.Record {
	var f recordForm
	for _, o := range opts {
		o(&f)
	}
	var meta event.Fields // in the order of their names, as on the wire
	add := func(name, value string) { meta = append(meta, event.Field{Name: name, Value: value}) }
	add("Content-Type", c.ContentType)
	if !f.old {
		add("ETag", c.ETag)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Metadata)) {
		add(metaPrefix+name, c.Metadata[name])
	}
	add("x-cos-request-id", c.RequestID)
	if !f.old {
		add("x-cos-storage-class", eventClass(c.StorageClass))
	}
	var r event.Record
	r.COS.Bucket = event.RecordBucket{AppID: c.Bucket.AppID, Name: c.Bucket.Name, Region: c.Bucket.RegionCode()}
	r.COS.NotificationID = "unkown"
	r.COS.SchemaVersion = "1.0"
	r.COS.Object = event.RecordObject{
		Key:  "/" + c.Bucket.AppID + "/" + c.Bucket.Name + "/" + c.Key,
		Meta: meta, Size: c.Size, VersionID: c.VersionID,
		URL: "http://" + c.Bucket.Host() + "/" + string(appendEscaped(nil, c.Key, "/")),
	}
	name := c.Type
	if f.wildcard {
		name = wildcard(name)
	}
	r.Event.Name = string(name)
	r.Event.Source = "qcs::cos"
	r.Event.Time = c.Time.Unix()
	r.Event.Version = "1.0"
	r.Event.RequestParameters = event.RequestParameters{
		Headers: event.NewHeaders(event.Field{Name: "Authorization", Value: c.Authorization}), SourceIP: c.SourceIP,
	}
	if f.old {
		r.Event.ReqID = int64(int32(crcText(c.RequestID)) & 0x7fffffff)
		return r
	}
	r.COS.Bucket.CosRegion, r.COS.Bucket.S3Region = c.Bucket.Region, c.Bucket.Region
	return r
}

func wildcard(t event.Type) event.Type {
	switch {
	case strings.HasPrefix(string(t), "cos:ObjectCreated:"):
		return event.AnyObjectCreated
	case strings.HasPrefix(string(t), "cos:ObjectRemove:"):
		return event.AnyObjectRemove
	}
	return t
}

// eventClass is a storage class as events spell it: live events have "Standard" where headers have "STANDARD".
func eventClass(class string) string {
	if class == classStandard || class == "" {
		return "Standard"
	}
	return class
}
