package apiv3

import (
	"errors"
	"fmt"
)

// Language of an error's message, as the parameter Language and the header X-TC-Language name it.
type Language string

// The languages that the service has messages in. A call that names none, or another, gets Chinese ones.
const (
	Chinese Language = "zh-CN"
	English Language = "en-US"
)

// Text is a text in both languages.
type Text struct{ Chinese, English string }

// In returns the text in a language.
func (t Text) In(l Language) string {
	if l == English {
		return t.English
	}
	return t.Chinese
}

// Error is an error of the API: a code, and a message for people.
type Error struct {
	Code    string
	Message Text
}

// Error returns the code and the English message.
func (e *Error) Error() string { return e.Code + ": " + e.Message.English }

// Errorf returns an error whose message is English in every language, as are those about the request's form and signature.
func Errorf(code, format string, args ...any) *Error {
	return Localf(code, format, format, args...)
}

// Localf returns an error whose message is in the language of the request. Both formats take the same arguments.
func Localf(code, chinese, english string, args ...any) *Error {
	if len(args) == 0 {
		return &Error{code, Text{chinese, english}}
	}
	return &Error{code, Text{fmt.Sprintf(chinese, args...), fmt.Sprintf(english, args...)}}
}

// Missing returns the error about a required parameter that is not there.
func Missing(parameter string) *Error {
	return Errorf("MissingParameter", "The request is missing a required parameter `%s`.", parameter)
}

// asError returns the API's form of any error.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Errorf("InternalError", "%v", err)
}
