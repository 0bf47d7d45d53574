package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/examples/replay/replay"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// The tests run this program again as the program that events are replayed to.
func TestMain(m *testing.M) {
	if out := os.Getenv("REPLAY_TEST_OUT"); out != "" {
		function.Start(function.HandlerFunc(func(_ context.Context, payload []byte) ([]byte, error) {
			events, err := event.Decode(payload)
			if err != nil {
				return nil, err
			}
			key := events[0].Common().Object.Key
			if strings.HasPrefix(key, "bad") {
				return nil, errors.New("no such luck")
			}
			return nil, os.WriteFile(filepath.Join(out, key), nil, 0o600)
		}))
	}
	os.Exit(m.Run())
}

var photos = eventtest.DefaultBucket

// keys is a function that remembers the keys it was told of.
type keys struct {
	mu   sync.Mutex
	seen []string
	fail func(key string) bool
}

func (k *keys) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	events, err := event.Decode(payload)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	key := events[0].Common().Object.Key
	if k.fail != nil && k.fail(key) {
		return nil, errors.New("not this one")
	}
	k.seen = append(k.seen, key)
	return nil, nil
}

func newCloud(t *testing.T) (*triggertest.Cloud, *keys, func(string) string) {
	t.Helper()
	cloud := triggertest.New(t)
	cloud.CreateBucket(photos)
	k := &keys{}
	cloud.Handle("thumb", k)
	id, key := cloud.Credentials()
	env := map[string]string{"TENCENTCLOUD_SECRET_ID": id, "TENCENTCLOUD_SECRET_KEY": key, "COSEVENT_ENDPOINT": cloud.URL()}
	return cloud, k, func(name string) string { return env[name] }
}

func TestABucketIsBackfilled(t *testing.T) {
	for _, mode := range []string{"-async=false", "-async=true"} {
		t.Run(mode, func(t *testing.T) {
			cloud, k, getenv := newCloud(t)
			var want []string
			for i := range 12 {
				want = append(want, fmt.Sprint("in/中 +", i))
				require.NoError(t, cloud.COSServer().Put(photos, want[i], []byte("x")))
			}
			require.NoError(t, cloud.COSServer().Put(photos, "out/x", []byte("x")))
			checkpoint := filepath.Join(t.TempDir(), "c")
			args := []string{"-bucket", photos.ID(), "-prefix", "in/", "-function", "thumb", "-checkpoint", checkpoint, mode}
			var out strings.Builder
			require.NoError(t, run(t.Context(), args, getenv, &out))
			require.NoError(t, cloud.Wait(t.Context()))
			assert.ElementsMatch(t, want, k.seen)
			assert.Contains(t, out.String(), "100% 12 events, 0 failed")

			require.NoError(t, run(t.Context(), args, getenv, io.Discard))
			assert.Len(t, k.seen, 12, "a second run has nothing to do")
		})
	}
}

func TestFailuresCanBeReplayedLater(t *testing.T) {
	_, k, getenv := newCloud(t)
	k.fail = func(key string) bool { return key == "b" }
	dir := t.TempDir()
	file := filepath.Join(dir, "events")
	lines := []byte{}
	for _, key := range []string{"a", "b", "c"} {
		lines = append(append(lines, eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key(key))...), '\n')
	}
	require.NoError(t, os.WriteFile(file, append(lines, "not an event\n"...), 0o600))
	checkpoint := filepath.Join(dir, "c")
	var out strings.Builder
	args := []string{"-file", file, "-function", "thumb", "-checkpoint", checkpoint, "-attempts", "2", "-pause", "1ms"}
	err := run(t.Context(), args, getenv, &out)
	require.ErrorIs(t, err, replay.ErrFailed)
	assert.ErrorContains(t, err, "2 of 4")
	assert.Contains(t, out.String(), checkpoint+".failed")
	assert.ElementsMatch(t, []string{"a", "c"}, k.seen)

	k.fail = nil
	err = run(t.Context(), []string{"-file", checkpoint + ".failed", "-function", "thumb", "-checkpoint", checkpoint + "2"}, getenv, io.Discard)
	assert.ErrorContains(t, err, "1 of 2", "what is no event stays none")
	assert.ElementsMatch(t, []string{"a", "b", "c"}, k.seen)
}

func TestEventsGoToAProgram(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("REPLAY_TEST_OUT", dir)
	program, err := os.Executable()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "events")
	text := ""
	for _, key := range []string{"a", "bad", "c"} {
		text += string(eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key(key))) + "\n"
	}
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	checkpoint := filepath.Join(t.TempDir(), "c")
	err = run(t.Context(), []string{"-file", file, "-checkpoint", checkpoint, "-attempts", "1", program}, os.Getenv, io.Discard)
	require.ErrorIs(t, err, replay.ErrFailed)
	for _, key := range []string{"a", "c"} {
		assert.FileExists(t, filepath.Join(dir, key))
	}
	failed, err := os.ReadFile(checkpoint + ".failed")
	require.NoError(t, err)
	assert.Contains(t, string(failed), "no such luck", "what the program said is kept")
}

func TestArguments(t *testing.T) {
	for name, c := range map[string]struct{ args, err string }{
		"nothing":         {"", "-file and -bucket"},
		"two sources":     {"-file a -bucket b x", "-file and -bucket"},
		"no target":       {"-file a", "-function and a program"},
		"two targets":     {"-file a -function f x", "-function and a program"},
		"workers":         {"-file a -workers 0 x", "-workers"},
		"rate":            {"-file a -rate -1 x", "-rate"},
		"bad bucket":      {"-bucket b x", "not a bucket"},
		"no keys":         {"-bucket photos-1250000000 x", "TENCENTCLOUD_SECRET_ID"},
		"no keys to call": {"-file a -function f", "TENCENTCLOUD_SECRET_ID"},
		"no file":         {"-file /no/such/file -checkpoint= x", "no such file"},
		"unknown flag":    {"-speed 3", "not defined"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), strings.Fields(c.args), func(string) string { return "" }, io.Discard)
			assert.ErrorContains(t, err, c.err)
		})
	}
	var out strings.Builder
	assert.Error(t, run(t.Context(), []string{"-h"}, os.Getenv, &out))
	assert.Contains(t, out.String(), "-checkpoint")
}

func TestTail(t *testing.T) {
	var said tail
	for range 3 {
		n, err := said.Write([]byte(strings.Repeat("x", 2000) + "end"))
		require.NoError(t, err)
		assert.Equal(t, 2003, n)
	}
	assert.Len(t, said, 1024)
	assert.True(t, strings.HasSuffix(string(said), "end"))
}

func TestDeadLettersAreReplayed(t *testing.T) {
	cloud, k, getenv := newCloud(t)
	api := scfsdk.NewUpdateFunctionConfigurationRequest()
	api.FunctionName, api.Namespace = common.StringPtr("thumb"), common.StringPtr("default")
	api.DeadLetterConfig = &scfsdk.DeadLetterConfig{Type: common.StringPtr("CMQ-QUEUE"), Name: common.StringPtr("dead")}
	_, err := cloud.SCF(photos.Region).API().UpdateFunctionConfigurationWithContext(t.Context(), api)
	require.NoError(t, err)
	require.NoError(t, cloud.Triggers(photos.Region).Bind(t.Context(), trigger.Trigger{Function: "thumb", Bucket: photos, Event: event.AnyObjectCreated}))
	k.fail = func(key string) bool { return strings.HasPrefix(key, "b") }
	for _, key := range []string{"a", "b 1", "b 2"} {
		require.NoError(t, cloud.COSServer().Put(photos, key, nil))
	}
	require.NoError(t, cloud.Wait(t.Context()))
	require.Len(t, cloud.DeadLetters(), 2)
	var text []byte
	for _, letter := range cloud.DeadLetters() {
		text = append(append(text, letter.Message...), '\n')
	}
	file := filepath.Join(t.TempDir(), "dead")
	require.NoError(t, os.WriteFile(file, text, 0o600))

	k.fail = nil
	require.NoError(t, run(t.Context(), []string{"-file", file, "-function", "thumb", "-checkpoint", file + ".c"}, getenv, io.Discard))
	assert.ElementsMatch(t, []string{"a", "b 1", "b 2"}, k.seen)
}
