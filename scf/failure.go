package scf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// FunctionError is the failure of a function itself, as opposed to that of a call: what it returned, a panic, a time-out, too
// little memory. Its texts come from the function.
type FunctionError struct {
	// Function is like "thumbnail" or "media/thumbnail:3".
	Function string
	// StatusCode is the platform's code for the failure, from the document "云函数状态码": 430 the code returned an error, 433
	// time-out, 434 out of memory, 439 the process exited, and so on; 0 if the failure does not tell.
	StatusCode int
	// ErrorCode is the older classification: 1 for errors of the code, -1 for those of the platform.
	ErrorCode int
	// Message is the innermost message there is: the function's own if it gave one, else the platform's.
	Message string
	// Platform is the platform's message around it, like "user code exception caught", or "".
	Platform string
	// Type is the Go type, or the class, of the error, or "".
	Type string
	// Frames is the stack of a Go function, innermost first, and Stack the stack of others as text.
	Frames []Frame
	Stack  string
	// RequestID is the invocation's id.
	RequestID string
	// Body is the failure as it came.
	Body []byte
}

// Frame is one entry of a Go stack.
type Frame struct {
	Function, File string
	Line           int
}

// String is like "main.handle (/src/main.go:12)".
func (f Frame) String() string { return fmt.Sprintf("%s (%s:%d)", f.Function, f.File, f.Line) }

// Error tells type, message, status and request id on one line.
func (e *FunctionError) Error() string {
	var b strings.Builder
	b.WriteString("scf: function")
	if e.Function != "" {
		b.WriteString(" " + e.Function)
	}
	b.WriteString(" failed")
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, " with status %d", e.StatusCode)
		if text := StatusText(e.StatusCode); text != "" {
			fmt.Fprintf(&b, " (%s)", text)
		}
	}
	if e.Type != "" {
		b.WriteString(": " + e.Type)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.RequestID != "" {
		b.WriteString(" [request " + e.RequestID + "]")
	}
	return b.String()
}

// Trace returns the stack as text, a line for each frame, or "".
func (e *FunctionError) Trace() string {
	if len(e.Frames) == 0 {
		return e.Stack
	}
	lines := make([]string, len(e.Frames))
	for i, f := range e.Frames {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// statusTexts are the codes of the document "云函数状态码".
var statusTexts = map[int]string{
	200: "success",
	202: "running",
	400: "event is not JSON",
	401: "invalid credentials",
	402: "service suspended",
	404: "invalid subnet",
	405: "container exited",
	406: "event too large",
	407: "result too large",
	410: "insufficient balance",
	429: "too many instances started at once",
	430: "error in the code",
	432: "concurrency limit reached",
	433: "time-out",
	434: "out of memory",
	435: "no such function",
	436: "invalid arguments of the invocation",
	437: "handler not found",
	438: "function is not ready",
	439: "process exited",
	441: "no permission",
	442: "no such version or alias",
	443: "error in the code",
	444: "image could not be pulled",
	445: "container could not be started",
	446: "port could not be bound",
	447: "pulling the image timed out",
	449: "insufficient resources",
	450: "start timed out",
	499: "cancelled",
	500: "internal error of the platform",
}

// StatusText returns a short text for a status code of an invocation, or "" if the code is not known.
func StatusText(code int) string { return statusTexts[code] }

// failure is every key that failures of the platform and of runtimes were seen with.
type failure struct {
	ErrorCode    *json.Number    `json:"errorCode"`
	ErrorMessage json.RawMessage `json:"errorMessage"`
	Message      json.RawMessage `json:"message"`
	ErrorType    string          `json:"errorType"`
	Type         string          `json:"type"`
	StackTrace   json.RawMessage `json:"stackTrace"`
	RequestID    string          `json:"requestId"`
	StatusCode   *json.Number    `json:"statusCode"`
}

// isFailure reports whether a function's result is a failure of the platform's form. A function may return a document of the
// same form, so all of its marks must be there: a code, a message and a status that is an error.
func isFailure(body []byte) bool {
	var f failure
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || json.Unmarshal(body, &f) != nil {
		return false
	}
	code, status := number(f.ErrorCode), number(f.StatusCode)
	return f.ErrorCode != nil && code != 0 && f.ErrorMessage != nil && status >= 400 && status < 600
}

// ParseFunctionError reads the failure of a function, in any form in which the platform or a runtime reports one: the platform's
// {"errorCode", "errorMessage", "requestId", "stackTrace", "statusCode"}, with the error of a Go1 function or of a Custom Runtime
// inside its stackTrace or errorMessage; the object that a Custom Runtime or an image function sends by itself; or plain text. It
// never fails: what it does not understand is the Message. [Client.Invoke] uses it; it also reads the ErrorMessage of a
// dead-letter message. The result's Function is empty, and its Body is body.
func ParseFunctionError(body []byte) *FunctionError {
	e := &FunctionError{Body: body}
	e.read(body, 0)
	if e.Message == "" {
		e.Message, e.Platform = e.Platform, ""
	}
	return e
}

// maxNesting bounds failures inside failures: the Go runtime's is inside the platform's stackTrace.
const maxNesting = 4

func (e *FunctionError) read(body []byte, depth int) {
	body = bytes.TrimSpace(body)
	var text string
	if json.Unmarshal(body, &text) == nil {
		body = []byte(strings.TrimSpace(text))
	}
	var f failure
	if depth >= maxNesting || !bytes.HasPrefix(body, []byte("{")) || json.Unmarshal(body, &f) != nil {
		e.say(string(body))
		return
	}
	if f.ErrorMessage == nil && f.Message == nil && f.ErrorType+f.Type == "" && f.StackTrace == nil {
		e.say(string(body)) // another document
	}
	if n := number(f.ErrorCode); e.ErrorCode == 0 {
		e.ErrorCode = n
	}
	if n := number(f.StatusCode); e.StatusCode == 0 {
		e.StatusCode = n
	}
	if e.RequestID == "" {
		e.RequestID = f.RequestID
	}
	for _, t := range [...]string{f.ErrorType, f.Type} {
		if t != "" {
			e.Type = t
		}
	}
	for _, m := range [...]json.RawMessage{f.ErrorMessage, f.Message} {
		if len(m) > 0 && string(m) != "null" {
			e.read(m, depth+1)
		}
	}
	e.stack(f.StackTrace, depth)
}

// say keeps the innermost message, and the outermost as the platform's.
func (e *FunctionError) say(text string) {
	switch {
	case text == "" || text == "null":
	case e.Message == "":
		e.Message = text
	default:
		if e.Platform == "" {
			e.Platform = e.Message
		}
		e.Message = text
	}
}

// goFailure is how the platform introduces the error of a Go function.
const goFailure = "invoke function failed with err:"

func (e *FunctionError) stack(raw json.RawMessage, depth int) {
	var text string
	var frames []struct {
		Path, Label, File, Function string
		Line                        int
	}
	var lines []string
	switch {
	case len(raw) == 0 || string(raw) == "null":
	case json.Unmarshal(raw, &text) == nil:
		if i := strings.Index(text, goFailure); i >= 0 {
			e.read([]byte(text[i+len(goFailure):]), depth+1)
		} else if tellsError([]byte(text)) { // what a Custom Runtime sent to /runtime/invocation/error
			e.read([]byte(text), depth+1)
		} else if e.Stack == "" {
			e.Stack = text
		}
	case json.Unmarshal(raw, &lines) == nil:
		e.Stack = strings.Join(lines, "\n")
	case json.Unmarshal(raw, &frames) == nil:
		e.Frames = nil
		for _, f := range frames {
			e.Frames = append(e.Frames, Frame{Function: f.Label + f.Function, File: f.Path + f.File, Line: f.Line})
		}
	default:
		e.Stack = string(raw)
	}
}

// tellsError reports whether text is an object with the message or the type of an error.
func tellsError(text []byte) bool {
	var f failure
	return bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && json.Unmarshal(text, &f) == nil &&
		(f.ErrorMessage != nil || f.Message != nil || f.ErrorType+f.Type != "")
}

func number(n *json.Number) int {
	if n == nil {
		return 0
	}
	i, err := n.Int64()
	if err != nil || i != int64(int32(i)) {
		return 0
	}
	return int(i)
}
