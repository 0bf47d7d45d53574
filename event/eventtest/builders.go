package eventtest

import "github.com/cosevent/cosevent-go/event"

// builders has every builder; a test holds it against event.Types.
var builders = []struct {
	typ   event.Type
	build func(...Option) event.Event
}{
	{event.TypeObjectCreatedPut, any1(Put)},
	{event.TypeObjectCreatedPost, any1(Post)},
	{event.TypeObjectCreatedCopy, any1(Copy)},
	{event.TypeObjectCreatedCompleteMultipartUpload, any1(CompleteMultipartUpload)},
	{event.TypeObjectCreatedAppend, any1(Append)},
	{event.TypeObjectCreatedOrigin, any1(Origin)},
	{event.TypeObjectCreatedReplication, any1(Replication)},
	{event.TypeObjectRemoveDelete, any1(Delete)},
	{event.TypeObjectRemoveDeleteMarkerCreated, any1(DeleteMarkerCreated)},
	{event.TypeObjectRestorePost, any1(RestorePost)},
	{event.TypeObjectRestoreCompleted, any1(RestoreCompleted)},
	{event.AnyObjectCreated, any1(Created)},
	{event.AnyObjectRemove, any1(Removed)},
}

func any1[E event.Event](f func(...Option) E) func(...Option) event.Event {
	return func(opts ...Option) event.Event { return f(opts...) }
}

func build[E event.Event](t event.Type, opts []Option) E {
	e, ok := New(t, opts...).(E)
	if !ok {
		panic("eventtest: an Edit made another type of event of a " + string(t) + "; use New for this")
	}
	return e
}

// New makes an event of any type: a concrete one, a wildcard as the platform has been seen to deliver it, or a name that the
// SDK does not know, which gives an *event.Unknown.
func New(t event.Type, opts ...Option) event.Event { return event.FromRecord(Record(t, opts...)) }

// Put makes an event of PUT Object.
func Put(opts ...Option) *event.ObjectCreatedPut {
	return build[*event.ObjectCreatedPut](event.TypeObjectCreatedPut, opts)
}

// Post makes an event of POST Object, an HTML form.
func Post(opts ...Option) *event.ObjectCreatedPost {
	return build[*event.ObjectCreatedPost](event.TypeObjectCreatedPost, opts)
}

// Copy makes an event of PUT Object - Copy.
func Copy(opts ...Option) *event.ObjectCreatedCopy {
	return build[*event.ObjectCreatedCopy](event.TypeObjectCreatedCopy, opts)
}

// CompleteMultipartUpload makes an event of an upload in parts that was completed.
func CompleteMultipartUpload(opts ...Option) *event.ObjectCreatedCompleteMultipartUpload {
	return build[*event.ObjectCreatedCompleteMultipartUpload](event.TypeObjectCreatedCompleteMultipartUpload, opts)
}

// Append makes an event of Append Object.
func Append(opts ...Option) *event.ObjectCreatedAppend {
	return build[*event.ObjectCreatedAppend](event.TypeObjectCreatedAppend, opts)
}

// Origin makes an event of an object fetched from the bucket's origin.
func Origin(opts ...Option) *event.ObjectCreatedOrigin {
	return build[*event.ObjectCreatedOrigin](event.TypeObjectCreatedOrigin, opts)
}

// Replication makes an event of an object that came by cross-region replication.
func Replication(opts ...Option) *event.ObjectCreatedReplication {
	return build[*event.ObjectCreatedReplication](event.TypeObjectCreatedReplication, opts)
}

// Delete makes an event of an object deleted.
func Delete(opts ...Option) *event.ObjectRemoveDelete {
	return build[*event.ObjectRemoveDelete](event.TypeObjectRemoveDelete, opts)
}

// DeleteMarkerCreated makes an event of an object deleted in a bucket with versioning.
func DeleteMarkerCreated(opts ...Option) *event.ObjectRemoveDeleteMarkerCreated {
	return build[*event.ObjectRemoveDeleteMarkerCreated](event.TypeObjectRemoveDeleteMarkerCreated, opts)
}

// RestorePost makes an event of the restoring of an archived object being asked for.
func RestorePost(opts ...Option) *event.ObjectRestorePost {
	return build[*event.ObjectRestorePost](event.TypeObjectRestorePost, opts)
}

// RestoreCompleted makes an event of an archived object being readable again.
func RestoreCompleted(opts ...Option) *event.ObjectRestoreCompleted {
	return build[*event.ObjectRestoreCompleted](event.TypeObjectRestoreCompleted, opts)
}

// Created makes an event whose name is the wildcard "cos:ObjectCreated:*".
func Created(opts ...Option) *event.ObjectCreated {
	return build[*event.ObjectCreated](event.AnyObjectCreated, opts)
}

// Removed makes an event whose name is the wildcard "cos:ObjectRemove:*".
func Removed(opts ...Option) *event.ObjectRemove {
	return build[*event.ObjectRemove](event.AnyObjectRemove, opts)
}

// Unknown makes an event of a name that the SDK does not know, like "cos:InventoryReportCreated:Put".
func Unknown(name event.Type, opts ...Option) *event.Unknown {
	return build[*event.Unknown](name, opts)
}

// Payload is what a function receives for these events: {"Records":[…]}. Events that were decoded are written as they came.
func Payload(events ...event.Event) []byte {
	n := event.Notification{Records: make([]event.Record, 0, len(events))}
	for _, e := range events {
		if e == nil || e.Common() == nil || e.Common().Record == nil {
			panic("eventtest: Payload: an event without a Record")
		}
		n.Records = append(n.Records, *e.Common().Record)
	}
	b, err := event.Encode(n)
	if err != nil {
		panic("eventtest: Payload: " + err.Error())
	}
	return b
}

// Sample is the payload of one event: Payload(New(t, opts...)).
func Sample(t event.Type, opts ...Option) []byte { return Payload(New(t, opts...)) }
