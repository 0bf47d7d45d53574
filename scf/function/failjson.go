package function

import (
	"strconv"

	"github.com/cosevent/cosevent-go/scf/function/internal/jsontext"
)

// json returns r as a body for the modes that speak HTTP, with the names that the platform itself uses in the results of failed
// invocations.
func (r *reply) json(requestID string) []byte {
	b := append([]byte(nil), `{"errorCode":`...)
	b = strconv.AppendInt(b, int64(r.code), 10)
	b = append(b, `,"errorMessage":`...)
	b = jsontext.AppendString(b, r.message)
	b = append(b, `,"errorType":`...)
	b = jsontext.AppendString(b, r.typ)
	b = append(b, `,"requestId":`...)
	b = jsontext.AppendString(b, requestID)
	if len(r.stack) > 0 {
		b = append(b, `,"stackTrace":`...)
		b = jsontext.AppendString(b, r.trace())
	}
	return append(b, '}')
}

// trace returns the stack as text, one frame a line.
func (r *reply) trace() string {
	var b []byte
	for i, f := range r.stack {
		if i > 0 {
			b = append(b, '\n')
		}
		b = append(b, f.label...)
		b = append(b, " ("...)
		b = append(b, f.path...)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(f.line), 10)
		b = append(b, ')')
	}
	return string(b)
}
