package scf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
)

var sentinels = []error{ErrNotFound, ErrExists, ErrConflict, ErrThrottled, ErrNotReady, ErrDenied, ErrLimit, ErrInvalid}

func TestErrorsAreSorted(t *testing.T) {
	for code, want := range map[string]error{
		"ResourceNotFound":                            ErrNotFound,
		"ResourceNotFound.Function":                   ErrNotFound,
		"ResourceNotFound.FunctionName":               ErrNotFound,
		"ResourceNotFound.Trigger":                    ErrNotFound,
		"ResourceInUse.FunctionName":                  ErrExists,
		"ResourceInUse.Function":                      ErrExists,
		"ResourceInUse.Alias":                         ErrExists,
		"ResourceInUse.Cos":                           ErrConflict,
		"InvalidParameterValue.CosNotifyRuleConflict": ErrConflict,
		"FailedOperation.OperationConflict":           ErrConflict,
		"RequestLimitExceeded":                        ErrThrottled,
		"RequestLimitExceeded.UinLimitExceeded":       ErrThrottled,
		"FailedOperation.UpdateFunctionCode":          ErrNotReady,
		"FailedOperation.UpdateFunctionConfiguration": ErrNotReady,
		"FailedOperation.FunctionStatusError":         ErrNotReady,
		"UnauthorizedOperation.FunctionStatus":        ErrNotReady,
		"AuthFailure.SignatureFailure":                ErrDenied,
		"UnauthorizedOperation.CAM":                   ErrDenied,
		"OperationDenied.AccountIsolate":              ErrDenied,
		"ResourceUnavailable.InsufficientBalance":     ErrDenied,
		"LimitExceeded.Function":                      ErrLimit,
		"InvalidParameterValue.Memory":                ErrInvalid,
		"MissingParameter.Code":                       ErrInvalid,
		"InternalError.System":                        nil,
		"FailedOperation":                             nil,
		"ClientError.NetworkError":                    nil,
	} {
		vendor := tcerr.NewTencentCloudSDKError(code, "text", "r-1")
		err := fmt.Errorf("outer: %w", &Error{Action: "X", Err: fmt.Errorf("between: %w", vendor)})
		for _, s := range sentinels {
			require.Equal(t, s == want, errors.Is(err, s), "%s is %v", code, s)
		}
		var v *tcerr.TencentCloudSDKError
		require.ErrorAs(t, err, &v)
		require.Equal(t, code, v.Code)
	}
	limited := tcerr.NewTencentCloudSDKError("FailedOperation", "Your current request times equals to `21` in a second, which exceeds the frequency limit `20` for a second.", "")
	require.ErrorIs(t, &Error{Err: limited}, ErrThrottled)
	require.ErrorIs(t, &Error{Err: &statusError{status: 429}}, ErrThrottled)
}

func TestZeroErrorsFormat(t *testing.T) {
	for _, err := range []error{&Error{}, &InvalidError{}, &StateError{}, &FunctionError{}, &BuildError{}, &statusError{}} {
		require.NotPanics(t, func() { require.NotEmpty(t, err.Error()) })
		for _, s := range append(sentinels, ErrUnknownOutcome, nil) {
			require.NotPanics(t, func() { _ = errors.Is(err, s) })
		}
	}
	require.False(t, errors.Is(&Error{}, nil))
	require.Empty(t, (&Error{}).Code())
	require.Empty(t, (&Error{}).RequestID())
	require.Equal(t, "Change(7)", Change(7).String())
	require.Equal(t, "unchanged", Deployment{}.String())
}

func TestErrorText(t *testing.T) {
	e := &Error{Action: "CreateFunction", Function: "fn", Attempts: 3, Err: tcerr.NewTencentCloudSDKError("LimitExceeded.Function", "too many", "r-7")}
	require.Equal(t, "scf: CreateFunction fn: LimitExceeded.Function: too many (request r-7) (after 3 attempts)", e.Error())
	require.Equal(t, "LimitExceeded.Function", e.Code())
	require.Equal(t, "r-7", e.RequestID())
	e = &Error{Action: "GetFunction", Err: tcerr.NewTencentCloudSDKErrorWithCause("ClientError.NetworkError", "Fail to get response", "", io.ErrUnexpectedEOF)}
	require.Equal(t, "scf: GetFunction: unexpected EOF", e.Error())
	require.ErrorIs(t, e, io.ErrUnexpectedEOF)
}

func TestOutcomes(t *testing.T) {
	network := func(err error) error {
		return tcerr.NewTencentCloudSDKErrorWithCause("ClientError.NetworkError", "x", "", err)
	}
	for want, errs := range map[outcome][]error{
		unsent: {
			network(&net.OpError{Op: "dial", Err: errors.New("refused")}), network(&net.DNSError{}),
			tcerr.NewTencentCloudSDKError("RequestLimitExceeded", "", ""), network(&statusError{status: 429}),
		},
		unknown: {
			network(io.EOF), network(&net.OpError{Op: "read", Err: errors.New("reset")}), network(&statusError{status: 502}),
			tcerr.NewTencentCloudSDKError("ClientError.ParseJsonError", "", ""), context.DeadlineExceeded,
			tcerr.NewTencentCloudSDKError("InternalError", "", ""), tcerr.NewTencentCloudSDKError("InternalError.Cos", "", ""),
		},
		refused: {
			tcerr.NewTencentCloudSDKError("InvalidParameterValue.Memory", "", ""), network(&statusError{status: 403}),
			tcerr.NewTencentCloudSDKError("ClientError.CredentialError", "", ""), errors.New("anything"),
		},
	} {
		for _, err := range errs {
			require.Equal(t, want, outcomeOf(err), "%v", err)
		}
	}
}
