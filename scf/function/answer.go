package function

import "github.com/cosevent/cosevent-go/scf/function/internal/jsontext"

// answer returns what a handler returned as a JSON text, see [Handler].
func answer(out []byte) []byte {
	switch {
	case len(out) == 0:
		return []byte("null")
	case jsontext.Valid(out):
		return out
	}
	return jsontext.AppendString(make([]byte, 0, len(out)+2), string(out))
}
