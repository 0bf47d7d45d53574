package function

import "strconv"

// Error is a failure with a type and a code of the author's choice, for handlers that need no error type of their own. It
// is an [ErrorTyper], an [ErrorCoder] and an [ErrorExiter].
type Error struct {
	Type    string // reported type; "Error" if empty
	Code    int    // reported errorCode; 1 if zero
	Message string // in front of Err's text
	Err     error  // cause, may be nil
	Exit    bool   // replace the process after this invocation
}

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

// ErrorType returns the type that is reported.
func (e *Error) ErrorType() string {
	if e.Type == "" {
		return "Error"
	}
	return e.Type
}

// ErrorCode returns the code that is reported.
func (e *Error) ErrorCode() int {
	if e.Code == 0 {
		return 1
	}
	return e.Code
}

// ShouldExit tells whether the process is replaced after this invocation.
func (e *Error) ShouldExit() bool { return e.Exit }
