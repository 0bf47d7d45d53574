package event

// kind is one entry of the registry: the single list from which Types, ParseType, Decode, the sample events of eventtest
// and the seeds of the fuzz tests come.
type kind struct {
	typ      Type
	concrete bool // false for the delivered wildcards
}

var kinds = [...]kind{
	{TypeObjectCreatedPut, true},
	{TypeObjectCreatedPost, true},
	{TypeObjectCreatedCopy, true},
	{TypeObjectCreatedCompleteMultipartUpload, true},
	{TypeObjectCreatedAppend, true},
	{TypeObjectCreatedOrigin, true},
	{TypeObjectCreatedReplication, true},
	{TypeObjectRemoveDelete, true},
	{TypeObjectRemoveDeleteMarkerCreated, true},
	{TypeObjectRestorePost, true},
	{TypeObjectRestoreCompleted, true},
	{AnyObjectCreated, false},
	{AnyObjectRemove, false},
}

// box holds an event and its record together, so that both cost one allocation.
type box[E any] struct {
	event  E
	record Record
}

// makeEvent makes an event of the kind at a place in kinds, of Unknown at -1, and its Record, in one allocation. The event's Base
// points at the Record. A test holds this list, goType's and kinds together.
func makeEvent(kind int) (Event, *Base, *Record) {
	switch kind {
	case 0:
		b := new(box[ObjectCreatedPut])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 1:
		b := new(box[ObjectCreatedPost])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 2:
		b := new(box[ObjectCreatedCopy])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 3:
		b := new(box[ObjectCreatedCompleteMultipartUpload])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 4:
		b := new(box[ObjectCreatedAppend])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 5:
		b := new(box[ObjectCreatedOrigin])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 6:
		b := new(box[ObjectCreatedReplication])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 7:
		b := new(box[ObjectRemoveDelete])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 8:
		b := new(box[ObjectRemoveDeleteMarkerCreated])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 9:
		b := new(box[ObjectRestorePost])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 10:
		b := new(box[ObjectRestoreCompleted])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 11:
		b := new(box[ObjectCreated])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	case 12:
		b := new(box[ObjectRemove])
		return &b.event, &b.event.Base, b.link(&b.event.Base)
	}
	b := new(box[Unknown])
	return &b.event, &b.event.Base, b.link(&b.event.Base)
}

func (b *box[E]) link(base *Base) *Record {
	base.Record = &b.record
	return &b.record
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
