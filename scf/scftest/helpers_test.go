package scftest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
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
	c.WithHttpTransport(s.Transport())
	return c
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
			h.SetMode(modeOf(f.mode))
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
