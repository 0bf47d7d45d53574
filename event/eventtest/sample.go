package eventtest

import (
	"encoding/base64"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// What a sample has unless an option says otherwise.
var (
	DefaultBucket   = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	DefaultFunction = event.Target{Namespace: "default", Name: "thumb", Qualifier: "$DEFAULT"}
	DefaultTime     = time.Date(2022, 4, 15, 9, 49, 16, 0, time.UTC)
)

// sample is an event about to be made.
type sample struct {
	typ           event.Type
	bucket        event.Bucket
	key           string
	size          int64
	etag          string
	contentType   string
	storageClass  string
	version       string
	meta          map[string]string
	time          time.Time
	requestID     string
	sourceIP      string
	authorization string
	function      event.Target
	shape         func(*event.Record)
	edits         []func(*event.Record)
}

// Option replaces a value of a sample.
type Option func(*sample)

// Bucket sets the bucket. The default is photos-1250000000 in ap-guangzhou.
func Bucket(b event.Bucket) Option { return func(s *sample) { s.bucket = b } }

// Key sets the object's key, as the COS API takes it: without /appid/bucket/ and not encoded. The default is "in/cat.png".
func Key(key string) Option { return func(s *sample) { s.key = key } }

// Size sets the object's size in bytes. The default is 1024.
func Size(n int64) Option { return func(s *sample) { s.size = n } }

// ETag sets the object's ETag; quotes are put around it if it has none. The default depends on key and size.
func ETag(etag string) Option {
	return func(s *sample) {
		if !strings.HasPrefix(etag, `"`) && etag != "" {
			etag = `"` + etag + `"`
		}
		s.etag = etag
	}
}

// ContentType sets the object's content type. The default is "image/png".
func ContentType(t string) Option { return func(s *sample) { s.contentType = t } }

// StorageClass sets the object's storage class. The default is "Standard", "Archive" for what is restored.
func StorageClass(c string) Option { return func(s *sample) { s.storageClass = c } }

// Version sets the object's version, as in a bucket with versioning. The default is none.
func Version(id string) Option { return func(s *sample) { s.version = id } }

// Meta adds the metadata header x-cos-meta-<name>.
func Meta(name, value string) Option {
	return func(s *sample) {
		if s.meta == nil {
			s.meta = map[string]string{}
		}
		s.meta[name] = value
	}
}

// Time sets when it happened, to the second. The default is 2022-04-15 09:49:16 UTC.
func Time(t time.Time) Option { return func(s *sample) { s.time = t } }

// RequestID sets the id of the COS request. The default depends on everything else, so that different samples differ.
func RequestID(id string) Option { return func(s *sample) { s.requestID = id } }

// SourceIP sets who sent the COS request. The default is 198.51.100.7.
func SourceIP(ip string) Option { return func(s *sample) { s.sourceIP = ip } }

// Authorization sets the signature of the COS request. The default is a made-up one.
func Authorization(a string) Option { return func(s *sample) { s.authorization = a } }

// Function sets the function that the event is for. An empty region or APPID becomes that of the bucket.
func Function(t event.Target) Option { return func(s *sample) { s.function = t } }

// Before2022 gives the wire the shape it had until 2020: no cosRegion, s3Region, ETag or storage class, a reqid that is
// not 0, an eventQueue with "lambda" and the short region.
func Before2022() Option {
	return func(s *sample) { s.shape = before2022 }
}

// Edit changes the wire record itself, after everything else. It is the way to events that no other option makes.
func Edit(f func(*event.Record)) Option {
	return func(s *sample) { s.edits = append(s.edits, f) }
}

func before2022(r *event.Record) {
	r.COS.Bucket.CosRegion, r.COS.Bucket.S3Region = "", ""
	r.COS.Object.Meta.Del("ETag")
	r.COS.Object.Meta.Del("x-cos-storage-class")
	r.Event.ReqID = int64(hash(r.COS.Object.Key)>>33) + 1
	if t, err := event.ParseTarget(r.Event.Queue); err == nil {
		q := t.Qualifier
		if q == "$DEFAULT" {
			q = "$LATEST"
		}
		short := event.Bucket{Region: t.Region}.RegionCode()
		r.Event.Queue = "qcs:0:lambda:" + short + ":appid/" + t.AppID + ":" + t.Namespace + "." + t.Name + "." + q
	}
}

// Record makes the wire record of a sample.
func Record(t event.Type, opts ...Option) event.Record {
	s := &sample{
		typ: t, bucket: DefaultBucket, key: "in/cat.png", size: 1024, contentType: "image/png", storageClass: "Standard",
		time: DefaultTime, sourceIP: "198.51.100.7", function: DefaultFunction,
		authorization: "q-sign-algorithm=sha1&q-ak=AKIDEXAMPLE&q-signature=made-up",
	}
	if t.Family() == event.FamilyRestore {
		s.storageClass = "Archive"
	}
	for _, o := range opts {
		o(s)
	}
	return s.record()
}

func (s *sample) record() event.Record {
	b, f := s.bucket, s.function
	if f.Region == "" {
		f.Region = b.Region
	}
	if f.AppID == "" {
		f.AppID = b.AppID
	}
	if s.etag == "" {
		s.etag = `"` + hex16(hash("etag", s.key, strconv.FormatInt(s.size, 10))) + hex16(hash(s.key)) + `"`
	}
	identity := []string{string(s.typ), b.ID(), b.Region, s.key, s.version, s.etag, s.time.String()}
	requestID := s.requestID
	if requestID == "" {
		h := hash(identity...)
		requestID = base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(s.time.Unix(), 16) + "_" +
			hex16(h)[:8] + "_" + hex16(h)[8:12] + "_" + hex16(h)[12:]))
	}
	meta := event.Fields{{Name: "Content-Type", Value: s.contentType}, {Name: "ETag", Value: s.etag}}
	for _, name := range slices.Sorted(maps.Keys(s.meta)) { // all in the order of their names, as on the wire
		meta = append(meta, event.Field{Name: "x-cos-meta-" + name, Value: s.meta[name]})
	}
	meta = append(meta, event.Field{Name: "x-cos-request-id", Value: requestID}, event.Field{Name: "x-cos-storage-class", Value: s.storageClass})
	r := event.Record{
		COS: event.RecordCOS{
			Bucket: event.RecordBucket{AppID: b.AppID, CosRegion: b.Region, Name: b.Name, Region: b.RegionCode(), S3Region: b.Region},
			Object: event.RecordObject{
				Key: wireKey(b, s.key), Meta: meta, Size: s.size,
				URL: "http://" + b.Host() + "/" + escapePath(s.key), VersionID: s.version,
			},
			NotificationID: "unkown", // so spelt on the wire
			SchemaVersion:  "1.0",
		},
		Event: event.RecordEvent{
			Name: string(s.typ), Queue: f.Queue(), Source: "qcs::cos", Time: s.time.Unix(), Version: "1.0",
			RequestParameters: event.RequestParameters{
				Headers: event.NewHeaders(event.Field{Name: "Authorization", Value: s.authorization}), SourceIP: s.sourceIP,
			},
		},
	}
	if s.shape != nil {
		s.shape(&r)
	}
	for _, edit := range s.edits {
		edit(&r)
	}
	return r
}

// wireKey is an object's key as the wire has it: behind /appid/name/, or behind a slash where one of these is not known.
func wireKey(b event.Bucket, key string) string {
	if b.AppID == "" || b.Name == "" {
		return "/" + key
	}
	return "/" + b.AppID + "/" + b.Name + "/" + key
}

// escapePath percent-encodes a key as the url of an event has it: everything but letters, digits, "-_.~" and slashes.
func escapePath(key string) string {
	const hex = "0123456789ABCDEF"
	var sb strings.Builder
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.~/", c) >= 0:
			sb.WriteByte(c)
		default:
			sb.WriteByte('%')
			sb.WriteByte(hex[c>>4])
			sb.WriteByte(hex[c&15])
		}
	}
	return sb.String()
}

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p)) // a hash never fails
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

func hex16(n uint64) string {
	s := strconv.FormatUint(n, 16)
	return strings.Repeat("0", 16-len(s)) + s
}
