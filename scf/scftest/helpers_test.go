package scftest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/scf/scftest"
)

const gz = "ap-guangzhou"

// official returns the vendor's client for a server; change may edit its profile.
func official(t testing.TB, s *scftest.Server, change ...func(*profile.ClientProfile)) *scfsdk.Client {
	t.Helper()
	id, key := s.Credentials()
	return officialAs(t, s, common.NewCredential(id, key), change...)
}

func officialAs(t testing.TB, s *scftest.Server, cred common.CredentialIface, change ...func(*profile.ClientProfile)) *scfsdk.Client {
	t.Helper()
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme = "HTTP"
	for _, f := range change {
		f(p)
	}
	c, err := scfsdk.NewClient(cred, gz, p)
	require.NoError(t, err)
	c.WithHttpTransport(counting{s.Transport()})
	return c
}

// callAction calls an action with the vendor's client for any service, which takes parameters that its SDK does not have yet. It
// returns the members of the answer.
func callAction(t testing.TB, s *scftest.Server, service, action, language string, params map[string]any) (map[string]any, error) {
	t.Helper()
	id, key := s.Credentials()
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme, p.Language = "HTTP", language
	c := common.NewCommonClient(common.NewCredential(id, key), gz, p)
	c.WithHttpTransport(counting{s.Transport()})
	version := map[string]string{"scf": "2018-04-16", "cls": "2020-10-16"}[service]
	req := tchttp.NewCommonRequest(service, version, action)
	require.NoError(t, req.SetActionParameters(params))
	resp := tchttp.NewCommonResponse()
	if err := c.Send(req, resp); err != nil {
		return nil, err
	}
	var out struct{ Response map[string]any }
	require.NoError(t, json.Unmarshal(resp.GetBody(), &out))
	return out.Response, nil
}

// called notes which actions the official client was used for.
var called sync.Map

type counting struct{ http.RoundTripper }

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	name := r.Header.Get("X-TC-Action")
	if r.Header.Get("X-TC-Version") == "2020-10-16" {
		name = "cls." + name
	}
	called.Store(name, true)
	return c.RoundTripper.RoundTrip(r)
}

// TestMain fails a complete run in which the official client did not use every action.
func TestMain(m *testing.M) {
	status := m.Run()
	if f := flag.Lookup("test.run"); status == 0 && f.Value.String() == "" && !testing.Short() {
		for _, name := range scftest.Actions() {
			if _, ok := called.Load(name); !ok {
				fmt.Println("no test calls", name, "with the official client")
				status = 1
			}
		}
	}
	os.Exit(status)
}

func ptr[T any](v T) *T { return &v }

// code returns the code of an error of the API, "" for none.
func code(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *tcerr.TencentCloudSDKError
	require.ErrorAs(t, err, &e)
	return e.Code
}

type file struct {
	name string
	mode uint32
	data []byte
}

func zipOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		h.SetMode(0o644)
		if f.mode != 0 {
			h.SetMode(fs.FileMode(f.mode))
		}
		out, err := w.CreateHeader(h)
		require.NoError(t, err)
		_, err = out.Write(f.data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func base64Of(b []byte) *string { return ptr(base64.StdEncoding.EncodeToString(b)) }

// create makes a Go1 function whose code is never run.
func create(t testing.TB, c *scfsdk.Client, name string, change ...func(*scfsdk.CreateFunctionRequest)) {
	t.Helper()
	r := scfsdk.NewCreateFunctionRequest()
	r.FunctionName, r.Runtime, r.Handler = ptr(name), ptr("Go1"), ptr("main")
	r.Code = &scfsdk.Code{ZipFile: base64Of(zipOf(t, file{name: "main", mode: 0o755, data: []byte("x")}))}
	for _, f := range change {
		f(r)
	}
	_, err := c.CreateFunction(r)
	require.NoError(t, err)
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// invoke calls a function and returns the result.
func invoke(t testing.TB, c *scfsdk.Client, name, payload string) *scfsdk.Result {
	t.Helper()
	r := scfsdk.NewInvokeRequest()
	r.FunctionName, r.ClientContext, r.LogType = ptr(name), ptr(payload), ptr("Tail")
	resp, err := c.Invoke(r)
	require.NoError(t, err)
	return resp.Response.Result
}

type failure struct {
	ErrorCode    int    `json:"errorCode"`
	ErrorMessage string `json:"errorMessage"`
	RequestID    string `json:"requestId"`
	StackTrace   string `json:"stackTrace"`
	StatusCode   int    `json:"statusCode"`
}

func failureOf(t testing.TB, r *scfsdk.Result) failure {
	t.Helper()
	var f failure
	require.NoError(t, json.Unmarshal([]byte(*r.ErrMsg), &f), "ErrMsg %q", *r.ErrMsg)
	return f
}
