package scftest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

func TestInvokeRefuses(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	s.Handle("thumb", versionTeller)
	create(t, c, "web", func(r *scfsdk.CreateFunctionRequest) { r.Type = ptr("HTTP") })
	large := `"` + strings.Repeat("x", 128<<10) + `"`
	huge := `"` + strings.Repeat("x", 6<<20) + `"`
	for _, tt := range []struct {
		name   string
		change func(*scfsdk.InvokeRequest)
		code   string
	}{
		{"no function", func(r *scfsdk.InvokeRequest) { r.FunctionName = nil }, "MissingParameter"},
		{"unknown function", func(r *scfsdk.InvokeRequest) { r.FunctionName = ptr("none") }, "ResourceNotFound.Function"},
		{"unknown namespace", func(r *scfsdk.InvokeRequest) { r.Namespace = ptr("none") }, "ResourceNotFound.Namespace"},
		{"unknown qualifier", func(r *scfsdk.InvokeRequest) { r.Qualifier = ptr("none") }, "ResourceNotFound.Qualifier"},
		{"type", func(r *scfsdk.InvokeRequest) { r.InvocationType = ptr("DryRun") }, "InvalidParameterValue.InvokeType"},
		{"log type", func(r *scfsdk.InvokeRequest) { r.LogType = ptr("All") }, "InvalidParameterValue.Param"},
		{"no JSON", func(r *scfsdk.InvokeRequest) { r.ClientContext = ptr("{") }, "InvalidParameterValue.Param"},
		{"large", func(r *scfsdk.InvokeRequest) { r.ClientContext = ptr(large) }, ""},
		{"large and asynchronous", func(r *scfsdk.InvokeRequest) { r.ClientContext, r.InvocationType = ptr(large), ptr("Event") }, "InvalidParameter.RequestTooLarge"},
		{"too large", func(r *scfsdk.InvokeRequest) { r.ClientContext = ptr(huge) }, "InvalidParameter.RequestTooLarge"},
		{"routing key", func(r *scfsdk.InvokeRequest) { r.RoutingKey = ptr("[1]") }, "InvalidParameterValue.Param"},
		{"HTTP function", func(r *scfsdk.InvokeRequest) { r.FunctionName = ptr("web") }, "InvalidParameterValue.FunctionType"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := scfsdk.NewInvokeRequest()
			r.FunctionName, r.ClientContext = ptr("thumb"), ptr("{}")
			tt.change(r)
			_, err := c.Invoke(r)
			assert.Equal(t, tt.code, code(t, err))
		})
	}
}

func TestAHandlerThatReturnsNothingAnswersNull(t *testing.T) {
	s := scftest.NewServer(t)
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil }))
	assert.Equal(t, "null", *invoke(t, official(t, s), "thumb", `{}`).RetMsg)
}

func TestInvokeReports(t *testing.T) {
	s := scftest.NewServer(t)
	s.Handle("thumb", function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		for range 1000 {
			_, err := scftest.Output(ctx).Write([]byte("a line that the tail of the log has no room for\n"))
			require.NoError(t, err)
		}
		return []byte("50%done"), nil
	}))
	r := invoke(t, official(t, s), "thumb", `{}`)
	assert.Equal(t, `"50%done"`, *r.RetMsg, "what is no JSON is a JSON string, as package function makes it")
	assert.Empty(t, *r.ErrMsg)
	assert.Zero(t, *r.InvokeResult)
	assert.Positive(t, *r.Duration)
	assert.GreaterOrEqual(t, float64(*r.BillDuration), *r.Duration)
	assert.Positive(t, *r.MemUsage)
	assert.Len(t, *r.FunctionRequestId, 36)
	assert.Len(t, *r.Log, 4<<10)
	assert.Regexp(t, `Report RequestId: \S+ Duration:\d+ms Memory:128MB MemUsage:[\d.]+MB$`, *r.Log)
}

func TestRuntimesThatAreNotRunSaySo(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "python", func(r *scfsdk.CreateFunctionRequest) {
		r.Runtime, r.Handler = ptr("Python3.10"), ptr("index.main_handler")
	})
	create(t, c, "image", func(r *scfsdk.CreateFunctionRequest) {
		r.Runtime = nil
		r.Code = &scfsdk.Code{ImageConfig: &scfsdk.ImageConfig{ImageType: ptr("personal"), ImageUri: ptr("example/img:1")}}
	})
	f := failureOf(t, invoke(t, c, "python", `{}`))
	assert.Equal(t, 445, f.StatusCode)
	assert.Contains(t, f.ErrorMessage, "Handle")
	assert.Equal(t, 444, failureOf(t, invoke(t, c, "image", `{}`)).StatusCode)
	s.Handle("python", versionTeller)
	assert.Equal(t, `"$LATEST"`, *invoke(t, c, "python", `{}`).RetMsg)
	s.Handle("python", nil)
	assert.Equal(t, 445, failureOf(t, invoke(t, c, "python", `{}`)).StatusCode)
}

func TestHandleInANamespace(t *testing.T) {
	s := scftest.NewServer(t)
	s.Handle("team/thumb", versionTeller)
	c := official(t, s)
	r := scfsdk.NewInvokeRequest()
	r.FunctionName, r.Namespace = ptr("thumb"), ptr("team")
	resp, err := c.Invoke(r)
	require.NoError(t, err)
	assert.Equal(t, `"$LATEST"`, *resp.Response.Result.RetMsg)
	r.Namespace = nil
	_, err = c.Invoke(r)
	assert.Equal(t, "ResourceNotFound.Function", code(t, err))

	// The name may still be created, with its own settings; the handler stays.
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.Namespace, r.MemorySize = ptr("team"), ptr(int64(512)) })
	r.Namespace = ptr("team")
	resp, err = c.Invoke(r)
	require.NoError(t, err)
	assert.Equal(t, `"$LATEST"`, *resp.Response.Result.RetMsg)
}
