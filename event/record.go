package event

import "slices"

// Notification is what COS sends to a function: a list of records. [Decode] and [DecodeNotification] read it, [Encode] writes it.
type Notification struct {
	Records []Record

	text *string // the payload it was decoded from, for the members beside Records; nil for one made by hand
}

// Record is one element of Records, in the wire's own shape. Its fields hold what the wire has, unresolved: the key with
// its /appid/bucket/ in front, the region as a short code.
//
// A record that was decoded remembers its text: encoding it gives back every member, known or not, as it came, except for
// fields changed since. A copy is independent of the record, as long as the entries of its Meta are changed by Set and Del.
//
// The record's text and the request headers, which hold the Authorization of the COS request, are out of the reach of package fmt,
// log/slog and encoding/json, whatever the record itself is a part of: see [Headers].
type Record struct {
	COS   RecordCOS
	Event RecordEvent

	text       *string // what it was decoded from, nil for one made by hand
	unreadable bool    // the text is not a COS record, so that the fields are zero
}

// RecordCOS is the member "cos".
type RecordCOS struct {
	Bucket         RecordBucket // cosBucket
	NotificationID string       // cosNotificationId; "unkown", so spelt, on the live wire
	Object         RecordObject // cosObject
	SchemaVersion  string       // cosSchemaVersion, "1.0"
}

// RecordBucket is the member "cosBucket".
type RecordBucket struct {
	AppID     string // appid
	CosRegion string // cosRegion, the long name; since 2022
	Name      string // name, without -appid
	Region    string // region, the short code
	S3Region  string // s3Region, as CosRegion
}

// RecordObject is the member "cosObject".
type RecordObject struct {
	Key       string // key: /appid/name/key
	Meta      Fields // meta: headers of the object and x-cos-request-id
	Size      int64  // size, in bytes
	URL       string // url
	VersionID string // vid
}

// RecordEvent is the member "event".
type RecordEvent struct {
	Name              string // eventName
	Queue             string // eventQueue
	Source            string // eventSource, "qcs::cos"
	Time              int64  // eventTime, in Unix seconds
	Version           string // eventVersion, "1.0"
	ReqID             int64  // reqid, 0 since 2022
	RequestParameters RequestParameters
	ReservedInfo      string // reservedInfo
}

// RequestParameters is the member "requestParameters".
type RequestParameters struct {
	Headers  Headers // requestHeaders
	SourceIP string  // requestSourceIP
}

// Headers holds the headers of the COS request as the wire has them. Of these the Authorization is a secret. The zero value has
// none. Headers are not changed but replaced, by what [NewHeaders] returns.
//
// They are kept behind a pointer to a string, which no verb of package fmt follows, not even one that does not fit: printed,
// also as a part of something else, headers are an address.
type Headers struct {
	json *string // an object of strings
}

// NewHeaders returns headers with these fields.
func NewHeaders(fields ...Field) Headers {
	text := string(appendFields(nil, fields))
	return Headers{&text}
}

// Fields returns a new list of the headers, nil if the wire has none. What prints it prints the secret.
func (h Headers) Fields() Fields {
	if h.json == nil {
		return nil
	}
	d := decoder{scanner: reader(*h.json)}
	var f Fields
	if d.headers(&f) != nil {
		return nil // cannot be: the text was read before
	}
	return f
}

// same reports whether headers are those of o.
func (h Headers) same(o Headers) bool {
	return h == o || h.json != nil && o.json != nil && *h.json == *o.json || slices.Equal(h.Fields(), o.Fields())
}
