package costest

import "net/http"

// State says how much of an operation the fake does.
type State int

const (
	// NotImplemented operations answer 501 with their name.
	NotImplemented State = iota
	// Partly implemented operations say in their note what is missing.
	Partly
	// Complete operations do what the service's documents say, as far as clients can see.
	Complete
)

// String returns "not", "partly" or "complete".
func (s State) String() string {
	switch s {
	case NotImplemented:
		return "not"
	case Partly:
		return "partly"
	case Complete:
		return "complete"
	}
	return "unknown"
}

// Operation is a row of the table in the package document.
type Operation struct {
	// Name is the operation's name in the API reference, the one for [Faults].
	Name    string
	Request string // "PUT /key?acl"
	State   State
	Note    string
}

// Operations returns every operation the server knows, in the order of the table in the package document.
func Operations() []Operation {
	var out []Operation
	for i := range routes {
		r := &routes[i]
		path := "/"
		switch r.Level {
		case levelObject:
			path = "/key"
		case levelControl:
			path = r.Path
		}
		if r.Sub != "" {
			path += "?" + r.Sub
		}
		if r.Header != "" {
			path += " with " + lower(r.Header)
		}
		out = append(out, Operation{Name: r.Name, Request: r.Method + " " + path + r.Level.where(), State: r.state(), Note: r.Note})
	}
	return out
}

type level int

const (
	levelService level = iota
	levelBucket
	levelObject
	levelControl // jobs on <uin>.cos-control.<region>.myqcloud.com

	levels = int(levelControl) + 1
)

// where is what the table says after the path.
func (l level) where() string {
	if l == levelControl {
		return " at cos-control"
	}
	return ""
}

type access int

const (
	accessOwner access = iota // signed requests only
	accessRead                // anyone whom the ACL lets read
	accessWrite               // anyone whom the ACL lets write
	accessOpen                // everyone
	accessForm                // the signature is in the form
)

// route is an operation: what asks for it and what serves it.
type route struct {
	Name   string
	Level  level
	Method string
	Sub    string // the parameter that tells it from others, "" for the plain request
	Header string // the header that does, canonical
	Path   string // of operations on a control host
	Access access
	Note   string // what is missing
	serve  func(*call) error

	noBucket bool // the bucket need not exist
	creates  bool // an object of the key: keys that are forbidden are refused
}

func (r *route) state() State {
	if r.serve == nil {
		return NotImplemented
	}
	if r.Note != "" {
		return Partly
	}
	return Complete
}

// routes is set by init because the handlers, through the calls, refer to it.
var routes []route

func init() {
	routes = table()
	indexRoutes()
}

// table lists the operations. Of two that a request could mean, the one further up serves it.
func table() []route {
	const (
		get, head, put, post, del = http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost, http.MethodDelete
	)
	t := []route{
		{Name: "GetService", Level: levelService, Method: get, serve: (*call).getService},

		{Name: "PutBucket", Level: levelBucket, Method: put, noBucket: true, serve: (*call).putBucket},
		{Name: "HeadBucket", Level: levelBucket, Method: head, Access: accessRead, serve: (*call).headBucket},
		{Name: "DeleteBucket", Level: levelBucket, Method: del, serve: (*call).delBucket},
		{Name: "ListObjects", Level: levelBucket, Method: get, Access: accessRead, serve: (*call).listObjects},
		{Name: "GetBucketObjectVersions", Level: levelBucket, Method: get, Sub: "versions", Access: accessRead, serve: (*call).listVersions},
		{Name: "ListMultipartUploads", Level: levelBucket, Method: get, Sub: "uploads", Access: accessRead, serve: (*call).listUploads},
		{Name: "DeleteMultipleObjects", Level: levelBucket, Method: post, Sub: "delete", Access: accessWrite, serve: (*call).deleteMany},
		{Name: "PostObject", Level: levelBucket, Method: post, Access: accessForm, serve: (*call).postObject},
		{Name: "OptionsBucket", Level: levelBucket, Method: http.MethodOptions, Access: accessOpen, serve: (*call).options},
		{Name: "GetBucketLocation", Level: levelBucket, Method: get, Sub: "location", serve: (*call).getLocation},
		{Name: "PutBucketACL", Level: levelBucket, Method: put, Sub: "acl", serve: (*call).putBucketACL},
		{Name: "GetBucketACL", Level: levelBucket, Method: get, Sub: "acl", serve: (*call).getBucketACL},
		{Name: "PutBucketVersioning", Level: levelBucket, Method: put, Sub: "versioning", serve: (*call).putVersioning},
		{Name: "GetBucketVersioning", Level: levelBucket, Method: get, Sub: "versioning", serve: (*call).getVersioning},
	}
	for i := range documents {
		d := &documents[i]
		t = append(t,
			route{Name: "Put" + d.name, Level: levelBucket, Method: put, Sub: d.sub, Note: d.note, serve: d.put},
			route{Name: "Get" + d.name, Level: levelBucket, Method: get, Sub: d.sub, serve: d.get},
		)
		if !d.keep {
			t = append(t, route{Name: "Delete" + d.name, Level: levelBucket, Method: del, Sub: d.sub, serve: d.del})
		}
	}
	t = append(t,
		route{Name: "InitiateMultipartUpload", Level: levelObject, Method: post, Sub: "uploads", Access: accessWrite, creates: true, serve: (*call).initiate},
		route{Name: "UploadPartCopy", Level: levelObject, Method: put, Sub: "partNumber", Header: "X-Cos-Copy-Source", creates: true, serve: (*call).copyPart},
		route{Name: "UploadPart", Level: levelObject, Method: put, Sub: "partNumber", Access: accessWrite, creates: true, serve: (*call).uploadPart},
		route{Name: "CompleteMultipartUpload", Level: levelObject, Method: post, Sub: "uploadId", Access: accessWrite, serve: (*call).complete},
		route{Name: "AbortMultipartUpload", Level: levelObject, Method: del, Sub: "uploadId", Access: accessWrite, serve: (*call).abort},
		route{Name: "ListParts", Level: levelObject, Method: get, Sub: "uploadId", Access: accessRead, serve: (*call).listParts},
		route{Name: "AppendObject", Level: levelObject, Method: post, Sub: "append", Access: accessWrite, creates: true, serve: (*call).appendObject},
		route{Name: "PostObjectRestore", Level: levelObject, Method: post, Sub: "restore", serve: (*call).restore},
		route{Name: "PutObjectACL", Level: levelObject, Method: put, Sub: "acl", serve: (*call).putObjectACL},
		route{Name: "GetObjectACL", Level: levelObject, Method: get, Sub: "acl", serve: (*call).getObjectACL},
		route{Name: "PutObjectTagging", Level: levelObject, Method: put, Sub: "tagging", serve: (*call).putTagging},
		route{Name: "GetObjectTagging", Level: levelObject, Method: get, Sub: "tagging", serve: (*call).getTagging},
		route{Name: "DeleteObjectTagging", Level: levelObject, Method: del, Sub: "tagging", serve: (*call).deleteTagging},
		route{Name: "DetectLabel", Level: levelObject, Method: get, Sub: "ci-process", Access: accessRead,
			Note: "of data processing only ci-process=detect-label: the labels a test set", serve: (*call).process},
		route{Name: "SelectObjectContent", Level: levelObject, Method: post, Sub: "select"},
		route{Name: "PutSymlink", Level: levelObject, Method: put, Sub: "symlink"},
		route{Name: "GetSymlink", Level: levelObject, Method: get, Sub: "symlink"},
		route{Name: "PutObjectRetention", Level: levelObject, Method: put, Sub: "retention"},
		route{Name: "GetObjectRetention", Level: levelObject, Method: get, Sub: "retention"},
		route{Name: "PutObjectCopy", Level: levelObject, Method: put, Header: "X-Cos-Copy-Source", creates: true, serve: (*call).copyObject},
		route{Name: "PutObject", Level: levelObject, Method: put, Access: accessWrite, creates: true, serve: (*call).putObject},
		route{Name: "GetObject", Level: levelObject, Method: get, Access: accessRead, serve: (*call).getObject},
		route{Name: "HeadObject", Level: levelObject, Method: head, Access: accessRead, serve: (*call).headObject},
		route{Name: "DeleteObject", Level: levelObject, Method: del, Access: accessWrite, serve: (*call).deleteObject},
		route{Name: "OptionsObject", Level: levelObject, Method: http.MethodOptions, Access: accessOpen, serve: (*call).options},
	)
	return append(t, unserved()...)
}
