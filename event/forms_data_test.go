package event

// Messages of the neighbouring forms, made up after their documented shapes.
const (
	innerRecord = `{"cos":{"cosBucket":{"appid":"1250000000","name":"photos","region":"gz"},"cosObject":{"key":"/1250000000/photos/a b.png","meta":{"x-cos-request-id":"cg=="},` +
		`"size":7,"url":"http://photos-1250000000.cos.ap-guangzhou.myqcloud.com/a%20b.png","vid":""}},"event":{"eventName":"cos:ObjectCreated:Post","eventTime":1670937266}}`

	deadLetter = `{"RequestId":"5a2b0a54-0000-4000-8000-000000000000","ErrorCode":-1,"ErrorMessage":"the handler failed","Body":{"AppId":1250000000,"Uin":"100000000001",` +
		`"SubAccountUin":"100000000001","RequestSource":"TRIGGER_COS","FunctionName":"thumb","Namespace":"default","Qualifier":"$DEFAULT","InvocationType":"Event",` +
		`"ClientContext":"{\"Records\":[{\"cos\":{\"cosBucket\":{\"appid\":\"1250000000\",\"name\":\"photos\",\"region\":\"gz\"},\"cosObject\":{\"key\":\"/1250000000/photos/x\",\"size\":1}},\"event\":{\"eventName\":\"cos:ObjectCreated:Put\"}}]}",` +
		`"LogType":"None","TimeStampForInvoker":1670937266000,"RequestId":"5a2b0a54-0000-4000-8000-000000000000","PushTime":1670937266,"RetryNum":2,"Ttl":21600}}`

	eventBridge = `{"specversion":"1.0","id":"4d6a0000-1","type":"cos:created:object","source":"cos.cloud.tencent","subject":"qcs::cos:ap-guangzhou:uid/1250000000:photos",` +
		`"time":"1670937266123","region":"ap-guangzhou","datacontenttype":"application/json","data":` + innerRecord + `}`

	eventBridgeBatch = `{"EventList":[` + eventBridge + `,{"specversion":"1.0","id":"4d6a0000-2","type":"cos:deleted:object","source":"cos.cloud.tencent",` +
		`"subject":"qcs::cos:ap-guangzhou:uid1250000000:photos-1250000000","time":"1670937267000","data":{"cos":{"cosObject":{"key":"/gone.png"}}}}]}`

	workflow = `{"ObjectInfo":{"BucketId":"photos-1250000000","Region":"ap-guangzhou","Object":"in/film 1.mp4"},"Upstream":{"Name":"start"}}`
)

// hardKeys are object keys that simple handling breaks.
var hardKeys = []string{
	"a.txt", "100%.txt", "a+b c", "//x", "x/", "/", "a//b/", "中文/图 片.png", "a?b#c", "%2F", "%252F", "%", "%zz", "a%20b", "a%2520b", "+", "a b", " ", " a ",
	"1250000000/photos/x", "x/1250000000/photos/y", "1250000000/photos/1250000000/photos/x", "photos/x", "photos/", "1250000000/x",
	"!!!!!!!", "a\"b\\c", "emoji-😀.png", "a\nb", "\x01", "~-._", "a&b=c;d", "é", "é", ".", "..", "a/../b", "http://x/y", "a:b@c", "*?<>|",
}
