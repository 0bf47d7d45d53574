package event

// kind is one entry of the registry: the single list from which Types, ParseType, Decode, the sample events of eventtest
// and the seeds of the fuzz tests come.
type kind struct {
	typ      Type
	concrete bool // false for the delivered wildcards
	// make returns a new event of this kind and its Record, in one allocation. The event's Base points at the Record.
	make func() (Event, *Base, *Record)
	zero Event            // for finding out which kinds a handler's type takes
	is   func(Event) bool // is it of this kind's Go type?
}

var kinds = [...]kind{
	kindFor[ObjectCreatedPut](TypeObjectCreatedPut, true),
	kindFor[ObjectCreatedPost](TypeObjectCreatedPost, true),
	kindFor[ObjectCreatedCopy](TypeObjectCreatedCopy, true),
	kindFor[ObjectCreatedCompleteMultipartUpload](TypeObjectCreatedCompleteMultipartUpload, true),
	kindFor[ObjectCreatedAppend](TypeObjectCreatedAppend, true),
	kindFor[ObjectCreatedOrigin](TypeObjectCreatedOrigin, true),
	kindFor[ObjectCreatedReplication](TypeObjectCreatedReplication, true),
	kindFor[ObjectRemoveDelete](TypeObjectRemoveDelete, true),
	kindFor[ObjectRemoveDeleteMarkerCreated](TypeObjectRemoveDeleteMarkerCreated, true),
	kindFor[ObjectRestorePost](TypeObjectRestorePost, true),
	kindFor[ObjectRestoreCompleted](TypeObjectRestoreCompleted, true),
	kindFor[ObjectCreated](AnyObjectCreated, false),
	kindFor[ObjectRemove](AnyObjectRemove, false),
}

// unknown is the kind of every name that is not in kinds.
var unknown = kindFor[Unknown]("", false)

// box holds an event and its record together, so that both cost one allocation.
type box[E any] struct {
	event  E
	record Record
}

// eventOf is the pointer type of an event struct, with access to its Base.
type eventOf[E any] interface {
	*E
	Event
}

func kindFor[E any, P eventOf[E]](t Type, concrete bool) kind {
	return kind{
		typ:      t,
		concrete: concrete,
		make: func() (Event, *Base, *Record) {
			b := new(box[E])
			e := P(&b.event)
			base := e.Common()
			base.Record = &b.record
			return e, base, &b.record
		},
		zero: P(new(E)),
		is:   func(e Event) bool { _, ok := e.(P); return ok },
	}
}

// kindOf returns the index in kinds of a name without spaces, or -1.
func kindOf(t Type) int {
	for i := range kinds {
		if kinds[i].typ == t {
			return i
		}
	}
	return -1
}

// lookup is kindOf with the unknown kind for what is not listed.
func lookup(t Type) *kind {
	if i := kindOf(t); i >= 0 {
		return &kinds[i]
	}
	return &unknown
}
