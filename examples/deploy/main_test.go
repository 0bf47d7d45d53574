package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var photos = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}

// shell runs the program against a cloud of its own.
type shell struct {
	t     *testing.T
	cloud *triggertest.Cloud
	env   map[string]string
}

func newShell(t *testing.T) *shell {
	cloud := triggertest.New(t)
	cloud.CreateBucket(photos)
	id, key := cloud.Credentials()
	return &shell{t, cloud, map[string]string{
		"COSEVENT_ENDPOINT": cloud.URL(), "TENCENTCLOUD_SECRET_ID": id, "TENCENTCLOUD_SECRET_KEY": key,
	}}
}

func (s *shell) run(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(context.Background(), args, func(k string) string { return s.env[k] }, &out, &errs)
	require.NotContains(s.t, out.String()+errs.String(), s.env["TENCENTCLOUD_SECRET_KEY"])
	return status, out.String(), errs.String()
}

func (s *shell) ok(args ...string) string {
	status, stdout, stderr := s.run(args...)
	require.Equal(s.t, exitOK, status, "%v: %s", args, stderr)
	return stdout
}

func (s *shell) doc(args ...string) map[string]any {
	var doc map[string]any
	require.NoError(s.t, json.Unmarshal([]byte(s.ok(args...)), &doc))
	return doc
}

func TestTheWholeWay(t *testing.T) {
	s := newShell(t)
	zip := filepath.Join(t.TempDir(), "hello.zip")
	built := s.doc("build", "-json", "-o", zip, "./testdata/hello")
	require.Equal(t, "Go1", built["runtime"])
	require.Equal(t, zip, built["file"])

	require.Equal(t, "hello: created, there was none\n", s.ok("deploy", "-n", "hello", zip))
	_, _, progress := s.run("deploy", "-env", "MODE=fast", "-memory", "256", "-retries", "0", "hello", "./testdata/hello")
	require.Contains(t, progress, "build ./testdata/hello\n")
	require.Contains(t, progress, "hello: create\n")
	require.Equal(t, "hello: unchanged\n", s.ok("deploy", "-q", "hello", zip), "a build is reproducible")
	changed := s.doc("deploy", "-q", "-json", "-timeout", "10s", "hello", zip)
	require.Equal(t, "updated", changed["change"])
	require.Equal(t, "Timeout", changed["differences"].([]any)[0].(map[string]any)["Field"])

	require.Contains(t, s.ok("bind", "-bucket", "photos-1250000000", "-prefix", "in/", "hello"), "hello: bound")
	status, out, _ := s.run("plan", "-check", "-bucket", "photos-1250000000", "-rule", "cos:ObjectCreated:*,in/", "hello")
	require.Equal(t, exitOK, status)
	require.Contains(t, out, "nothing to do, 1 unchanged")
	status, out, _ = s.run("plan", "-check", "-bucket", "photos-1250000000", "-rule", "cos:ObjectCreated:Put,in/,.txt", "-output", "in/out/", "hello")
	require.Equal(t, exitPending, status)
	require.Contains(t, out, `+ cos:ObjectCreated:Put prefix "in/" suffix ".txt"`)
	planned := s.doc("plan", "-q", "-json", "-apply", "-bucket", "photos-1250000000", "-rule", "cos:ObjectCreated:Put,in/", "hello")
	require.Equal(t, false, planned["empty"])
	s.ok("plan", "-check", "-bucket", "photos-1250000000", "-rule", "cos:ObjectCreated:Put,in/", "hello")

	tested := s.doc("test", "-q", "-json", "-key", "good.txt", "-bucket", "photos-1250000000", "hello")
	require.Equal(t, true, tested["ok"])
	require.Contains(t, tested["log"], "hello, good.txt")
	status, out, errs := s.run("test", "-key", "bad.txt", "hello")
	require.Equal(t, exitFunction, status)
	require.Contains(t, out, "hello, bad.txt")
	require.Contains(t, errs, "bad object")
	require.Contains(t, s.ok("test", "-async", "hello"), "request ")

	_, err := s.cloud.COS(photos).Object.Put(context.Background(), "in/a.txt", strings.NewReader("x"), nil)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	require.NoError(t, s.cloud.Wait(ctx))
	logs := s.ok("logs", "hello")
	require.Contains(t, logs, "hello, in/a.txt")
	require.Contains(t, logs, "hello, bad.txt")
	failed := s.ok("logs", "-failed", "hello")
	require.Contains(t, failed, "hello, bad.txt")
	require.NotContains(t, failed, "hello, in/a.txt")
	id := tested["requestId"].(string)
	for _, line := range strings.Split(strings.TrimSpace(s.ok("logs", "-json", "-request", id, "hello")), "\n") {
		var doc map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &doc))
		require.Equal(t, id, doc["requestId"])
	}

	require.Equal(t, "hello: deleted\n", s.ok("delete", "-q", "hello"))
	status, _, errs = s.run("delete", "hello")
	require.Equal(t, exitFailed, status)
	require.Contains(t, errs, "ResourceNotFound")
}

// lines is a writer that tells when a text has been written.
type lines struct {
	mu   sync.Mutex
	text string
	want string
	seen chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := strings.Contains(l.text, l.want)
	if l.text += string(p); !before && strings.Contains(l.text, l.want) {
		close(l.seen)
	}
	return len(p), nil
}

func TestFollowingALog(t *testing.T) {
	s := newShell(t)
	s.ok("deploy", "-q", "hello", "./testdata/hello")
	out := &lines{want: "hello, followed.txt", seen: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	status := make(chan int)
	go func() {
		status <- run(ctx, []string{"logs", "-f", "-since", "1m", "hello"}, func(k string) string { return s.env[k] }, out, &bytes.Buffer{})
	}()
	s.ok("test", "-q", "-key", "followed.txt", "hello")
	select {
	case <-out.seen:
	case <-time.After(30 * time.Second):
		t.Error("the line was not shown")
	}
	cancel()
	require.Equal(t, exitOK, <-status, "to interrupt is how it ends")
}

func TestUsage(t *testing.T) {
	s := newShell(t)
	for _, c := range commands() {
		status, _, errs := s.run(c.name, "-h")
		require.Equal(t, exitOK, status)
		require.Contains(t, errs, "deploy "+c.name+" [flags] "+c.args)
		require.Contains(t, errs, "-json")
		status, _, errs = s.run(c.name)
		require.Equal(t, exitUsage, status, "%s: %s", c.name, errs)
	}
	require.Contains(t, s.ok("help"), "Exit status")
	bad := filepath.Join(t.TempDir(), "bad.go")
	require.NoError(t, os.WriteFile(bad, []byte("package main\n\nfunc main() { undefined() }\n"), 0o644))
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"nothing":     {nil, exitUsage, ""},
		"no command":  {[]string{"fly"}, exitUsage, `no command "fly"`},
		"flag":        {[]string{"logs", "-x"}, exitUsage, "-x"},
		"pair":        {[]string{"deploy", "-env", "A"}, exitUsage, "NAME=value"},
		"values":      {[]string{"deploy", "-memory", "100", "x", "./testdata/hello"}, exitUsage, "Memory: 100 MB"},
		"bucket":      {[]string{"bind", "-bucket", "photos", "hello"}, exitUsage, "photos"},
		"rule":        {[]string{"plan", "-bucket", "photos-1250000000", "-rule", "a,b,c,d", "hello"}, exitUsage, "a,b,c,d"},
		"event":       {[]string{"test", "-event", "nothing", "hello"}, exitUsage, "nothing"},
		"no function": {[]string{"logs", "hello"}, exitFailed, "ResourceNotFound"},
		"no build":    {[]string{"build", "-o", filepath.Join(t.TempDir(), "x.zip"), bad}, exitFailed, "undefined: undefined"},
	} {
		status, _, errs := s.run(c.args...)
		require.Equal(t, c.status, status, "%s: %s", name, errs)
		require.Contains(t, errs, c.want, name)
	}
	s.env["TENCENTCLOUD_SECRET_KEY"] = ""
	var out, errs bytes.Buffer
	require.Equal(t, exitUsage, run(context.Background(), []string{"logs", "hello"}, func(string) string { return "" }, &out, &errs))
	require.Contains(t, errs.String(), "TENCENTCLOUD_SECRET_ID")
}
