package scftest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// goProgram builds testdata/gofn once for all tests.
var goProgram = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "gofn-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "main")
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", out, "./testdata/gofn")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	return os.ReadFile(out)
})

var (
	goPackage     *string
	goPackageOnce sync.Once
)

func goZip(t testing.TB) *string {
	t.Helper()
	program, err := goProgram()
	require.NoError(t, err)
	goPackageOnce.Do(func() {
		goPackage = base64Of(zipOf(t, file{name: "main", mode: 0o755, data: program}, file{name: "data/hello.txt", data: []byte("hello")}))
	})
	return goPackage
}

// goFunction makes a function that runs testdata/gofn.
func goFunction(t testing.TB, c *scfsdk.Client, name string, change ...func(*scfsdk.CreateFunctionRequest)) {
	t.Helper()
	create(t, c, name, append([]func(*scfsdk.CreateFunctionRequest){func(r *scfsdk.CreateFunctionRequest) {
		r.Code.ZipFile = goZip(t)
	}}, change...)...)
}

func TestGoProcess(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	goFunction(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) {
		r.Timeout = ptr(int64(10))
		r.Environment = &scfsdk.Environment{Variables: []*scfsdk.Variable{{Key: ptr("COLOR"), Value: ptr("red")}}}
	})

	t.Run("is reused while warm", func(t *testing.T) {
		assert.JSONEq(t, `{"calls":1}`, dropPID(t, *invoke(t, c, "thumb", `{}`).RetMsg))
		assert.JSONEq(t, `{"calls":2}`, dropPID(t, *invoke(t, c, "thumb", `{}`).RetMsg))
		assert.Equal(t, 1, s.Instances())
	})
	t.Run("prints into the log", func(t *testing.T) {
		r := invoke(t, c, "thumb", `{"Do":"print","Text":"line","N":50}`)
		lines := strings.Split(*r.Log, "\n")
		require.Contains(t, lines, "line 49")
		assert.Contains(t, *r.Log, "unended\n")
		assert.NotContains(t, *r.Log, "starting", "that was of the first execution")
	})
	t.Run("error", func(t *testing.T) {
		f := failureOf(t, invoke(t, c, "thumb", `{"Do":"error","Text":"so not"}`))
		assert.Equal(t, 430, f.StatusCode)
		assert.Equal(t, 1, f.ErrorCode)
		assert.Contains(t, f.StackTrace, `invoke function failed with err: {"Message":"so not"`)
	})
	t.Run("panic replaces the process", func(t *testing.T) {
		f := failureOf(t, invoke(t, c, "thumb", `{"Do":"panic","Text":"oh"}`))
		assert.Equal(t, 430, f.StatusCode)
		assert.Contains(t, f.StackTrace, `"ShouldExit":true`)
		assert.JSONEq(t, `{"calls":1}`, dropPID(t, *invoke(t, c, "thumb", `{}`).RetMsg))
	})
	t.Run("exit", func(t *testing.T) {
		f := failureOf(t, invoke(t, c, "thumb", `{"Do":"exit","N":0}`))
		assert.Equal(t, failure{-1, "User process exit when running", f.RequestID, "", 439}, f)
		assert.JSONEq(t, `{"calls":1}`, dropPID(t, *invoke(t, c, "thumb", `{}`).RetMsg))
	})
	t.Run("memory", func(t *testing.T) {
		assert.Equal(t, 434, failureOf(t, invoke(t, c, "thumb", `{"Do":"hog","N":200}`)).StatusCode)
	})
	t.Run("memory beyond what the kernel gives", func(t *testing.T) {
		assert.Equal(t, 434, failureOf(t, invoke(t, c, "thumb", `{"Do":"hog","N":2000}`)).StatusCode)
	})
	t.Run("response too large", func(t *testing.T) {
		assert.Equal(t, 407, failureOf(t, invoke(t, c, "thumb", `{"Do":"big","N":6400000}`)).StatusCode)
	})
	t.Run("environment", func(t *testing.T) {
		var env map[string]string
		require.NoError(t, json.Unmarshal([]byte(*invoke(t, c, "thumb", `{"Do":"env"}`).RetMsg), &env))
		assert.Equal(t, "red", env["COLOR"])
		assert.Equal(t, "SCF", env["TENCENTCLOUD_RUNENV"])
		assert.Equal(t, "thumb", env["SCF_FUNCTIONNAME"])
		assert.Equal(t, gz, env["TENCENTCLOUD_REGION"])
		assert.Equal(t, env["PWD"]+"/", env["USER_CODE_ROOT"])
		assert.NotContains(t, env, "TENCENTCLOUD_SECRETID", "it has no role")
		assert.NotContains(t, env, "GOPATH", "nothing of the caller's environment")
	})
	t.Run("working directory and temporary directory", func(t *testing.T) {
		var got map[string]string
		require.NoError(t, json.Unmarshal([]byte(*invoke(t, c, "thumb", `{"Do":"dir"}`).RetMsg), &got))
		assert.Equal(t, "hello", got["text"])
		assert.DirExists(t, got["tmp"])
		assert.NotEqual(t, os.TempDir(), got["tmp"])
	})
	t.Run("a child ends with its process", func(t *testing.T) {
		r := invoke(t, c, "thumb", `{"Do":"child"}`)
		var pid int
		require.NoError(t, json.Unmarshal([]byte(*r.RetMsg), &pid))
		require.NoError(t, syscall.Kill(pid, 0))
		invoke(t, c, "thumb", `{"Do":"exit"}`)
		assert.Eventually(t, func() bool { return gone(pid) }, 5*time.Second, 5*time.Millisecond)
	})
	t.Run("idle instances are reaped by the clock", func(t *testing.T) {
		invoke(t, c, "thumb", `{}`)
		require.Equal(t, 1, s.Instances())
		s.Advance(4 * time.Minute)
		assert.Equal(t, 1, s.Instances())
		s.Advance(2 * time.Minute)
		assert.Equal(t, 0, s.Instances())
	})
}

// gone tells whether a process has ended; one that nobody waited for counts.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func dropPID(t testing.TB, ret string) string {
	t.Helper()
	var m map[string]int
	require.NoError(t, json.Unmarshal([]byte(ret), &m))
	delete(m, "pid")
	b, err := json.Marshal(m)
	require.NoError(t, err)
	return string(b)
}

func TestProcessTimesOut(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	goFunction(t, c, "slow", func(r *scfsdk.CreateFunctionRequest) { r.Timeout = ptr(int64(1)) })
	r := invoke(t, c, "slow", `{"Do":"sleep"}`)
	f := failureOf(t, r)
	assert.Equal(t, 433, f.StatusCode)
	assert.Equal(t, "Invoking task timed out after 1 seconds", f.ErrorMessage)
	assert.Contains(t, *r.Log, "sleeping\n")
	assert.Equal(t, 0, s.Instances())
}

func TestProcessThatDoesNotStart(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	at := func(v string) func(r *scfsdk.CreateFunctionRequest) {
		return func(r *scfsdk.CreateFunctionRequest) {
			r.InitTimeout = ptr(int64(3))
			r.Environment = &scfsdk.Environment{Variables: []*scfsdk.Variable{{Key: ptr("AT_START"), Value: &v}}}
		}
	}
	goFunction(t, c, "exits", at("exit"))
	goFunction(t, c, "hangs", at("sleep"))
	create(t, c, "nonsense")
	r := invoke(t, c, "exits", `{}`)
	assert.Equal(t, 443, failureOf(t, r).StatusCode)
	assert.Contains(t, *r.Log, "starting\n")
	assert.Equal(t, 433, failureOf(t, invoke(t, c, "hangs", `{}`)).StatusCode)
	assert.Equal(t, 443, failureOf(t, invoke(t, c, "nonsense", `{}`)).StatusCode)
	assert.Equal(t, 0, s.Instances())
}
