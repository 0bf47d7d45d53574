package event

// member is what the wire may have inside an object. The table drives Strict and the writing of changed fields; the
// decoder has the same names in its switches, and a test holds the two together.
type member struct {
	name string
	kind memberKind
	in   []member
}

type memberKind uint8

const (
	kindText memberKind = iota
	kindName            // text that is an event name
	kindInt
	kindHeaders // an object of texts with names of any kind
	kindObject
)

var recordShape = []member{
	{"cos", kindObject, []member{
		{"cosBucket", kindObject, []member{
			{"appid", kindText, nil},
			{"cosRegion", kindText, nil},
			{"name", kindText, nil},
			{"region", kindText, nil},
			{"s3Region", kindText, nil},
		}},
		{"cosNotificationId", kindText, nil},
		{"cosObject", kindObject, []member{
			{"key", kindText, nil},
			{"meta", kindHeaders, nil},
			{"size", kindInt, nil},
			{"url", kindText, nil},
			{"vid", kindText, nil},
		}},
		{"cosSchemaVersion", kindText, nil},
	}},
	{"event", kindObject, []member{
		{"eventName", kindName, nil},
		{"eventQueue", kindText, nil},
		{"eventSource", kindText, nil},
		{"eventTime", kindInt, nil},
		{"eventVersion", kindText, nil},
		{"reqid", kindInt, nil},
		{"requestParameters", kindObject, []member{
			{"requestHeaders", kindHeaders, nil},
			{"requestSourceIP", kindText, nil},
		}},
		{"reservedInfo", kindText, nil},
	}},
}
