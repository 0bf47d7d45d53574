package event

// kind is one entry of the registry: the single list from which Types, ParseType, Decode, the sample events of eventtest
// and the seeds of the fuzz tests come.
type kind struct {
	typ      Type
	concrete bool // false for the delivered wildcards
}

// The places of the kinds in the registry.
const (
	kindPut = iota
	kindPost
	kindCopy
	kindCompleteMultipartUpload
	kindAppend
	kindOrigin
	kindReplication
	kindDelete
	kindDeleteMarkerCreated
	kindRestorePost
	kindRestoreCompleted
	kindCreated
	kindRemoved
	kindUnknown = -1
)

var kinds = [...]kind{
	kindPut:                     {TypeObjectCreatedPut, true},
	kindPost:                    {TypeObjectCreatedPost, true},
	kindCopy:                    {TypeObjectCreatedCopy, true},
	kindCompleteMultipartUpload: {TypeObjectCreatedCompleteMultipartUpload, true},
	kindAppend:                  {TypeObjectCreatedAppend, true},
	kindOrigin:                  {TypeObjectCreatedOrigin, true},
	kindReplication:             {TypeObjectCreatedReplication, true},
	kindDelete:                  {TypeObjectRemoveDelete, true},
	kindDeleteMarkerCreated:     {TypeObjectRemoveDeleteMarkerCreated, true},
	kindRestorePost:             {TypeObjectRestorePost, true},
	kindRestoreCompleted:        {TypeObjectRestoreCompleted, true},
	kindCreated:                 {AnyObjectCreated, false},
	kindRemoved:                 {AnyObjectRemove, false},
}

// box holds an event and its record side by side, so that many of them come with one allocation. All events have the same
// fields: one of any type is an Unknown under another name.
type box struct {
	event  Unknown
	record Record
	hidden hidden
}

// hidden holds the strings of a record that must not be printed; the record points at them.
type hidden struct{ text, headers string }

// typed links event and record, and returns the event as one of the kind at a place in kinds, as *Unknown at -1. A test holds
// this list, goType's and kinds together.
func (b *box) typed(kind int) Event {
	e := &b.event
	e.Record = &b.record
	switch kind {
	case kindPut:
		return (*ObjectCreatedPut)(e)
	case kindPost:
		return (*ObjectCreatedPost)(e)
	case kindCopy:
		return (*ObjectCreatedCopy)(e)
	case kindCompleteMultipartUpload:
		return (*ObjectCreatedCompleteMultipartUpload)(e)
	case kindAppend:
		return (*ObjectCreatedAppend)(e)
	case kindOrigin:
		return (*ObjectCreatedOrigin)(e)
	case kindReplication:
		return (*ObjectCreatedReplication)(e)
	case kindDelete:
		return (*ObjectRemoveDelete)(e)
	case kindDeleteMarkerCreated:
		return (*ObjectRemoveDeleteMarkerCreated)(e)
	case kindRestorePost:
		return (*ObjectRestorePost)(e)
	case kindRestoreCompleted:
		return (*ObjectRestoreCompleted)(e)
	case kindCreated:
		return (*ObjectCreated)(e)
	case kindRemoved:
		return (*ObjectRemove)(e)
	}
	return e
}

// kindOf returns the index in kinds of a name without spaces, or kindUnknown.
func kindOf(t Type) int {
	for i := range kinds {
		if kinds[i].typ == t {
			return i
		}
	}
	return kindUnknown
}
