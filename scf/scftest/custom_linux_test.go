package scftest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// customFunction makes a function of the Custom Runtime whose bootstrap is a program or a script.
func customFunction(t testing.TB, c *scfsdk.Client, name string, bootstrap []byte, change ...func(*scfsdk.CreateFunctionRequest)) {
	t.Helper()
	create(t, c, name, append([]func(*scfsdk.CreateFunctionRequest){func(r *scfsdk.CreateFunctionRequest) {
		r.Runtime, r.Handler = ptr("CustomRuntime"), ptr("index.main")
		r.Code.ZipFile = base64Of(zipOf(t, file{name: "bootstrap", mode: 0o755, data: bootstrap}, file{name: "data/hello.txt", data: []byte("hello")}))
	}}, change...)...)
}

// bash is a bootstrap that speaks the runtime's HTTP by hand; what follows runs for each event.
func bash(loop string) []byte {
	return []byte(`#!/bin/bash
call() { # method path body
  exec 3<>/dev/tcp/$SCF_RUNTIME_API/$SCF_RUNTIME_API_PORT
  printf '%s %s HTTP/1.0\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" "${#3}" "$3" >&3
  cat <&3
  exec 3>&-
}
echo booting $_HANDLER
call POST /runtime/init/ready " " >/dev/null
` + loop + "\n")
}

func TestCustomRuntimeWithOurLoop(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	program, err := goProgram()
	require.NoError(t, err)
	customFunction(t, c, "thumb", program, func(r *scfsdk.CreateFunctionRequest) { r.Timeout = ptr(int64(20)) })

	first := invoke(t, c, "thumb", `{}`)
	assert.JSONEq(t, `{"calls":1}`, dropPID(t, *first.RetMsg), "%s", *first.ErrMsg)
	assert.Contains(t, *first.Log, "starting\n", "what was printed before the first event is in its log")
	assert.JSONEq(t, `{"calls":2}`, dropPID(t, *invoke(t, c, "thumb", `{}`).RetMsg))
	f := failureOf(t, invoke(t, c, "thumb", `{"Do":"error","Text":"so not"}`))
	assert.Equal(t, 430, f.StatusCode)
	assert.Contains(t, f.StackTrace, "so not")
	assert.Equal(t, 439, failureOf(t, invoke(t, c, "thumb", `{"Do":"exit","N":0}`)).StatusCode)
	var fc map[string]any
	require.NoError(t, json.Unmarshal([]byte(*invoke(t, c, "thumb", `{"Do":"context"}`).RetMsg), &fc))
	assert.Equal(t, "thumb", fc["FunctionName"])
	assert.EqualValues(t, 128, fc["MemoryLimitMB"])
	assert.EqualValues(t, 20*time.Second, fc["TimeLimit"])
}

func TestCustomRuntimeProtocol(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	short := func(r *scfsdk.CreateFunctionRequest) { r.Timeout, r.InitTimeout = ptr(int64(1)), ptr(int64(3)) }
	for _, tt := range []struct {
		name, loop string
		status     int
		ret, log   string
	}{
		{name: "answers", loop: `while true; do call GET /runtime/invocation/next >/dev/null; echo working; call POST /runtime/invocation/response '"hi"' >/dev/null; done`, ret: `"hi"`, log: "working\n"},
		{name: "headers", loop: `call GET /runtime/invocation/next | grep -ic -e '^request_id: [0-9a-f-]\{36\}.$' -e '^memory_limit_in_mb: 128.$' -e '^time_limit_in_ms: 1000.$' > $TMPDIR/n; call POST /runtime/invocation/response "$(cat $TMPDIR/n)" >/dev/null; sleep 9`, ret: "3"},
		{name: "the same event until it is answered", loop: `a=$(call GET /runtime/invocation/next | tail -1); b=$(call GET /runtime/invocation/next | tail -1); call POST /runtime/invocation/response "[$a,$b]" >/dev/null; sleep 9`, ret: `[{"a":1},{"a":1}]`},
		{name: "the first answer counts", loop: `call GET /runtime/invocation/next >/dev/null; call POST /runtime/invocation/response 1 >/dev/null; call POST /runtime/invocation/error 2 | head -1 >$TMPDIR/second; sleep 9`, ret: "1"},
		{name: "error", loop: `call GET /runtime/invocation/next >/dev/null; call POST /runtime/invocation/error "it broke" >/dev/null; sleep 9`, status: 430},
		{name: "exits with the event", loop: `call GET /runtime/invocation/next >/dev/null`, status: 439},
		{name: "never answers", loop: `call GET /runtime/invocation/next >/dev/null; sleep 60`, status: 433},
		{name: "never asks", loop: `sleep 60`, status: 433},
		{name: "answers and exits", loop: `call GET /runtime/invocation/next >/dev/null; call POST /runtime/invocation/response 7 >/dev/null`, ret: "7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := "f-" + strings.ReplaceAll(tt.name, " ", "-")
			customFunction(t, c, name, bash(tt.loop), short)
			r := invoke(t, c, name, `{"a":1}`)
			if tt.status != 0 {
				assert.Equal(t, tt.status, failureOf(t, r).StatusCode)
				return
			}
			assert.Equal(t, tt.ret, *r.RetMsg, "%s %s", *r.ErrMsg, *r.Log)
			assert.Contains(t, *r.Log, "booting index.main\n")
			assert.Contains(t, *r.Log, tt.log)
		})
	}
	t.Run("an answer too many is refused", func(t *testing.T) {
		customFunction(t, c, "twice", bash(`while true; do call GET /runtime/invocation/next >/dev/null; call POST /runtime/invocation/response "\"$last\"" >/dev/null
last=$(call POST /runtime/invocation/response 2 | head -1 | tr -d '\r'); done`), short)
		assert.Equal(t, `""`, *invoke(t, c, "twice", `{}`).RetMsg)
		assert.Equal(t, `"HTTP/1.0 409 Conflict"`, *invoke(t, c, "twice", `{}`).RetMsg)
	})
	t.Run("does not say that it is ready", func(t *testing.T) {
		customFunction(t, c, "unready", []byte("#!/bin/bash\nsleep 60\n"), short)
		f := failureOf(t, invoke(t, c, "unready", `{}`))
		assert.Equal(t, 433, f.StatusCode)
		assert.Equal(t, "Initializing task timed out after 3 seconds", f.ErrorMessage)
	})
	t.Run("is not executable", func(t *testing.T) {
		create(t, c, "plain", func(r *scfsdk.CreateFunctionRequest) {
			r.Runtime = ptr("CustomRuntime")
			r.Code.ZipFile = base64Of(zipOf(t, file{name: "bootstrap", data: bash("")}))
		})
		assert.Equal(t, 443, failureOf(t, invoke(t, c, "plain", `{}`)).StatusCode)
	})
	t.Run("is missing", func(t *testing.T) {
		create(t, c, "missing", func(r *scfsdk.CreateFunctionRequest) { r.Runtime = ptr("CustomRuntime") })
		assert.Equal(t, 437, failureOf(t, invoke(t, c, "missing", `{}`)).StatusCode)
	})
}

func TestTemporaryCredentialsOfInstances(t *testing.T) {
	leak.Check(t)
	issued := map[string]time.Time{}
	s := scftest.NewServer(t, scftest.WithCredentialLifetime(time.Hour), scftest.WithIdleTimeout(24*time.Hour),
		scftest.WithInstanceEnv(map[string]string{"COSEVENT_ENDPOINT": "http://198.51.100.1"}),
		scftest.WithIssueCredentials(func(id, key, token string, expires time.Time) { issued[id+key+token] = expires }))
	c := official(t, s)
	role := func(r *scfsdk.CreateFunctionRequest) { r.Role = ptr("reader") }
	program, err := goProgram()
	require.NoError(t, err)
	goFunction(t, c, "go1", role)
	customFunction(t, c, "custom", program, role)
	for _, name := range []string{"go1", "custom"} {
		t.Run(name, func(t *testing.T) {
			env := func() map[string]string {
				var env map[string]string
				require.NoError(t, json.Unmarshal([]byte(*invoke(t, c, name, `{"Do":"env"}`).RetMsg), &env))
				return env
			}
			triple := func(e map[string]string) string {
				return e["TENCENTCLOUD_SECRETID"] + e["TENCENTCLOUD_SECRETKEY"] + e["TENCENTCLOUD_SESSIONTOKEN"]
			}
			one := env()
			assert.Contains(t, issued, triple(one))
			assert.Equal(t, "http://198.51.100.1", one["COSEVENT_ENDPOINT"])
			owner, ok := s.CredentialOwner(one["TENCENTCLOUD_SECRETID"])
			assert.True(t, ok)
			assert.Equal(t, gz+"/default/"+name, owner)
			assert.Equal(t, triple(one), triple(env()))

			cred := common.NewTokenCredential(one["TENCENTCLOUD_SECRETID"], one["TENCENTCLOUD_SECRETKEY"], one["TENCENTCLOUD_SESSIONTOKEN"])
			_, err := officialAs(t, s, cred).ListFunctions(scfsdk.NewListFunctionsRequest())
			require.NoError(t, err, "a function may call the API")

			s.Advance(time.Hour)
			two := env()
			assert.NotEqual(t, triple(one), triple(two), "they rotate")
			assert.Contains(t, issued, triple(two))
			_, err = officialAs(t, s, cred).ListFunctions(scfsdk.NewListFunctionsRequest())
			assert.Equal(t, "AuthFailure.TokenFailure", code(t, err))
		})
	}
}
