package scf_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

func TestDeploySaysWhatAndWhy(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 0, 0)
	f := scf.Function{Name: "fn", Code: codeOf(t, "one")}
	preview, err := w.client.Preview(ctx, f)
	require.NoError(t, err)
	require.Equal(t, scf.Created, preview.Change)
	ch, err := w.client.DeployReport(ctx, f)
	require.NoError(t, err)
	require.Equal(t, "fn: created, there was none", ch.String())
	info, err := w.client.Get(ctx, "fn")
	require.NoError(t, err)
	require.Equal(t, 128, info.Memory)
	require.Equal(t, 30*time.Second, info.Timeout)
	require.Equal(t, scf.StateActive, info.State)

	w.rec.actions = nil
	ch, err = w.client.DeployReport(ctx, f)
	require.NoError(t, err)
	require.Equal(t, "fn: unchanged", ch.String())
	require.Equal(t, []string{"GetFunction", "GetFunctionAddress"}, w.rec.actions, "nothing is written")

	f.Code, f.Memory, f.Timeout, f.Description = codeOf(t, "two"), 256, time.Minute, "now\nwith text"
	f.Environment = map[string]string{"TOKEN": "hunter2", "MODE": "a"}
	f.Retry = &scf.Retry{Attempts: 0, MaxAge: time.Hour}
	f.Log = &scf.Log{LogsetID: "ls-1", TopicID: "tp-1"}
	f.VPC = &scf.VPC{ID: "vpc-1", Subnet: "subnet-1"}
	f.Role = "reader"
	preview, err = w.client.Preview(ctx, f)
	require.NoError(t, err)
	ch, err = w.client.DeployReport(ctx, f)
	require.NoError(t, err)
	require.Equal(t, preview, ch, "what was to be done was done")
	require.Equal(t, scf.Updated, ch.Change)
	var fields []string
	for _, d := range ch.Differences {
		fields = append(fields, d.Field)
	}
	require.Equal(t, []string{"Code", "Description", "Memory", "Timeout", "Environment[MODE]", "Environment[TOKEN]", "Role", "VPC", "Log",
		"Retry.Attempts", "Retry.MaxAge"}, fields)
	require.Contains(t, ch.String(), "\n  Memory: 128 MB -> 256 MB\n")
	require.Contains(t, ch.String(), "\n  Environment[TOKEN]: none -> set\n")
	require.Contains(t, ch.String(), `Description: none -> "now\nwith text"`)
	require.NotContains(t, ch.String(), "hunter2")

	// Zero fields stay, also those of the code's environment; a map is the whole environment.
	ch, err = w.client.DeployReport(ctx, scf.Function{Name: "fn", Code: codeOf(t, "two")})
	require.NoError(t, err)
	require.Equal(t, scf.Unchanged, ch.Change)
	ch, err = w.client.DeployReport(ctx, scf.Function{Name: "fn", Code: codeOf(t, "two"), Environment: map[string]string{"MODE": "b"}})
	require.NoError(t, err)
	require.Equal(t, "fn: updated\n  Environment[MODE]: set -> set (to another value)\n  Environment[TOKEN]: set -> none", ch.String())

	// And everything can be emptied.
	ch, err = w.client.DeployReport(ctx, scf.Function{Name: "fn", Code: codeOf(t, "two"), Environment: map[string]string{}, Description: scf.Clear,
		Role: scf.Clear, VPC: &scf.VPC{}, Log: &scf.Log{}})
	require.NoError(t, err)
	require.Len(t, ch.Differences, 5)
	info, err = w.client.Get(ctx, "fn")
	require.NoError(t, err)
	require.Empty(t, info.Environment)
	require.Empty(t, info.Description+info.Role+info.VPC.ID+info.Log.TopicID)
}

func TestUpdate(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 0, 0)
	_, err := w.client.Update(ctx, scf.Function{Name: "fn", Memory: 256})
	require.ErrorIs(t, err, scf.ErrNotFound)
	_, err = w.client.Update(ctx, scf.Function{Name: "fn", Code: codeOf(t, "one")})
	require.ErrorIs(t, err, scf.ErrNotFound)
	require.NoError(t, w.client.Create(ctx, scf.Function{Name: "fn", Code: codeOf(t, "one")}))
	ch, err := w.client.Update(ctx, scf.Function{Name: "fn", Memory: 256})
	require.NoError(t, err)
	require.Equal(t, "fn: updated\n  Memory: 128 MB -> 256 MB", ch.String())
	_, err = w.client.Update(ctx, scf.Function{Name: "fn", Handler: "another"})
	require.ErrorIs(t, err, scf.ErrConflict, "the handler goes with code")
}

func TestRuntimeCannotChange(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 0, 0)
	require.NoError(t, w.client.Create(ctx, scf.Function{Name: "fn", Code: codeOf(t, "one")}))
	ch, err := w.client.DeployReport(ctx, scf.Function{Name: "fn", Code: codeOf(t, "one"), Runtime: "Python3.10", Handler: "index.main"})
	require.ErrorIs(t, err, scf.ErrConflict)
	require.ErrorContains(t, err, "its runtime is CustomRuntime and cannot be changed to Python3.10")
	require.Equal(t, scf.Unchanged, ch.Change)
	require.ErrorIs(t, w.client.Create(ctx, scf.Function{Name: "fn", Code: codeOf(t, "one")}), scf.ErrExists)
}

// A package in a bucket is deployed every time, unless its hash is known.
func TestDeployFromBucket(t *testing.T) {
	ctx := context.Background()
	code := codeOf(t, "one")
	b := event.Bucket{Name: "code", AppID: "1250000000", Region: region}
	w := newWorld(t, 0, 0, scftest.WithBuckets(func(event.Bucket) bool { return true }),
		scftest.WithCodeSource(func(from event.Bucket, key string) ([]byte, error) {
			if from.Name != "code" || key != "fn.zip" && key != "/fn.zip" {
				return nil, errors.New("no such object " + from.Name + " " + key)
			}
			return code.Zip(), nil
		}))
	f := scf.Function{Name: "fn", Runtime: scf.RuntimeCustom, Code: scf.FromCOS(b, "fn.zip")}
	ch, err := w.client.DeployReport(ctx, f)
	require.NoError(t, err)
	require.Equal(t, scf.Created, ch.Change)
	ch, err = w.client.DeployReport(ctx, f)
	require.NoError(t, err)
	require.Equal(t, "fn: updated\n  Code: unknown -> cos://code-1250000000/fn.zip (the package is in a bucket and its hash is not known)", ch.String())
	f.Code = f.Code.WithSHA256(code.SHA256())
	ch, err = w.client.DeployReport(ctx, f)
	require.NoError(t, err)
	require.Equal(t, scf.Unchanged, ch.Change)
}

func TestListAndNamespaces(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 0, 0)
	names := []string{}
	for _, n := range []string{"b-fn", "a-fn", "c-fn"} {
		require.NoError(t, w.client.Create(ctx, scf.Function{Name: n, Code: codeOf(t, "one")}))
	}
	for f, err := range w.client.List(ctx) {
		require.NoError(t, err)
		names = append(names, f.Name)
	}
	require.Equal(t, []string{"a-fn", "b-fn", "c-fn"}, names)
	for range w.client.List(ctx) {
		break
	}
	req := scfsdk.NewCreateNamespaceRequest()
	req.Namespace = &[]string{"media"}[0]
	_, err := w.client.API().CreateNamespaceWithContext(ctx, req)
	require.NoError(t, err)
	_, err = w.client.Get(ctx, "media/a-fn")
	require.ErrorIs(t, err, scf.ErrNotFound)
	require.NoError(t, w.client.Create(ctx, scf.Function{Name: "a-fn", Namespace: "media", Code: codeOf(t, "one")}))
	require.NoError(t, w.client.WaitActive(ctx, "media/a-fn"))
	require.NoError(t, w.client.Delete(ctx, "media/a-fn"))
	_, err = w.client.Get(ctx, "media/a-fn")
	require.ErrorIs(t, err, scf.ErrNotFound)
	_, err = w.client.Get(ctx, "a-fn")
	require.NoError(t, err)
	require.ErrorIs(t, w.client.Delete(ctx, "none"), scf.ErrNotFound)
}

// Two that deploy at once make one function, and both succeed or one is told to try again.
func TestConcurrentDeployments(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 0, 0)
	errs := make(chan error)
	for range 4 {
		go func() {
			_, err := w.client.Deploy(ctx, scf.Function{Name: "fn", Code: codeOf(t, "one"), Memory: 256})
			errs <- err
		}()
	}
	for range 4 {
		require.NoError(t, <-errs)
	}
	n := 0
	for f, err := range w.client.List(ctx) {
		require.NoError(t, err)
		require.Equal(t, "fn", f.Name)
		n++
	}
	require.Equal(t, 1, n)
}

func TestInvokeAndLogs(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 0, 0)
	w.Handle("fn", scfHandler{})
	res, err := w.client.Invoke(ctx, "fn", []byte(`{"name":"x"}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"got":{"name":"x"}}`, string(res.Payload))
	require.Contains(t, res.Log, "handling")
	bad, err := w.client.Invoke(ctx, "fn", []byte(`"fail"`))
	var fe *scf.FunctionError
	require.ErrorAs(t, err, &fe)
	require.Equal(t, "no such object", fe.Message)
	require.NotNil(t, bad)

	var lines []string
	for e, err := range w.client.Logs(ctx, "fn", scf.LogQuery{RequestID: res.RequestID}) {
		require.NoError(t, err)
		require.Equal(t, res.RequestID, e.RequestID)
		lines = append(lines, e.Message)
	}
	require.Contains(t, lines, "handling")
	require.Contains(t, lines[0], "START RequestId:"+res.RequestID)
	failed := map[string]bool{}
	for e, err := range w.client.Logs(ctx, "fn", scf.LogQuery{FailedOnly: true}) {
		require.NoError(t, err)
		failed[e.RequestID] = true
	}
	require.Equal(t, map[string]bool{bad.RequestID: true}, failed)

	id, err := w.client.InvokeAsync(ctx, "fn", []byte(`{"async":1}`))
	require.NoError(t, err)
	require.NoError(t, w.Settle(ctx))
	tail, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	seen := map[string]bool{}
	for e, err := range w.client.Tail(tail, "fn", scf.LogQuery{Since: w.Now().Add(-time.Hour), Interval: time.Millisecond}) {
		require.NoError(t, err)
		if seen[e.RequestID] = true; seen[id] && seen[res.RequestID] && seen[bad.RequestID] {
			break
		}
	}
}

type scfHandler struct{}

func (scfHandler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	_, _ = scftest.Output(ctx).Write([]byte("handling\n"))
	if string(payload) == `"fail"` {
		return nil, errors.New("no such object")
	}
	return []byte(`{"got":` + string(payload) + `}`), nil
}
