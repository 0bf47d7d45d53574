package event

import (
	"strings"
	"time"
)

// Event is one thing that happened to one object. Its dynamic type is a pointer to one of the structs of this package, like
// *ObjectCreatedPut; switch on it to tell the kinds apart. Events are plain values: reading one from several goroutines is
// safe, changing one while others read it is not.
type Event interface {
	// EventType is the name, without stray spaces.
	EventType() Type
	// Common is what every event has. It is never nil for an event that Decode returned.
	Common() *Base
}

// One struct per type, each with what events have in common.
type (
	// ObjectCreatedPut: PUT Object wrote the object.
	ObjectCreatedPut struct{ Base }
	// ObjectCreatedPost: POST Object, an HTML form, wrote it.
	ObjectCreatedPost struct{ Base }
	// ObjectCreatedCopy: PUT Object - Copy wrote it.
	ObjectCreatedCopy struct{ Base }
	// ObjectCreatedCompleteMultipartUpload: an upload in parts was completed.
	ObjectCreatedCompleteMultipartUpload struct{ Base }
	// ObjectCreatedAppend: Append Object added to it.
	ObjectCreatedAppend struct{ Base }
	// ObjectCreatedOrigin: it was fetched from the bucket's origin.
	ObjectCreatedOrigin struct{ Base }
	// ObjectCreatedReplication: it arrived from a bucket of another region.
	ObjectCreatedReplication struct{ Base }
	// ObjectRemoveDelete: the object, or one version of it, is gone.
	ObjectRemoveDelete struct{ Base }
	// ObjectRemoveDeleteMarkerCreated: a delete marker hides the object; its versions are still there.
	ObjectRemoveDeleteMarkerCreated struct{ Base }
	// ObjectRestorePost: restoring an archived object was asked for.
	ObjectRestorePost struct{ Base }
	// ObjectRestoreCompleted: the archived object can be read.
	ObjectRestoreCompleted struct{ Base }
	// ObjectCreated: the platform delivered "cos:ObjectCreated:*" as the name. Created, by an operation it does not tell.
	ObjectCreated struct{ Base }
	// ObjectRemove: the platform delivered "cos:ObjectRemove:*" as the name. Removed, it does not tell how.
	ObjectRemove struct{ Base }
	// Unknown: a name this version does not know. Base.Type holds it, Base.Record all that came.
	Unknown struct{ Base }
)

// Base is what every event has. Every field is optional on the wire; what did not come is the zero value.
type Base struct {
	Type      Type
	Time      time.Time // of the COS request, in UTC, whole seconds on today's wire; zero if absent
	Bucket    Bucket
	Object    Object
	RequestID string // x-cos-request-id of the COS request
	SourceIP  string // of who sent the COS request
	Function  Target // the function that the event was queued for, from eventQueue

	// Record is the record as it came over the wire, nothing lost. It holds the Authorization of the COS request, a secret.
	Record *Record
}

// Object is the object that an event speaks of, as it was when the event happened. Events are asynchronous: by now it may
// have been changed or deleted.
type Object struct {
	Key          string // exactly as the COS API takes it: no leading /appid/bucket/, not percent-encoded
	ETag         string // with its quotes; events carry it since 2022
	ContentType  string
	StorageClass string // as the event has it, like "Standard"
	VersionID    string // "" unless the bucket has versioning
	URL          string // as the event has it; its host may be a legacy one
	Size         int64  // in bytes
	// Metadata holds the x-cos-meta- headers by what follows that prefix. It is nil if there are none.
	Metadata map[string]string
}

// IsFolder reports whether the object is one of those that stand for a folder: the console and other tools write an empty
// object whose key ends in "/". See [SkipFolders].
func (o *Object) IsFolder() bool { return strings.HasSuffix(o.Key, "/") && o.Size == 0 }

// EventType returns b.Type.
func (b *Base) EventType() Type { return b.Type }

// Common returns b.
func (b *Base) Common() *Base { return b }

// ID returns an identity for deduplication: what SCF delivers again, the same event in the same or another attempt, has the same
// ID. The wire has no event id, so it is put together from the event's name, the bucket, the id of the COS request, the version
// and the key: one request that deletes many objects, or many versions of one, makes as many IDs. Without a request id its place
// is taken by time, size, ETag and reqid, so that two equal changes of one object within a second share an ID. The function is
// not part of it: two functions that are told of one change get the same ID.
func (b *Base) ID() string {
	req := b.RequestID
	if req == "" {
		req = "t" + itoa(b.unix()) + "." + itoa(b.Object.Size) + "." + b.Object.ETag
		if b.Record != nil && b.Record.Event.ReqID != 0 {
			req += "." + itoa(b.Record.Event.ReqID)
		}
	}
	parts := [...]string{string(b.Type), b.Bucket.ID(), req, b.Object.VersionID}
	n := len(b.Object.Key)
	for _, p := range parts {
		n += len(p) + 1
	}
	var sb strings.Builder
	sb.Grow(n)
	for _, p := range parts {
		if strings.ContainsAny(p, "%|") { // keep the parts apart whatever they hold
			p = strings.ReplaceAll(strings.ReplaceAll(p, "%", "%25"), "|", "%7C")
		}
		sb.WriteString(p)
		sb.WriteByte('|')
	}
	sb.WriteString(b.Object.Key)
	return sb.String()
}

// IsConsoleTest reports whether the event is one of the console's test templates, which name a bucket of the vendor's own.
// These have the same ID whenever they are sent.
func (b *Base) IsConsoleTest() bool {
	return b.Bucket.Name == "testpic" && b.Bucket.AppID == "1253970026"
}

func (b *Base) unix() int64 {
	if b.Time.IsZero() {
		return 0
	}
	return b.Time.Unix()
}

// String says what happened to which object, on one line. It has no secrets: neither the Authorization of the COS request
// nor metadata.
func (b *Base) String() string {
	t := string(b.Type)
	if t == "" {
		t = "(no name)"
	}
	s := t + " " + b.Bucket.String() + "/" + quoteIfNeeded(b.Object.Key)
	if b.Object.VersionID != "" {
		s += " version " + quoteIfNeeded(b.Object.VersionID)
	}
	if !b.Time.IsZero() {
		s += " at " + timeText(b.Time)
	}
	if b.RequestID != "" {
		s += " request " + quoteIfNeeded(b.RequestID)
	}
	return s
}
