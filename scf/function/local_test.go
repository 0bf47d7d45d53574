package function_test

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

// file returns an open file with the given content.
func file(t *testing.T, content string) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "event.json")
	require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
	f, err := os.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestLocal(t *testing.T) {
	leak.Check(t)
	named := file(t, `{"from":"file"}`).Name()
	for _, tt := range []struct {
		name, stdin       string
		args              []string
		out, report, fail string
	}{
		{"standard input", `{"a":1}`, nil, "{\"a\":1}\n", "", ""},
		{"dash", `[2]`, []string{"-"}, "[2]\n", "", ""},
		{"file", `no`, []string{named}, "{\"from\":\"file\"}\n", "", ""},
		{"missing file", `1`, []string{named + "x"}, "", "", "no such file"},
		{"two files", `1`, []string{named, named}, "", "", `"], want at most one event file`},
		{"unknown flag", `1`, []string{"-v"}, "", "", "-h explains"},
		{"no event", ``, nil, "", "", "the event is empty"},
		{"text", `"text"`, nil, "\"50%done\"\n", "", ""},
		{"error", `"fail"`, nil, "", "QuotaError: reading: 3 left\n", "the invocation failed: QuotaError: reading: 3 left"},
		{"panic", `"panic"`, nil, "", "panic: string: out of\nluck\ngithub.com/", "the handler panicked: out of\\nluck"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			log := &lines{}
			err := function.Run(t.Context(), function.HandlerFunc(act), function.WithMode(function.ModeLocal),
				function.WithErrorLog(log), local(strings.NewReader(tt.stdin), &out, tt.args...))
			if tt.fail == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.fail)
			}
			assert.Equal(t, tt.out, out.String())
			assert.True(t, strings.HasPrefix(log.String(), tt.report), "%s", log)
			assert.Equal(t, tt.report == "", log.String() == "")
		})
	}
}

func TestLocalHelp(t *testing.T) {
	for _, flag := range []string{"-h", "-help", "--help"} {
		var out bytes.Buffer
		err := function.Run(t.Context(), function.HandlerFunc(act), function.WithMode(function.ModeLocal), local(strings.NewReader(""), &out, flag))
		require.NoError(t, err)
		assert.Contains(t, out.String(), "usage: "+filepath.Base(os.Args[0])+" [event.json | -]")
		assert.NotContains(t, out.String(), "%s")
	}
}

// Whatever ends Run, the functions of WithShutdown are called, and one that panics does not keep the others from it.
func TestShutdownFunctionsAlwaysRun(t *testing.T) {
	t.Setenv("SCF_RUNTIME_API", "")
	for name, opts := range map[string][]function.Option{
		"handled":       {function.WithMode(function.ModeLocal), local(strings.NewReader("1"), &bytes.Buffer{})},
		"failed":        {function.WithMode(function.ModeLocal), local(strings.NewReader(`"fail"`), nil)},
		"panicked":      {function.WithMode(function.ModeLocal), local(strings.NewReader(`"panic"`), nil)},
		"no event":      {function.WithMode(function.ModeLocal), local(strings.NewReader(""), nil)},
		"cannot listen": {function.WithMode(function.ModeImage), function.WithAddr("198.51.100.1:x")},
		"no platform":   {function.WithMode(function.ModeCustom)},
	} {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			var called []string
			log := &lines{}
			_ = function.Run(t.Context(), function.HandlerFunc(act), append(opts, function.WithErrorLog(log),
				function.WithShutdown(func(context.Context) { called = append(called, "one"); panic("luck") }),
				function.WithShutdown(func(ctx context.Context) {
					called = append(called, "two")
					assert.NoError(t, ctx.Err())
				}))...)
			assert.Equal(t, []string{"one", "two"}, called)
			assert.Contains(t, log.String(), "function: a function given to WithShutdown panicked: luck\n")
		})
	}
}

func TestLocalErrorsWrap(t *testing.T) {
	err := function.Run(t.Context(), function.HandlerFunc(act), function.WithMode(function.ModeLocal),
		local(strings.NewReader(""), nil, filepath.Join(t.TempDir(), "none")))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// Nobody types anything, and the process is told to end.
func TestLocalInterrupted(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	assert.NoError(t, function.Run(ctx, function.HandlerFunc(act), function.WithMode(function.ModeLocal), local(r, &bytes.Buffer{})))
	require.NoError(t, w.Close())
	require.NoError(t, r.Close())
}

func TestLocalServe(t *testing.T) {
	leak.Check(t)
	listening := make(chan string, 1)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- function.Run(ctx, function.HandlerFunc(act), function.WithMode(function.ModeLocal),
			local(os.Stdin, &bytes.Buffer{}, "-serve", "127.0.0.1:0"), function.WithErrorLog(&lines{}),
			function.OnListen(func(a string) { listening <- a }))
	}()
	tr := &http.Transport{}
	code, body := post(t, &http.Client{Transport: tr}, "http://"+<-listening+"/event-invoke", strings.NewReader("[1]"))
	assert.Equal(t, 200, code)
	assert.Equal(t, "[1]", body)
	tr.CloseIdleConnections()
	stop()
	assert.NoError(t, <-done)
}

func TestDetectMode(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want function.Mode
	}{
		{nil, function.ModeLocal},
		{map[string]string{"_LAMBDA_SERVER_PORT": "1", "TENCENTCLOUD_RUNENV": "SCF"}, function.ModeGo1},
		{map[string]string{"SCF_RUNTIME_API": "127.0.0.1", "TENCENTCLOUD_RUNENV": "SCF"}, function.ModeCustom},
		{map[string]string{"SCF_RUNTIME_API": "127.0.0.1", "_LAMBDA_SERVER_PORT": "1"}, function.ModeGo1},
		{map[string]string{"TENCENTCLOUD_RUNENV": "SCF"}, function.ModeImage},
		{map[string]string{"_LAMBDA_SERVER_PORT": "1", "COSEVENT_MODE": "local"}, function.ModeLocal},
	} {
		got, err := function.DetectMode(func(k string) string { return tt.env[k] })
		require.NoError(t, err)
		assert.Equal(t, tt.want, got, "%v", tt.env)
	}
	_, err := function.DetectMode(func(string) string { return "x" })
	assert.ErrorContains(t, err, `COSEVENT_MODE is "x"`)
	assert.ErrorContains(t, function.Run(t.Context(), function.HandlerFunc(act), function.WithMode("x")), `WithMode was given "x"`)
	assert.ErrorContains(t, function.Run(t.Context(), nil), "nil handler")
	lost := function.WithMiddleware(func(function.Handler) function.Handler { return nil })
	assert.ErrorContains(t, function.Run(t.Context(), function.HandlerFunc(act), lost), "a middleware returned a nil handler")
	t.Setenv("_LAMBDA_SERVER_PORT", "")
	assert.ErrorContains(t, function.Run(t.Context(), function.HandlerFunc(act), function.WithMode(function.ModeGo1)), "_LAMBDA_SERVER_PORT is not set")
}
