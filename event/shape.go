package event

// member is what the wire may have inside an object. These tables are the one list of the wire's names: they drive the
// decoder, Strict and the writing of changed fields. Their order is the platform's own.
type member struct {
	name string
	kind memberKind
	in   []member
}

type memberKind uint8

const (
	memberText memberKind = iota
	memberName            // a string that is an event name
	memberInt
	memberHeaders // an object of strings with names of any kind
	memberObject
)

// The places of the members in the tables.
const (
	mCOS, mEvent = 0, 1

	mBucket, mNotificationID, mObject, mSchemaVersion = 0, 1, 2, 3

	mAppID, mCosRegion, mName, mRegion, mS3Region = 0, 1, 2, 3, 4

	mKey, mMeta, mSize, mURL, mVersionID = 0, 1, 2, 3, 4

	mEventName, mQueue, mSource, mTime, mVersion, mReqID, mParameters, mReserved = 0, 1, 2, 3, 4, 5, 6, 7

	mHeaders, mSourceIP = 0, 1
)

var (
	recordShape = []member{
		mCOS:   {"cos", memberObject, cosShape},
		mEvent: {"event", memberObject, eventShape},
	}
	cosShape = []member{
		mBucket:         {"cosBucket", memberObject, bucketShape},
		mNotificationID: {"cosNotificationId", memberText, nil},
		mObject:         {"cosObject", memberObject, objectShape},
		mSchemaVersion:  {"cosSchemaVersion", memberText, nil},
	}
	bucketShape = []member{
		mAppID:     {"appid", memberText, nil},
		mCosRegion: {"cosRegion", memberText, nil},
		mName:      {"name", memberText, nil},
		mRegion:    {"region", memberText, nil},
		mS3Region:  {"s3Region", memberText, nil},
	}
	objectShape = []member{
		mKey:       {"key", memberText, nil},
		mMeta:      {"meta", memberHeaders, nil},
		mSize:      {"size", memberInt, nil},
		mURL:       {"url", memberText, nil},
		mVersionID: {"vid", memberText, nil},
	}
	eventShape = []member{
		mEventName:  {"eventName", memberName, nil},
		mQueue:      {"eventQueue", memberText, nil},
		mSource:     {"eventSource", memberText, nil},
		mTime:       {"eventTime", memberInt, nil},
		mVersion:    {"eventVersion", memberText, nil},
		mReqID:      {"reqid", memberInt, nil},
		mParameters: {"requestParameters", memberObject, parametersShape},
		mReserved:   {"reservedInfo", memberText, nil},
	}
	parametersShape = []member{
		mHeaders:  {"requestHeaders", memberHeaders, nil},
		mSourceIP: {"requestSourceIP", memberText, nil},
	}
)
