package exampledeploy_test

import (
	"bytes"
	"flag"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
	"github.com/cosevent/cosevent-go/scf"
)

var hello = exampledeploy.Example{
	Package:        "github.com/cosevent/cosevent-go/internal/exampledeploy/testdata/hello",
	Prefix:         "in/",
	Output:         "hello/",
	PrefixVariable: "PREFIX",
	Events:         []event.Type{event.AnyObjectCreated},
	Suffixes:       []string{".txt", ".csv"},
	Memory:         128,
	Timeout:        7 * time.Second,
	Variables:      []string{"HELLO", "HELLO_UNSET"},
}

func TestDeploy(t *testing.T) {
	cloud := deploytest.New(t)
	env := map[string]string{"HELLO": "good morning", "OTHER": "no business of the function's"}
	flags := []string{"-bucket", "photos-1250000000", "-region", "ap-guangzhou", "-role", "greeter"}

	output, err := cloud.Run(hello, env, flags...)
	require.NoError(t, err)
	assert.Contains(t, output, "nothing was changed: add -deploy")
	assert.Contains(t, output, `cos:ObjectCreated:*`)
	assert.Contains(t, output, "to do: function hello: created")
	functions := cloud.SCF("ap-guangzhou")
	_, err = functions.Get(t.Context(), "hello")
	require.ErrorIs(t, err, scf.ErrNotFound)

	output, err = cloud.Run(hello, env, append(flags, "-deploy")...)
	require.NoError(t, err)
	assert.Contains(t, output, "function hello: created")
	info, err := functions.Get(t.Context(), "hello")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"HELLO": "good morning", "PREFIX": "in/"}, info.Environment)
	assert.Equal(t, "greeter", info.Role)
	assert.Equal(t, 128, info.Memory)
	assert.Equal(t, 7*time.Second, info.Timeout)

	cloud.Put("in/a.txt", "x")
	cloud.Put("in/b.csv", "x")
	cloud.Put("in/c.png", "x")
	assert.Equal(t, "good morning in/ in/a.txt", cloud.Get("hello/in/a.txt"))
	keys, err := cloud.COSServer().Keys(deploytest.Bucket, "hello/")
	require.NoError(t, err)
	assert.Equal(t, []string{"hello/in/a.txt", "hello/in/b.csv"}, keys)

	output, err = cloud.Run(hello, env, append(flags, "-deploy")...)
	require.NoError(t, err)
	assert.Contains(t, output, "function hello: unchanged")
	assert.Contains(t, output, "nothing to do")

	assert.NotContains(t, output, "! ")

	output, err = cloud.Run(hello, env, append(flags, "-prefix", "hello/")...)
	require.NoError(t, err)
	assert.Contains(t, output, "2 to add, 2 to remove")
	assert.Contains(t, output, "! ", "it would call itself")
}

func TestWhatCannotBeDeployed(t *testing.T) {
	keys := map[string]string{"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key"}
	for name, c := range map[string]struct {
		pkg  string
		args []string
		env  map[string]string
		err  string
	}{
		"no bucket":      {hello.Package, nil, keys, "-bucket"},
		"no appid":       {hello.Package, []string{"-bucket", "photos"}, keys, "-bucket"},
		"no keys":        {hello.Package, []string{"-bucket", "photos-1250000000"}, nil, "TENCENTCLOUD_SECRET_ID"},
		"no such flag":   {hello.Package, []string{"-buckets"}, keys, "-buckets"},
		"no such region": {hello.Package, []string{"-bucket", "photos-1250000000", "-region", "?"}, keys, "region"},
		"no such code":   {hello.Package + "/none", []string{"-bucket", "photos-1250000000"}, keys, "testdata/hello/none"},
	} {
		t.Run(name, func(t *testing.T) {
			e := hello
			e.Package = c.pkg
			var out bytes.Buffer
			err := exampledeploy.Run(t.Context(), e, c.args, func(k string) string { return c.env[k] }, &out)
			assert.ErrorContains(t, err, c.err)
		})
	}
	var out bytes.Buffer
	err := exampledeploy.Run(t.Context(), hello, []string{"-h"}, func(string) string { return "" }, &out)
	require.ErrorIs(t, err, flag.ErrHelp)
	assert.Contains(t, out.String(), "-role")
}

// TestHandlersStaySmall: nothing of what deploys or fakes gets into a function's binary.
func TestHandlersStaySmall(t *testing.T) {
	deployers, err := filepath.Glob("../../examples/*/deploy")
	require.NoError(t, err)
	require.NotEmpty(t, deployers)
	for _, dir := range deployers {
		list := exec.CommandContext(t.Context(), "go", "list", "-deps", ".")
		list.Dir = filepath.Dir(dir) // which may be in a module of its own
		out, err := list.Output()
		require.NoError(t, err, dir)
		for _, unwanted := range []string{"cosevent-go/scf\n", "cosevent-go/trigger", "/costest\n", "/scftest\n", "tencentcloud/scf/", "net/rpc"} {
			assert.NotContains(t, string(out), unwanted, dir)
		}
	}
}
