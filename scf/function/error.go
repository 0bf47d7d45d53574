package function

import "strconv"

// Error is a failure with a type and a code, for handlers that need no error type of their own. It is an [ErrorTyper], an
// [ErrorCoder] and an [ErrorExiter].
type Error struct {
	Type    string // the type reported; "Error" if empty
	Code    int    // the errorCode reported; 1 if zero
	Message string // precedes the text of Err
	Err     error  // the cause, may be nil
	Exit    bool   // whether the process is replaced after this invocation
}

// Error returns Message and the text of Err, or the type and code if there is neither.
func (e *Error) Error() string {
	text := e.Message
	if e.Err != nil {
		if text != "" {
			text += ": "
		}
		text += e.Err.Error()
	}
	if text == "" {
		text = e.ErrorType() + " " + strconv.Itoa(e.ErrorCode())
	}
	return text
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// ErrorType returns the type that is reported, see [ErrorTyper].
func (e *Error) ErrorType() string {
	if e.Type == "" {
		return "Error"
	}
	return e.Type
}

// ErrorCode returns the code that is reported, see [ErrorCoder].
func (e *Error) ErrorCode() int {
	if e.Code == 0 {
		return 1
	}
	return e.Code
}

// ShouldExit reports whether the process is replaced after this invocation, see [ErrorExiter].
func (e *Error) ShouldExit() bool { return e.Exit }
