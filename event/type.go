package event

import "strings"

// Type is an event name as COS documents it, like "cos:ObjectCreated:Put". See the document "Event Notifications" of COS
// and "COS trigger" of SCF.
type Type string

// The concrete types, in the documents' order.
const (
	// TypeObjectCreatedPut: an object was written by PUT Object.
	TypeObjectCreatedPut Type = "cos:ObjectCreated:Put"
	// TypeObjectCreatedPost: an object was written by POST Object, an HTML form.
	TypeObjectCreatedPost Type = "cos:ObjectCreated:Post"
	// TypeObjectCreatedCopy: an object was written by PUT Object - Copy.
	TypeObjectCreatedCopy Type = "cos:ObjectCreated:Copy"
	// TypeObjectCreatedCompleteMultipartUpload: an upload in parts was completed. Tools upload every larger file this way.
	TypeObjectCreatedCompleteMultipartUpload Type = "cos:ObjectCreated:CompleteMultipartUpload"
	// TypeObjectCreatedAppend: data was appended by Append Object. The newest lists no longer name it.
	TypeObjectCreatedAppend Type = "cos:ObjectCreated:Append"
	// TypeObjectCreatedOrigin: an object was fetched from the bucket's origin.
	TypeObjectCreatedOrigin Type = "cos:ObjectCreated:Origin"
	// TypeObjectCreatedReplication: an object arrived by cross-region replication.
	TypeObjectCreatedReplication Type = "cos:ObjectCreated:Replication"
	// TypeObjectRemoveDelete: an object was deleted in a bucket without versioning, or one version of it in any bucket.
	TypeObjectRemoveDelete Type = "cos:ObjectRemove:Delete"
	// TypeObjectRemoveDeleteMarkerCreated: a delete in a bucket with versioning put a delete marker on top.
	TypeObjectRemoveDeleteMarkerCreated Type = "cos:ObjectRemove:DeleteMarkerCreated"
	// TypeObjectRestorePost: the restoring of an archived object was asked for.
	TypeObjectRestorePost Type = "cos:ObjectRestore:Post"
	// TypeObjectRestoreCompleted: an archived object is readable again.
	TypeObjectRestoreCompleted Type = "cos:ObjectRestore:Completed"
)

// The wildcards. They are rules for triggers, and the platform has also been seen to deliver them as an event's name.
const (
	AnyObjectCreated Type = "cos:ObjectCreated:*"
	AnyObjectRemove  Type = "cos:ObjectRemove:*"
)

// Family is what a type has in common with others: created, removed or restored.
type Family int

// The families. FamilyUnknown is that of every name outside the other three.
const (
	FamilyUnknown Family = iota
	FamilyCreated
	FamilyRemove
	FamilyRestore
)

const (
	prefixCreated = "cos:ObjectCreated:"
	prefixRemove  = "cos:ObjectRemove:"
	prefixRestore = "cos:ObjectRestore:"
)

// String names the family: "created", "remove", "restore" or "unknown".
func (f Family) String() string {
	switch f {
	case FamilyCreated:
		return "created"
	case FamilyRemove:
		return "remove"
	case FamilyRestore:
		return "restore"
	}
	return "unknown"
}

// Family tells the family of t. An action this version does not know belongs to the family that its name states.
func (t Type) Family() Family {
	switch s := string(t); {
	case strings.HasPrefix(s, prefixCreated):
		return FamilyCreated
	case strings.HasPrefix(s, prefixRemove):
		return FamilyRemove
	case strings.HasPrefix(s, prefixRestore):
		return FamilyRestore
	}
	return FamilyUnknown
}

// Matches reports whether an event of type t is one that rule asks for. The rule may be a wildcard: it then asks for the
// family, whatever the action, and for the wildcard delivered as a name. A concrete rule asks for exactly its own type, so
// "cos:ObjectRemove:Delete" does not ask for DeleteMarkerCreated.
func (t Type) Matches(rule Type) bool {
	if t == rule {
		return t != ""
	}
	family, wild := strings.CutSuffix(string(rule), ":*")
	return wild && len(t) > len(family)+1 && string(t[:len(family)]) == family && t[len(family)] == ':'
}

// String is the name itself.
func (t Type) String() string { return string(t) }

// Types returns every concrete type this version knows, in the documents' order. The slice is the caller's.
func Types() []Type {
	out := make([]Type, 0, len(kinds))
	for i := range kinds {
		if kinds[i].concrete {
			out = append(out, kinds[i].typ)
		}
	}
	return out
}

// ParseType reads an event name. It forgives spaces anywhere and a missing "cos:", as consoles and documents write them:
// "cos: ObjectRemove:Delete" and "ObjectCreated:Put" are fine. Concrete types and the two wildcards are known; for any
// other name it returns the name without its spaces and an error for which errors.Is(err, ErrUnknownType) holds.
func ParseType(s string) (Type, error) {
	t := cleanName(s)
	if i := kindOf(t); i >= 0 {
		return kinds[i].typ, nil
	}
	return t, &typeError{name: s}
}

// cleanName takes the spaces out of a name and puts the missing prefix in front of one that lacks it.
func cleanName(s string) Type {
	clean := s
	for _, r := range s {
		if isSpace(r) {
			var b strings.Builder
			for _, r := range s {
				if !isSpace(r) {
					b.WriteRune(r)
				}
			}
			clean = b.String()
			break
		}
	}
	if strings.HasPrefix(clean, "Object") && kindOf(Type("cos:"+clean)) >= 0 {
		clean = "cos:" + clean
	}
	return Type(clean)
}

func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\u3000', '\u00a0':
		return true
	}
	return false
}
