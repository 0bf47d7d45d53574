package event

// Type is an event name, like "cos:ObjectCreated:Put".
type Type string

// Seam stub, replaced by the package's author.
const (
	TypeObjectCreatedPut                     Type = "cos:ObjectCreated:Put"
	TypeObjectCreatedPost                    Type = "cos:ObjectCreated:Post"
	TypeObjectCreatedCopy                    Type = "cos:ObjectCreated:Copy"
	TypeObjectCreatedCompleteMultipartUpload Type = "cos:ObjectCreated:CompleteMultipartUpload"
	TypeObjectCreatedAppend                  Type = "cos:ObjectCreated:Append"
	TypeObjectCreatedOrigin                  Type = "cos:ObjectCreated:Origin"
	TypeObjectCreatedReplication             Type = "cos:ObjectCreated:Replication"
	TypeObjectRemoveDelete                   Type = "cos:ObjectRemove:Delete"
	TypeObjectRemoveDeleteMarkerCreated      Type = "cos:ObjectRemove:DeleteMarkerCreated"
	TypeObjectRestorePost                    Type = "cos:ObjectRestore:Post"
	TypeObjectRestoreCompleted               Type = "cos:ObjectRestore:Completed"

	AnyObjectCreated Type = "cos:ObjectCreated:*"
	AnyObjectRemove  Type = "cos:ObjectRemove:*"
)

func Types() []Type                    { panic("seam") }
func ParseType(s string) (Type, error) { panic("seam") }
func (t Type) Matches(rule Type) bool  { panic("seam") }

type Family int

const (
	FamilyUnknown Family = iota
	FamilyCreated
	FamilyRemove
	FamilyRestore
)

func (t Type) Family() Family { panic("seam") }
