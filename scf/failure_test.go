package scf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// The bodies are those the service was seen to return, with made-up ids.
func TestFailureBodies(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want FunctionError
	}{
		"time-out": {
			`{"errorCode":-1,"errorMessage":"Invoking task timed out after 3 seconds","requestId":"q","statusCode":433}`,
			FunctionError{StatusCode: 433, ErrorCode: -1, Message: "Invoking task timed out after 3 seconds", RequestID: "q"},
		},
		"async time-out": {
			`{"errorCode":-1,"errorMessage":"Async invoking task timed out after 900 seconds","requestId":"q","statusCode":433}`,
			FunctionError{StatusCode: 433, ErrorCode: -1, Message: "Async invoking task timed out after 900 seconds", RequestID: "q"},
		},
		"exception": {
			`{"errorCode":1,"errorMessage":"user code exception caught","requestId":"q","stackTrace":"Traceback:\n  File x, line 1","statusCode":430}`,
			FunctionError{StatusCode: 430, ErrorCode: 1, Message: "user code exception caught", Stack: "Traceback:\n  File x, line 1", RequestID: "q"},
		},
		"go": {
			`{"errorCode":1,"errorMessage":"user code exception caught","requestId":"q","stackTrace":"invoke function failed with err: {\"Message\":\"bad image\",\"Type\":\"DecodeError\",\"StackTrace\":null,\"ShouldExit\":false}","statusCode":430}`,
			FunctionError{StatusCode: 430, ErrorCode: 1, Message: "bad image", Platform: "user code exception caught", Type: "DecodeError", RequestID: "q"},
		},
		"go panic": {
			`{"errorCode":1,"errorMessage":"user code exception caught","requestId":"q","stackTrace":"invoke function failed with err: {\"Message\":\"boom\",\"Type\":\"string\",\"StackTrace\":[{\"Path\":\"/src/main.go\",\"Line\":12,\"Label\":\"main.handle\"},{\"Path\":\"/src/lib.go\",\"Line\":3,\"Label\":\"lib.f\"}],\"ShouldExit\":true}","statusCode":430}`,
			FunctionError{StatusCode: 430, ErrorCode: 1, Message: "boom", Platform: "user code exception caught", Type: "string", RequestID: "q",
				Frames: []Frame{{"main.handle", "/src/main.go", 12}, {"lib.f", "/src/lib.go", 3}}},
		},
		"custom runtime": {
			`{"errorCode":1,"errorMessage":"no object","errorType":"NotFound","requestId":"q","stackTrace":"main.f (/src/main.go:1)"}`,
			FunctionError{ErrorCode: 1, Message: "no object", Type: "NotFound", RequestID: "q", Stack: "main.f (/src/main.go:1)"},
		},
		"custom runtime within": {
			`{"errorCode":1,"errorMessage":"{\"errorCode\":1,\"errorMessage\":\"no object\",\"errorType\":\"NotFound\",\"requestId\":\"q\"}","requestId":"q","statusCode":430}`,
			FunctionError{StatusCode: 430, ErrorCode: 1, Message: "no object", Type: "NotFound", RequestID: "q"},
		},
		"custom runtime in the stack": {
			`{"errorCode":1,"errorMessage":"user code exception caught","requestId":"q","stackTrace":"{\"errorCode\":1,\"errorMessage\":\"no object\",\"errorType\":\"NotFound\",\"requestId\":\"q\",\"stackTrace\":\"main.f (/src/main.go:1)\"}","statusCode":430}`,
			FunctionError{StatusCode: 430, ErrorCode: 1, Message: "no object", Platform: "user code exception caught", Type: "NotFound", RequestID: "q", Stack: "main.f (/src/main.go:1)"},
		},
		"document in the stack": {
			`{"errorCode":1,"errorMessage":"user code exception caught","stackTrace":"{\"a\":1}","statusCode":430}`,
			FunctionError{StatusCode: 430, ErrorCode: 1, Message: "user code exception caught", Stack: `{"a":1}`},
		},
		"image": {
			`{"errorCode":1,"errorMessage":"{\"errorCode\":1,\"errorMessage\":\"no object\",\"errorType\":\"NotFound\",\"requestId\":\"q\"}","statusCode":500}`,
			FunctionError{StatusCode: 500, ErrorCode: 1, Message: "no object", Type: "NotFound", RequestID: "q"},
		},
		"exit":         {`{"errorCode":-1,"errorMessage":"User process exit when running","statusCode":439}`, FunctionError{StatusCode: 439, ErrorCode: -1, Message: "User process exit when running"}},
		"older exit":   {`Process exited before completing request`, FunctionError{Message: "Process exited before completing request"}},
		"quoted":       {`"Process exited before completing request"`, FunctionError{Message: "Process exited before completing request"}},
		"code error":   {`{"errorCode":-1,"errorMessage":"UserCodeError","statusCode":443}`, FunctionError{StatusCode: 443, ErrorCode: -1, Message: "UserCodeError"}},
		"limit":        {`{"errorCode":1,"errorMessage":"Resource limit exceed for function [x]","requestId":"q","statusCode":432}`, FunctionError{StatusCode: 432, ErrorCode: 1, Message: "Resource limit exceed for function [x]", RequestID: "q"}},
		"python":       {`{"errorMessage":"x","errorType":"KeyError","stackTrace":["a","b"]}`, FunctionError{Message: "x", Type: "KeyError", Stack: "a\nb"}},
		"nothing":      {``, FunctionError{}},
		"strange":      {`{"errorCode":"7","errorMessage":{"a":1},"statusCode":4e2,"stackTrace":5}`, FunctionError{ErrorCode: 7, Message: `{"a":1}`, Stack: "5"}},
		"another type": {`{"statusCode":[]}`, FunctionError{Message: `{"statusCode":[]}`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := ParseFunctionError([]byte(c.body))
			require.Equal(t, c.body, string(got.Body))
			got.Body = nil
			require.Equal(t, c.want, *got)
		})
	}
}

func TestFailureText(t *testing.T) {
	e := ParseFunctionError([]byte(`{"errorCode":-1,"errorMessage":"Invoking task timed out after 3 seconds","requestId":"q","statusCode":433}`))
	e.Function = "fn"
	require.Equal(t, "scf: function fn failed with status 433 (time-out): Invoking task timed out after 3 seconds [request q]", e.Error())
	e.Frames = []Frame{{"main.f", "/a.go", 1}, {"main.g", "/b.go", 2}}
	require.Equal(t, "main.f (/a.go:1)\nmain.g (/b.go:2)", e.Trace())
	require.Empty(t, StatusText(1))
}

// Only a result with every mark of the platform's failures is one.
func TestResultsThatLookLikeFailures(t *testing.T) {
	for body, want := range map[string]bool{
		`{"errorCode":-1,"errorMessage":"x","statusCode":433}`: true,
		`{"errorCode":1,"errorMessage":"x","statusCode":430}`:  true,
		`{"errorCode":0,"errorMessage":"","statusCode":200}`:   false,
		`{"statusCode":404,"body":"not found"}`:                false,
		`{"errorCode":1,"errorMessage":"x"}`:                   false,
		`{"errorCode":1,"statusCode":430}`:                     false,
		`"hello"`:                                              false, `[]`: false, ``: false, `{`: false,
	} {
		require.Equal(t, want, isFailure([]byte(body)), body)
	}
}

func TestInvoke(t *testing.T) {
	result := func(r obj) func(call) any {
		base := obj{"MemUsage": 3207168, "Log": "", "RetMsg": "", "BillDuration": 100, "FunctionRequestId": "f-1", "Duration": 0.826, "ErrMsg": "", "InvokeResult": 0}
		for k, v := range r {
			base[k] = v
		}
		return always(obj{"Result": base})
	}
	failure := `{"errorCode":-1,"errorMessage":"UserCodeError","statusCode":443}`
	for name, c := range map[string]struct {
		result obj
		status int // 0 is success
	}{
		"success":                {obj{"RetMsg": `"hello"`, "Log": "printed\n"}, 0},
		"code 200":               {obj{"RetMsg": `"hello"`, "InvokeResult": 200}, 0},
		"own document":           {obj{"RetMsg": `{"statusCode":404,"body":"not found"}`}, 0},
		"in ErrMsg":              {obj{"ErrMsg": failure}, 443},
		"in RetMsg":              {obj{"RetMsg": failure}, 443},
		"text in ErrMsg, both":   {obj{"ErrMsg": "UserCodeError", "RetMsg": failure}, 443},
		"text in ErrMsg, status": {obj{"ErrMsg": "UserCodeError", "InvokeResult": 439}, 439},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStandIn(t, map[string]func(call) any{"Invoke": result(c.result)})
			r, err := s.client(t).Invoke(context.Background(), "media/fn:live", []byte(`{"a":1}`))
			require.NotNil(t, r, "also when the function fails")
			require.Equal(t, "f-1", r.RequestID)
			require.Equal(t, int64(3207168), r.Memory)
			require.Equal(t, "826µs", r.Duration.String())
			require.Equal(t, "100ms", r.Billed.String())
			body := s.last("Invoke").body
			require.Equal(t, obj{"FunctionName": "fn", "Namespace": "media", "Qualifier": "live", "ClientContext": `{"a":1}`,
				"InvocationType": "RequestResponse", "LogType": "Tail"}, body)
			if c.status == 0 {
				require.NoError(t, err)
				require.Equal(t, c.result["RetMsg"], string(r.Payload))
				return
			}
			var fe *FunctionError
			require.ErrorAs(t, fmt.Errorf("x: %w", err), &fe)
			require.Equal(t, c.status, fe.StatusCode)
			require.Equal(t, "UserCodeError", fe.Message)
			require.Equal(t, "f-1", fe.RequestID)
			require.Equal(t, "media/fn:live", fe.Function)
			for _, s := range append(sentinels, ErrUnknownOutcome) {
				require.False(t, errors.Is(err, s), "a function's failure is no failure of the service: %v", s)
			}
		})
	}
}

func TestInvokeAsync(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{"Invoke": always(obj{"Result": obj{"FunctionRequestId": "f-9"}})})
	id, err := s.client(t).InvokeAsync(context.Background(), "fn", nil)
	require.NoError(t, err)
	require.Equal(t, "f-9", id)
	require.Equal(t, obj{"FunctionName": "fn", "Namespace": "default", "ClientContext": "{}", "InvocationType": "Event"}, s.last("Invoke").body)
}

// An invocation is repeated only when it cannot have run.
func TestInvokeIsNotRepeated(t *testing.T) {
	ok := obj{"Result": obj{"FunctionRequestId": "f-1"}}
	for name, c := range map[string]struct {
		failure any
		calls   int
		unknown bool
	}{
		"throttled": {refusal{"RequestLimitExceeded", "x"}, 2, false},
		"dropped":   {dropped{}, 1, true},
		"internal":  {refusal{"InternalError", "x"}, 1, true},
		"502":       {status{502, ""}, 1, true},
		"missing":   {refusal{"ResourceNotFound.Function", "x"}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStandIn(t, map[string]func(call) any{"Invoke": inTurn(c.failure, ok)})
			_, err := s.client(t).InvokeAsync(context.Background(), "fn", nil)
			require.Equal(t, c.calls, s.count("Invoke"))
			require.Equal(t, c.calls == 2, err == nil)
			require.Equal(t, c.unknown, errors.Is(err, ErrUnknownOutcome))
		})
	}
}

func FuzzFailure(f *testing.F) {
	for _, s := range []string{
		`{"errorCode":1,"errorMessage":"user code exception caught","stackTrace":"invoke function failed with err: {\"Message\":\"m\",\"Type\":\"T\",\"StackTrace\":[{\"Path\":\"/a.go\",\"Line\":1,\"Label\":\"f\"}]}","statusCode":430}`,
		`"x"`, `x`, `{"errorMessage":{"errorMessage":{"errorMessage":{"errorMessage":{"errorMessage":1}}}}}`, `{"statusCode":1e400}`, "\xff",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e := ParseFunctionError(body)
		require.Equal(t, body, e.Body)
		require.NotEmpty(t, e.Error())
		if isFailure(body) {
			require.True(t, json.Valid(body))
			require.NotZero(t, e.ErrorCode)
			require.GreaterOrEqual(t, e.StatusCode, 400)
		}
	})
}
