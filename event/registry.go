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

// box holds an event and its record side by side, so that many of them come with one allocation. All events have the same
// fields: one of any type is an Unknown under another name.
type box struct {
	event  Unknown
	record Record
}

// makeEvent makes an event of the kind at a place in kinds, of Unknown at -1, and its Record, in one allocation. The event's Base
// points at the Record.
func makeEvent(kind int) (Event, *Base, *Record) {
	b := new(box)
	return b.as(kind), &b.event.Base, &b.record
}

// as links event and record, and returns the event as one of a kind. A test holds this list, goType's and kinds together.
func (b *box) as(kind int) Event {
	e := &b.event
	e.Record = &b.record
	switch kind {
	case 0:
		return (*ObjectCreatedPut)(e)
	case 1:
		return (*ObjectCreatedPost)(e)
	case 2:
		return (*ObjectCreatedCopy)(e)
	case 3:
		return (*ObjectCreatedCompleteMultipartUpload)(e)
	case 4:
		return (*ObjectCreatedAppend)(e)
	case 5:
		return (*ObjectCreatedOrigin)(e)
	case 6:
		return (*ObjectCreatedReplication)(e)
	case 7:
		return (*ObjectRemoveDelete)(e)
	case 8:
		return (*ObjectRemoveDeleteMarkerCreated)(e)
	case 9:
		return (*ObjectRestorePost)(e)
	case 10:
		return (*ObjectRestoreCompleted)(e)
	case 11:
		return (*ObjectCreated)(e)
	case 12:
		return (*ObjectRemove)(e)
	}
	return e
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
