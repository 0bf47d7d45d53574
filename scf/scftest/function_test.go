package scftest_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

func get(t testing.TB, c *scfsdk.Client, name string) *scfsdk.GetFunctionResponseParams {
	t.Helper()
	r := scfsdk.NewGetFunctionRequest()
	r.FunctionName = ptr(name)
	resp, err := c.GetFunction(r)
	require.NoError(t, err)
	return resp.Response
}

func TestCreateFunctionLifeCycle(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t, scftest.WithCreateDelay(10*time.Second), scftest.WithUpdateDelay(5*time.Second))
	c := official(t, s)
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.Description = ptr("makes thumbnails") })
	assert.Equal(t, "Creating", *get(t, c, "thumb").Status)

	// Clients that do not wait are refused, each with the code of its action.
	inv := scfsdk.NewInvokeRequest()
	inv.FunctionName = ptr("thumb")
	_, err := c.Invoke(inv)
	assert.Equal(t, "FailedOperation.FunctionStatusError", code(t, err))
	up := scfsdk.NewUpdateFunctionConfigurationRequest()
	up.FunctionName, up.Timeout = ptr("thumb"), ptr(int64(20))
	_, err = c.UpdateFunctionConfiguration(up)
	assert.Equal(t, "FailedOperation.UpdateFunctionConfiguration", code(t, err))
	uc := scfsdk.NewUpdateFunctionCodeRequest()
	uc.FunctionName, uc.ZipFile = ptr("thumb"), base64Of(zipOf(t, file{name: "main"}))
	_, err = c.UpdateFunctionCode(uc)
	assert.Equal(t, "FailedOperation.UpdateFunctionCode", code(t, err))
	_, err = c.CreateTrigger(cosTrigger("thumb", "", ""))
	assert.Equal(t, "FailedOperation.CreateTrigger", code(t, err))
	pv := scfsdk.NewPublishVersionRequest()
	pv.FunctionName = ptr("thumb")
	_, err = c.PublishVersion(pv)
	assert.Equal(t, "FailedOperation.PublishVersion", code(t, err))
	del := scfsdk.NewDeleteFunctionRequest()
	del.FunctionName = ptr("thumb")
	_, err = c.DeleteFunction(del)
	assert.Equal(t, "FailedOperation.DeleteFunction", code(t, err))

	s.Advance(10 * time.Second)
	assert.Equal(t, "Active", *get(t, c, "thumb").Status)
	_, err = c.UpdateFunctionConfiguration(up)
	require.NoError(t, err)
	f := get(t, c, "thumb")
	assert.Equal(t, "Updating", *f.Status)
	assert.EqualValues(t, 3, *f.Timeout, "the old configuration until then")
	s.Advance(5 * time.Second)
	f = get(t, c, "thumb")
	assert.Equal(t, "Active", *f.Status)
	assert.EqualValues(t, 20, *f.Timeout)

	_, err = c.UpdateFunctionCode(uc)
	require.NoError(t, err)
	s.Advance(5 * time.Second)
	v, err := c.PublishVersion(pv)
	require.NoError(t, err)
	assert.Equal(t, "1", *v.Response.FunctionVersion)
	_, err = c.DeleteFunction(del)
	require.NoError(t, err)
	r := scfsdk.NewGetFunctionRequest()
	r.FunctionName = ptr("thumb")
	_, err = c.GetFunction(r)
	assert.Equal(t, "ResourceNotFound.Function", code(t, err))
}

func TestGetFunctionHasEveryMember(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) {
		r.Tags = []*scfsdk.Tag{{Key: ptr("team"), Value: ptr("web")}}
		r.PublicNetConfig = &scfsdk.PublicNetConfigIn{PublicNetStatus: ptr("ENABLE"), EipConfig: &scfsdk.EipConfigIn{EipStatus: ptr("ENABLE")}}
	})
	f := get(t, c, "thumb")
	assert.Regexp(t, `^lam-[a-z0-9]{8}$`, *f.FunctionId)
	assert.Equal(t, "FALSE", *f.L5Enable)
	assert.Equal(t, "FALSE", *f.InstallDependency)
	assert.Equal(t, "TRUE", *f.EipConfig.EipFixed)
	assert.Len(t, f.EipConfig.Eips, 1)
	assert.Equal(t, "", *f.AccessInfo.Host)
	assert.Equal(t, "", *f.VpcConfig.VpcId)
	require.NotNil(t, f.Environment)
	assert.Empty(t, f.Environment.Variables)
	assert.Equal(t, "Available", *f.AvailableStatus)
	assert.Equal(t, "success", *f.CodeResult)
	assert.Zero(t, *f.ErrNo)
	assert.Equal(t, "$LATEST", *f.Qualifier)
	assert.Equal(t, scftest.DefaultTopic(gz), *f.ClsTopicId)
	assert.Regexp(t, `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`, *f.AddTime)
	assert.Equal(t, "ENABLE", *f.PublicNetConfig.EipConfig.EipStatus)
	assert.Equal(t, f.EipConfig.Eips, f.PublicNetConfig.EipConfig.EipAddress)

	r := scfsdk.NewGetFunctionRequest()
	r.FunctionName, r.ShowCode, r.Qualifier = ptr("thumb"), ptr("TRUE"), ptr("$DEFAULT")
	resp, err := c.GetFunction(r)
	require.NoError(t, err)
	assert.Equal(t, base64.StdEncoding.EncodeToString([]byte("x")), *resp.Response.CodeInfo)

	a := scfsdk.NewGetFunctionAddressRequest()
	a.FunctionName = ptr("thumb")
	addr, err := c.GetFunctionAddress(a)
	require.NoError(t, err)
	zip, err := http.Get(*addr.Response.Url)
	require.NoError(t, err)
	defer zip.Body.Close()
	body, err := io.ReadAll(zip.Body)
	require.NoError(t, err)
	assert.EqualValues(t, *f.CodeSize, len(body))
}

func TestCreateFunctionRefuses(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "taken")
	env := func(k, v string) *scfsdk.Environment {
		return &scfsdk.Environment{Variables: []*scfsdk.Variable{{Key: &k, Value: &v}}}
	}
	for _, tt := range []struct {
		name   string
		change func(*scfsdk.CreateFunctionRequest)
		code   string
	}{
		{"no name", func(r *scfsdk.CreateFunctionRequest) { r.FunctionName = nil }, "MissingParameter"},
		{"name", func(r *scfsdk.CreateFunctionRequest) { r.FunctionName = ptr("thumb-") }, "InvalidParameterValue.FunctionName"},
		{"taken", func(r *scfsdk.CreateFunctionRequest) { r.FunctionName = ptr("taken") }, "ResourceInUse.Function"},
		{"runtime", func(r *scfsdk.CreateFunctionRequest) { r.Runtime = ptr("Golang1") }, "InvalidParameterValue.Runtime"},
		{"handler", func(r *scfsdk.CreateFunctionRequest) { r.Handler = ptr("m") }, "InvalidParameterValue.Handler"},
		{"type", func(r *scfsdk.CreateFunctionRequest) { r.Type = ptr("Batch") }, "InvalidParameterValue.Type"},
		{"async", func(r *scfsdk.CreateFunctionRequest) { r.AsyncRunEnable = ptr("true") }, "InvalidParameterValue.AsyncRunEnable"},
		{"memory", func(r *scfsdk.CreateFunctionRequest) { r.MemorySize = ptr(int64(200)) }, "InvalidParameterValue.Memory"},
		{"timeout", func(r *scfsdk.CreateFunctionRequest) { r.Timeout = ptr(int64(901)) }, "LimitExceeded.Timeout"},
		{"init timeout", func(r *scfsdk.CreateFunctionRequest) { r.InitTimeout = ptr(int64(2)) }, "LimitExceeded.InitTimeout"},
		{"description", func(r *scfsdk.CreateFunctionRequest) { r.Description = ptr(strings.Repeat("d", 1001)) }, "InvalidParameterValue.Description"},
		{"environment name", func(r *scfsdk.CreateFunctionRequest) { r.Environment = env("1a", "") }, "InvalidParameterValue.Environment"},
		{"environment reserved", func(r *scfsdk.CreateFunctionRequest) { r.Environment = env("SCF_X", "") }, "InvalidParameterValue.EnvironmentSystemProtect"},
		{"environment size", func(r *scfsdk.CreateFunctionRequest) { r.Environment = env("LONG", strings.Repeat("v", 4093)) }, "InvalidParameterValue.EnvironmentExceededLimit"},
		{"namespace", func(r *scfsdk.CreateFunctionRequest) { r.Namespace = ptr("none") }, "ResourceNotFound.Namespace"},
		{"no code", func(r *scfsdk.CreateFunctionRequest) { r.Code = nil }, "MissingParameter.Code"},
		{"base64", func(r *scfsdk.CreateFunctionRequest) { r.Code.ZipFile = ptr("a===") }, "InvalidParameterValue.ZipFileBase64BinasciiError"},
		{"zip", func(r *scfsdk.CreateFunctionRequest) { r.Code.ZipFile = ptr("AAAA") }, "InvalidParameterValue.ZipFile"},
		{"layer", func(r *scfsdk.CreateFunctionRequest) {
			r.Layers = []*scfsdk.LayerVersionSimple{{LayerName: ptr("none"), LayerVersion: ptr(int64(1))}}
		}, "ResourceNotFound.LayerVersion"},
		{"log topic alone", func(r *scfsdk.CreateFunctionRequest) { r.ClsTopicId = ptr("t") }, "InvalidParameterValue.Cls"},
		{"dead letters", func(r *scfsdk.CreateFunctionRequest) {
			r.DeadLetterConfig = &scfsdk.DeadLetterConfig{Type: ptr("KAFKA"), Name: ptr("q")}
		}, "InvalidParameterValue.DeadLetterConfig"},
		{"object name", func(r *scfsdk.CreateFunctionRequest) {
			r.Code = &scfsdk.Code{CosBucketName: ptr("code"), CosObjectName: ptr("/")}
		}, "InvalidParameterValue.CosObjectName"},
		{"bucket with AppID", func(r *scfsdk.CreateFunctionRequest) {
			r.Code = &scfsdk.Code{CosBucketName: ptr("code-1250000000"), CosObjectName: ptr("main.zip")}
		}, "InvalidParameterValue.CosBucketName"},
		{"source git", func(r *scfsdk.CreateFunctionRequest) { r.CodeSource = ptr("Git") }, "UnsupportedOperation.CodeSource"},
		{"source", func(r *scfsdk.CreateFunctionRequest) { r.CodeSource = ptr("Disk") }, "InvalidParameterValue.CodeSource"},
		{"git", func(r *scfsdk.CreateFunctionRequest) { r.Code = &scfsdk.Code{GitUrl: ptr("https://example.com/a.git")} }, "UnsupportedOperation.CodeSource"},
		{"demo", func(r *scfsdk.CreateFunctionRequest) { r.Code = &scfsdk.Code{DemoId: ptr("demo-1")} }, "UnsupportedOperation.CodeSource"},
		{"trace", func(r *scfsdk.CreateFunctionRequest) { r.TraceEnable = ptr("yes") }, "InvalidParameterValue.TraceEnable"},
		{"topic", func(r *scfsdk.CreateFunctionRequest) { r.AutoCreateClsTopic = ptr("yes") }, "InvalidParameterValue.AutoCreateClsTopic"},
		{"no code source", func(r *scfsdk.CreateFunctionRequest) {
			r.Code = &scfsdk.Code{CosBucketName: ptr("code"), CosObjectName: ptr("/main.zip")}
		}, "ResourceNotFound.Cos"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := scfsdk.NewCreateFunctionRequest()
			r.FunctionName, r.Runtime = ptr("thumb"), ptr("Go1")
			r.Code = &scfsdk.Code{ZipFile: base64Of(zipOf(t, file{name: "main"}))}
			tt.change(r)
			_, err := c.CreateFunction(r)
			assert.Equal(t, tt.code, code(t, err))
		})
	}
}

func TestCreateFailedSaysWhy(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.Handler = ptr("other") })
	f := get(t, c, "thumb")
	assert.Equal(t, "CreateFailed", *f.Status)
	require.Len(t, f.StatusReasons, 1)
	assert.Contains(t, *f.StatusReasons[0].ErrorMessage, "未找到函数执行入口文件")
}

func TestCodeFromCOS(t *testing.T) {
	pkg := zipOf(t, file{name: "main", mode: 0o755, data: []byte("x")})
	var asked string
	s := scftest.NewServer(t, scftest.WithCodeSource(func(b event.Bucket, key string) ([]byte, error) {
		asked = b.Host() + " " + key
		if key == "none.zip" {
			return nil, fmt.Errorf("no such key")
		}
		return pkg, nil
	}))
	c := official(t, s)
	for name, key := range map[string]string{"thumb": "/builds/main.zip", "thumb2": "builds/main.zip"} {
		create(t, c, name, func(r *scfsdk.CreateFunctionRequest) {
			r.Code = &scfsdk.Code{CosBucketName: ptr("code"), CosObjectName: ptr(key)}
		})
		assert.Equal(t, "code-1250000000.cos.ap-guangzhou.myqcloud.com builds/main.zip", asked)
	}
	l := scfsdk.NewPublishLayerVersionRequest()
	l.LayerName, l.CompatibleRuntimes = ptr("libs"), []*string{ptr("Go1")}
	l.Content = &scfsdk.Code{CosBucketName: ptr("code"), CosObjectName: ptr("builds/lib.zip")}
	_, err := c.PublishLayerVersion(l)
	require.NoError(t, err)
	assert.Contains(t, asked, " builds/lib.zip")
	assert.EqualValues(t, len(pkg), *get(t, c, "thumb").CodeSize)

	u := scfsdk.NewUpdateFunctionCodeRequest()
	u.FunctionName, u.CosBucketName, u.CosObjectName, u.CosBucketRegion = ptr("thumb"), ptr("code"), ptr("/none.zip"), ptr("ap-shanghai")
	_, err = c.UpdateFunctionCode(u)
	assert.Equal(t, "ResourceNotFound.Cos", code(t, err))
	assert.Contains(t, asked, "ap-shanghai")
}

// The limit of 50 MB is that of a package in a call.
func TestLargeCodeFromCOS(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateHeader(&zip.FileHeader{Name: "main", Method: zip.Store})
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 51<<20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	s := scftest.NewServer(t, scftest.WithCodeSource(func(event.Bucket, string) ([]byte, error) { return b.Bytes(), nil }))
	c := official(t, s)
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) {
		r.Code = &scfsdk.Code{CosBucketName: ptr("code"), CosObjectName: ptr("main.zip")}
	})
	assert.EqualValues(t, b.Len(), *get(t, c, "thumb").CodeSize)
}

func TestListFunctions(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	for i, name := range []string{"alpha", "beta", "gamma"} {
		create(t, c, name, func(r *scfsdk.CreateFunctionRequest) {
			r.Description, r.Role = ptr("number "+name), ptr(fmt.Sprint("role", i%2))
			r.Tags = []*scfsdk.Tag{{Key: ptr("team"), Value: ptr(name)}}
		})
		s.Advance(time.Second)
	}
	for _, tt := range []struct {
		name   string
		change func(*scfsdk.ListFunctionsRequest)
		want   string
		total  int64
	}{
		{"newest first", func(*scfsdk.ListFunctionsRequest) {}, "gamma beta alpha", 3},
		{"by name", func(r *scfsdk.ListFunctionsRequest) { r.Orderby, r.Order = ptr("FunctionName"), ptr("ASC") }, "alpha beta gamma", 3},
		{"page", func(r *scfsdk.ListFunctionsRequest) { r.Offset, r.Limit = ptr(int64(1)), ptr(int64(1)) }, "beta", 3},
		{"past the end", func(r *scfsdk.ListFunctionsRequest) { r.Offset = ptr(int64(9)) }, "", 3},
		{"search", func(r *scfsdk.ListFunctionsRequest) { r.SearchKey = ptr("mm") }, "gamma", 1},
		{"description", func(r *scfsdk.ListFunctionsRequest) { r.Description = ptr("beta") }, "beta", 1},
		{"role", func(r *scfsdk.ListFunctionsRequest) {
			r.Filters = []*scfsdk.Filter{{Name: ptr("Role"), Values: []*string{ptr("role0")}}}
		}, "gamma alpha", 2},
		{"tag and status", func(r *scfsdk.ListFunctionsRequest) {
			r.Filters = []*scfsdk.Filter{{Name: ptr("tag-team"), Values: []*string{ptr("beta"), ptr("alpha")}}, {Name: ptr("Status"), Values: []*string{ptr("Active")}}}
		}, "beta alpha", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := scfsdk.NewListFunctionsRequest()
			tt.change(r)
			resp, err := c.ListFunctions(r)
			require.NoError(t, err)
			var names []string
			for _, f := range resp.Response.Functions {
				names = append(names, *f.FunctionName)
			}
			assert.Equal(t, tt.want, strings.Join(names, " "))
			assert.Equal(t, tt.total, *resp.Response.TotalCount)
		})
	}
	r := scfsdk.NewListFunctionsRequest()
	r.Filters = []*scfsdk.Filter{{Name: ptr("Colour"), Values: []*string{ptr("red")}}}
	_, err := c.ListFunctions(r)
	assert.Equal(t, "InvalidParameterValue.Filters", code(t, err))
}

func TestCopyFunction(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.MemorySize = ptr(int64(256)) })
	r := scfsdk.NewCopyFunctionRequest()
	r.FunctionName, r.NewFunctionName = ptr("thumb"), ptr("copy")
	_, err := c.CopyFunction(r)
	require.NoError(t, err)
	assert.EqualValues(t, 256, *get(t, c, "copy").MemorySize)
	_, err = c.CopyFunction(r)
	assert.Equal(t, "ResourceInUse.Function", code(t, err))
	r.Override, r.CopyConfiguration = ptr(true), ptr(false)
	_, err = c.CopyFunction(r)
	require.NoError(t, err)
	assert.EqualValues(t, 128, *get(t, c, "copy").MemorySize)
}

func TestClearingIdioms(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) {
		r.Environment = &scfsdk.Environment{Variables: []*scfsdk.Variable{{Key: ptr("AA"), Value: ptr("1")}}}
	})
	r := scfsdk.NewUpdateFunctionConfigurationRequest()
	r.FunctionName = ptr("thumb")
	r.Environment = &scfsdk.Environment{Variables: []*scfsdk.Variable{{Key: ptr(""), Value: ptr("")}}}
	r.Layers = []*scfsdk.LayerVersionSimple{{LayerName: ptr(""), LayerVersion: ptr(int64(0))}}
	_, err := c.UpdateFunctionConfiguration(r)
	require.NoError(t, err)
	assert.Empty(t, get(t, c, "thumb").Environment.Variables)
	assert.Empty(t, get(t, c, "thumb").Layers)
}
