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
	kindText memberKind = iota
	kindName            // text that is an event name
	kindInt
	kindHeaders // an object of texts with names of any kind
	kindObject
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
		mCOS:   {"cos", kindObject, cosShape},
		mEvent: {"event", kindObject, eventShape},
	}
	cosShape = []member{
		mBucket:         {"cosBucket", kindObject, bucketShape},
		mNotificationID: {"cosNotificationId", kindText, nil},
		mObject:         {"cosObject", kindObject, objectShape},
		mSchemaVersion:  {"cosSchemaVersion", kindText, nil},
	}
	bucketShape = []member{
		mAppID:     {"appid", kindText, nil},
		mCosRegion: {"cosRegion", kindText, nil},
		mName:      {"name", kindText, nil},
		mRegion:    {"region", kindText, nil},
		mS3Region:  {"s3Region", kindText, nil},
	}
	objectShape = []member{
		mKey:       {"key", kindText, nil},
		mMeta:      {"meta", kindHeaders, nil},
		mSize:      {"size", kindInt, nil},
		mURL:       {"url", kindText, nil},
		mVersionID: {"vid", kindText, nil},
	}
	eventShape = []member{
		mEventName:  {"eventName", kindName, nil},
		mQueue:      {"eventQueue", kindText, nil},
		mSource:     {"eventSource", kindText, nil},
		mTime:       {"eventTime", kindInt, nil},
		mVersion:    {"eventVersion", kindText, nil},
		mReqID:      {"reqid", kindInt, nil},
		mParameters: {"requestParameters", kindObject, parametersShape},
		mReserved:   {"reservedInfo", kindText, nil},
	}
	parametersShape = []member{
		mHeaders:  {"requestHeaders", kindHeaders, nil},
		mSourceIP: {"requestSourceIP", kindText, nil},
	}
)
