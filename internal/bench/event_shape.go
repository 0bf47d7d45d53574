package bench

// notification has the members, and the Go types, into which the platform's own library decodes a COS event: the shape that
// the reflection-based decoders are measured with.
type notification struct {
	Records []notificationRecord `json:"Records"`
}

type notificationRecord struct {
	COS   notificationCOS   `json:"cos"`
	Event notificationEvent `json:"event"`
}

type notificationCOS struct {
	SchemaVersion  string             `json:"cosSchemaVersion"`
	NotificationID string             `json:"cosNotificationId"`
	Bucket         notificationBucket `json:"cosBucket"`
	Object         notificationObject `json:"cosObject"`
}

type notificationBucket struct {
	Region    string `json:"region"`
	Name      string `json:"name"`
	AppID     string `json:"appid"`
	S3Region  string `json:"s3Region"`
	CosRegion string `json:"cosRegion"`
}

type notificationObject struct {
	URL       string            `json:"url"`
	Meta      map[string]string `json:"meta"`
	VersionID string            `json:"vid"`
	Key       string            `json:"key"`
	Size      int64             `json:"size"`
}

type notificationEvent struct {
	Name              string                 `json:"eventName"`
	Version           string                 `json:"eventVersion"`
	Time              int64                  `json:"eventTime"`
	Source            string                 `json:"eventSource"`
	RequestParameters notificationParameters `json:"requestParameters"`
	Queue             string                 `json:"eventQueue"`
	ReservedInfo      string                 `json:"reservedInfo"`
	ReqID             int64                  `json:"reqid"`
}

type notificationParameters struct {
	SourceIP string            `json:"requestSourceIP"`
	Headers  map[string]string `json:"requestHeaders"`
}
