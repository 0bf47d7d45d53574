package scf

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
)

// Errors of the service are sorted into these; match them with errors.Is.
var (
	// ErrNotFound: the function, version, alias, namespace or other thing named is not there.
	ErrNotFound = errors.New("not found")
	// ErrExists: a thing of that name is there already.
	ErrExists = errors.New("exists already")
	// ErrConflict: the request contradicts what is there, such as a rule that overlaps another's or a runtime that cannot be
	// changed.
	ErrConflict = errors.New("conflict")
	// ErrThrottled: more calls in a second than the account may make, and still so after the last attempt.
	ErrThrottled = errors.New("throttled")
	// ErrNotReady: the function is in a state that does not allow the request.
	ErrNotReady = errors.New("not ready")
	// ErrDenied: wrong credentials, no permission, or an account that is suspended.
	ErrDenied = errors.New("denied")
	// ErrLimit: a quota of the account or a limit of the function is used up.
	ErrLimit = errors.New("limit exceeded")
	// ErrInvalid: the input is wrong; found by this package before the call, or by the service.
	ErrInvalid = errors.New("invalid")
	// ErrUnknownOutcome: the request was sent, its answer was lost, and nothing can be read back to tell whether it took
	// effect.
	ErrUnknownOutcome = errors.New("outcome unknown")
	// ErrNoLogTopic: the function delivers its logs to no topic of the log service.
	ErrNoLogTopic = errors.New("function has no log topic")
)

// Error is a failed call of the service. errors.Is compares it to the sentinels of this package; errors.As finds the
// official client's error behind it.
type Error struct {
	// Action is the API action that failed, like "CreateFunction".
	Action string
	// Function is what it was about, like "thumbnail" or "media/thumbnail:3"; empty if nothing in particular.
	Function string
	// Attempts counts the calls made.
	Attempts int
	// Err is the error of the last attempt.
	Err error
}

// Error tells action, function, code, message, request id and attempts.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("scf: ")
	if e.Action == "" {
		b.WriteString("call")
	} else {
		b.WriteString(e.Action)
	}
	if e.Function != "" {
		b.WriteString(" " + e.Function)
	}
	b.WriteString(": ")
	var v *tcerr.TencentCloudSDKError
	switch {
	case e.Err == nil:
		b.WriteString("failed")
	case errors.As(e.Err, &v) && !strings.HasPrefix(v.Code, "ClientError."):
		b.WriteString(v.Code + ": " + v.Message)
		if v.RequestId != "" {
			b.WriteString(" (request " + v.RequestId + ")")
		}
	case v != nil && errors.Unwrap(v) != nil:
		b.WriteString(errors.Unwrap(v).Error())
	default:
		b.WriteString(clipped(e.Err.Error())) // the official client puts a whole answer that is not JSON into its error
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	return b.String()
}

// Unwrap returns the error of the last attempt.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether the service's error belongs to target, one of this package's sentinels.
func (e *Error) Is(target error) bool { return target != nil && kindOf(e.Err) == target }

// Code returns the service's error code, like "ResourceNotFound.Function", or "" if the service did not answer.
func (e *Error) Code() string { return codeOf(e.Err) }

// RequestID returns the id of the API request (not of an invocation), or "" if the service did not answer.
func (e *Error) RequestID() string {
	var v *tcerr.TencentCloudSDKError
	if errors.As(e.Err, &v) {
		return v.RequestId
	}
	return ""
}

func codeOf(err error) string {
	var v *tcerr.TencentCloudSDKError
	if errors.As(err, &v) && !strings.HasPrefix(v.Code, "ClientError.") {
		return v.Code
	}
	return ""
}

// notReadyCodes are those by which the service refuses a request because of the function's state. The FailedOperation codes
// of single actions are its general "in this state it cannot be done" (error code tables of the API reference).
var notReadyCodes = map[string]bool{
	"FailedOperation.UpdateFunctionCode":             true,
	"FailedOperation.UpdateFunctionConfiguration":    true,
	"FailedOperation.DeleteFunction":                 true,
	"FailedOperation.PublishVersion":                 true,
	"FailedOperation.CreateTrigger":                  true,
	"FailedOperation.FunctionStatusError":            true,
	"FailedOperation.FunctionNameStatusError":        true,
	"FailedOperation.FunctionVersionStatusNotActive": true,
	"FailedOperation.UpdateStatus":                   true,
	"UnauthorizedOperation.FunctionStatus":           true,
	"ResourceUnavailable.Function":                   true,
}

var conflictCodes = map[string]bool{
	"InvalidParameterValue.CosNotifyRuleConflict":      true,
	"ResourceInUse.Cos":                                true,
	"FailedOperation.OperationConflict":                true,
	"FailedOperation.ProvisionedInProgress":            true,
	"FailedOperation.ReservedInProgress":               true,
	"FailedOperation.TotalConcurrencyMemoryInProgress": true,
	"UnsupportedOperation.AliasBind":                   true,
}

// kindOf returns the sentinel err belongs to, or nil.
func kindOf(err error) error {
	code := codeOf(err)
	family, _, _ := strings.Cut(code, ".")
	switch {
	case code == "":
		var s *statusError
		if errors.As(err, &s) && s.status == 429 {
			return ErrThrottled
		}
		return nil
	case notReadyCodes[code]:
		return ErrNotReady
	case conflictCodes[code]:
		return ErrConflict
	case family == "RequestLimitExceeded" || throttleMessage(err):
		return ErrThrottled
	case family == "ResourceNotFound":
		return ErrNotFound
	case family == "ResourceInUse":
		return ErrExists
	case family == "AuthFailure", family == "UnauthorizedOperation", family == "OperationDenied",
		code == "ResourceUnavailable.InsufficientBalance", code == "ResourceUnavailable.ServiceSuspended",
		code == "FailedOperation.AuthFailure", code == "FailedOperation.InsufficientBalance":
		return ErrDenied
	case family == "LimitExceeded", family == "ResourceInsufficient":
		return ErrLimit
	case family == "InvalidParameter", family == "InvalidParameterValue", family == "MissingParameter", family == "UnknownParameter":
		return ErrInvalid
	}
	return nil
}

func throttleMessage(err error) bool {
	var v *tcerr.TencentCloudSDKError
	return errors.As(err, &v) && strings.Contains(v.Message, "exceeds the frequency limit")
}

// outcome is what is known of the effect of a failed call.
type outcome int

const (
	refused outcome = iota // answered with an error: no effect, and a repeat gives the same
	unsent                 // throttled, or no connection was made: no effect, a repeat may do
	unknown                // sent, but failed inside the service or unanswered
)

func outcomeOf(err error) outcome {
	if kindOf(err) == ErrThrottled {
		return unsent
	}
	if code := codeOf(err); code != "" {
		family, _, _ := strings.Cut(code, ".")
		if family == "InternalError" || code == "FailedOperation" || code == "FailedOperation.CreateFunction" {
			return unknown
		}
		return refused
	}
	var op *net.OpError
	var dns *net.DNSError
	var s *statusError
	var v *tcerr.TencentCloudSDKError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &cert):
		return refused
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
		return unsent
	case errors.As(err, &s):
		if s.status >= 500 {
			return unknown
		}
		return refused
	case errors.As(err, &v):
		if v.Code == "ClientError.CredentialError" {
			return refused
		}
		return unknown
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return unknown
	}
	return refused
}

// unknownError marks an error as of unknown outcome.
type unknownError struct{ err error }

func (e *unknownError) Error() string        { return e.err.Error() + " (" + ErrUnknownOutcome.Error() + ")" }
func (e *unknownError) Unwrap() error        { return e.err }
func (e *unknownError) Is(target error) bool { return target == ErrUnknownOutcome }

// both joins two errors and leaves a single one as it is.
func both(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return errors.Join(a, b)
}

// clipped shortens a text that may hold a whole answer.
func clipped(s string) string {
	const most = 600
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
