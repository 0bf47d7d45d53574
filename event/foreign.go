package event

import "strings"

// foreignRecord says what a record is that has neither "cos" nor "event".
func foreignRecord(text string) string {
	source, name, service := "", "", ""
	eachMember(text, func(member string, start, end int) {
		switch {
		case foldEqual(member, "cos"), foldEqual(member, "event"):
			name = member
		case member == "eventSource":
			source = text[start:end]
		case foldEqual(member, "s3"):
			service = "S3"
		case foldEqual(member, "CMQ"):
			service = "CMQ"
		case foldEqual(member, "Ckafka"):
			service = "CKafka"
		}
	})
	switch {
	case strings.Contains(source, "aws:s3"):
		service = "S3"
	case name != "":
		return "has " + quote(name) + " where " + quote(strings.ToLower(name)) + " belongs: names are told apart by case"
	case service == "":
		return `is not a COS record: it has neither "cos" nor "event"`
	}
	return "is a record of " + service + ", not of COS"
}

// missingKey returns the error for a record whose event names no object, nil if it names one.
func missingKey(e Event) *RecordError {
	if e.Common().Object.Key != "" {
		return nil
	}
	return &RecordError{Path: "cos.cosObject.key", Problem: "is missing or empty: the record names no object", Err: ErrNotNotification}
}
