package apiv3

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Response returns the envelope of an action's answer, a pointer to a struct of the official SDK's form. Its RequestId is set.
func Response(requestID string, answer any) []byte {
	if f := reflect.ValueOf(answer).Elem().FieldByName("RequestId"); f.IsValid() {
		f.Set(reflect.ValueOf(&requestID))
	}
	var b bytes.Buffer
	b.WriteString(`{"Response":`)
	encode(&b, reflect.ValueOf(answer))
	b.WriteByte('}')
	return b.Bytes()
}

// ErrorResponse returns the envelope of an error; its message is in the language of the request.
func ErrorResponse(requestID string, err error, l Language) []byte {
	type inner struct{ Code, Message string }
	type response struct {
		Error     inner
		RequestID string `json:"RequestId"`
	}
	e := asError(err)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(struct{ Response response }{response{inner{e.Code, e.Message.In(l)}, requestID}})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// encode writes v as JSON with every member present, as the service does: an empty list is [], not left out. The SDK's own
// tags would leave it out.
func encode(b *bytes.Buffer, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("null")
			return
		}
		encode(b, v.Elem())
	case reflect.Struct:
		b.WriteByte('{')
		first := true
		for _, f := range reflect.VisibleFields(v.Type()) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			if !first {
				b.WriteByte(',')
			}
			first = false
			fmt.Fprintf(b, "%q:", name)
			encode(b, v.FieldByIndex(f.Index))
		}
		b.WriteByte('}')
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			encode(b, v.Index(i))
		}
		b.WriteByte(']')
	default:
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(v.Interface())
		b.Truncate(b.Len() - 1)
	}
}
