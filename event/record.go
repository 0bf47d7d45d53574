package event

// Notification is what COS sends to a function: a list of records. Decode and DecodeNotification read it, Encode writes it.
type Notification struct {
	Records []Record

	raw string // the payload it was decoded from, for the members beside Records
}

// Record is one element of Records, in the wire's own shape. Its fields hold what the wire has, unresolved: the key with
// its /appid/bucket/ in front, the region as a short code.
//
// A record that was decoded remembers its text: encoding it gives back every member, known or not, as it came, save for
// fields changed since. A copy is independent of the record, as long as the entries of its Fields are changed by Set and Del.
type Record struct {
	COS   RecordCOS
	Event RecordEvent

	raw string // the text it was decoded from, "" for one made by hand
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
	Headers  Fields // requestHeaders: Authorization, a secret
	SourceIP string // requestSourceIP
}

// String shows the records as Record.String does.
func (n Notification) String() string {
	s := "["
	for i := range n.Records {
		if i > 0 {
			s += ", "
		}
		s += n.Records[i].String()
	}
	return s + "]"
}

// String shows the record without its request headers, which hold a secret, and without metadata.
func (r Record) String() string {
	return quoteIfOdd(r.Event.Name) + " " + quoteIfOdd(r.COS.Bucket.Name) + " " + quoteIfOdd(r.COS.Object.Key)
}

// String shows the address only: the headers hold a secret.
func (p RequestParameters) String() string { return "from " + quoteIfOdd(p.SourceIP) }

// GoString is String, for the verb %#v, under which the headers and the text of a record would be seen.
func (n Notification) GoString() string { return "event.Notification{" + n.String() + "}" }

// GoString is String, for the verb %#v.
func (r Record) GoString() string { return "event.Record{" + r.String() + "}" }

// GoString is String, for the verb %#v.
func (p RequestParameters) GoString() string { return "event.RequestParameters{" + p.String() + "}" }
