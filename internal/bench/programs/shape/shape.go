// Package shape has a COS notification as structs for encoding/json, with the members and types that scf-go-lib gives them.
package shape

// Notification is the payload.
type Notification struct {
	Records []Record `json:"Records"`
}

// Record is what happened to one object.
type Record struct {
	COS   COS   `json:"cos"`
	Event Event `json:"event"`
}

// COS says where.
type COS struct {
	SchemaVersion  string `json:"cosSchemaVersion"`
	NotificationID string `json:"cosNotificationId"`
	Bucket         struct {
		Region string `json:"region"`
		Name   string `json:"name"`
		AppID  string `json:"appid"`
	} `json:"cosBucket"`
	Object struct {
		Key       string            `json:"key"`
		URL       string            `json:"url"`
		VersionID string            `json:"vid"`
		Size      int64             `json:"size"`
		Meta      map[string]string `json:"meta"`
	} `json:"cosObject"`
}

// Event says what and when.
type Event struct {
	Name              string `json:"eventName"`
	Version           string `json:"eventVersion"`
	Source            string `json:"eventSource"`
	Queue             string `json:"eventQueue"`
	Time              int64  `json:"eventTime"`
	ReqID             int64  `json:"reqid"`
	ReservedInfo      string `json:"reservedInfo"`
	RequestParameters struct {
		SourceIP string            `json:"requestSourceIP"`
		Headers  map[string]string `json:"requestHeaders"`
	} `json:"requestParameters"`
}
