package scftest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

func pidOf(t testing.TB, c *scfsdk.Client, name string) int {
	t.Helper()
	var m map[string]int
	require.NoError(t, json.Unmarshal([]byte(*invoke(t, c, name, `{}`).RetMsg), &m))
	return m["pid"]
}

func TestCloseLeavesNothing(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	s, err := scftest.Start(scftest.WithDir(dir))
	require.NoError(t, err)
	c := official(t, s)
	goFunction(t, c, "idle")
	goFunction(t, c, "busy", func(r *scfsdk.CreateFunctionRequest) { r.Timeout = ptr(int64(900)) })
	pid := pidOf(t, c, "idle")
	running := make(chan struct{})
	s.Handle("here", function.HandlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		close(running)
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	for _, name := range []string{"busy", "here"} {
		_, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: name, Payload: []byte(`{"Do":"sleep"}`)})
		require.NoError(t, err)
	}
	<-running
	assert.Eventually(t, func() bool { return s.Instances() == 2 }, 5*time.Second, time.Millisecond)
	sync := make(chan error, 1)
	go func() {
		r := scfsdk.NewInvokeRequest()
		r.FunctionName, r.ClientContext = ptr("busy"), ptr(`{"Do":"sleep"}`)
		_, err := c.Invoke(r)
		sync <- err
	}()
	assert.Eventually(t, func() bool { return s.Instances() == 3 }, 5*time.Second, time.Millisecond)
	s.Close()
	s.Close()
	<-sync
	assert.True(t, gone(pid))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	_, err = s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "here"})
	assert.ErrorIs(t, err, scftest.ErrClosed)
	assert.ErrorIs(t, s.Settle(context.Background()), scftest.ErrClosed)
}

func TestAProcessKilledByOthers(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	s := scftest.NewServer(t, scftest.WithDir(dir))
	c := official(t, s)
	goFunction(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.Timeout = ptr(int64(60)) })
	pid := pidOf(t, c, "thumb")
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	assert.Eventually(t, func() bool { return scftest.IdleDead(s) }, 5*time.Second, time.Millisecond)
	assert.NotEqual(t, pid, pidOf(t, c, "thumb"), "an idle one is replaced without a failure")

	_, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: []byte(`{"Do":"sleep"}`)})
	require.NoError(t, err)
	assert.Eventually(t, func() bool {
		for _, pid := range processesBelow(t, dir) { // one killed before the event reached it is replaced: kill that too
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return s.Pending() == 1
	}, 20*time.Second, 5*time.Millisecond, "it is tried again")
}

// processesBelow returns the processes whose program lies below dir.
func processesBelow(t *testing.T, dir string) (pids []int) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	require.NoError(t, err)
	for _, link := range links {
		if exe, err := os.Readlink(link); err == nil && strings.HasPrefix(exe, dir) {
			pid, err := strconv.Atoi(strings.Split(link, "/")[2])
			require.NoError(t, err)
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestTerminateEndsAProcess(t *testing.T) {
	for _, grace := range []bool{false, true} {
		t.Run(fmt.Sprint("grace ", grace), func(t *testing.T) {
			leak.Check(t)
			s := scftest.NewServer(t)
			c := official(t, s)
			goFunction(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) {
				r.AsyncRunEnable, r.Timeout = ptr("TRUE"), ptr(int64(900))
			})
			pid := pidOf(t, c, "thumb")
			id, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: []byte(`{"Do":"sleep"}`)})
			require.NoError(t, err)
			running := func() bool {
				g := scfsdk.NewGetRequestStatusRequest()
				g.FunctionName, g.FunctionRequestId = ptr("thumb"), ptr(id)
				resp, err := c.GetRequestStatus(g)
				return err == nil && len(resp.Response.Data) == 1
			}
			require.Eventually(t, running, 5*time.Second, 5*time.Millisecond)
			r := scfsdk.NewTerminateAsyncEventRequest()
			r.FunctionName, r.InvokeRequestId, r.GraceShutdown = ptr("thumb"), ptr(id), ptr(grace)
			_, err = c.TerminateAsyncEvent(r)
			require.NoError(t, err)
			require.NoError(t, s.Settle(within(t, 20*time.Second)))
			assert.True(t, gone(pid))
			g := scfsdk.NewGetAsyncEventStatusRequest()
			g.InvokeRequestId = ptr(id)
			resp, err := c.GetAsyncEventStatus(g)
			require.NoError(t, err)
			assert.Equal(t, "ABORTED", *resp.Response.Result.Status)
		})
	}
}

func TestInstancesAreBoundedAndMakeRoom(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t, scftest.WithMaxInstances(2))
	c := official(t, s)
	ten := func(r *scfsdk.CreateFunctionRequest) { r.Timeout = ptr(int64(30)) }
	for _, name := range []string{"aa", "bb", "cc"} {
		goFunction(t, c, name, ten)
	}
	a, b := pidOf(t, c, "aa"), pidOf(t, c, "bb")
	pidOf(t, c, "cc")
	assert.True(t, gone(a), "the longest idle one made room")
	assert.Equal(t, b, pidOf(t, c, "bb"))
	assert.Equal(t, 2, s.Instances())

	var wg sync.WaitGroup
	var most atomic.Int64
	for i := range 12 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			pidOf(t, c, []string{"aa", "bb", "cc"}[i%3])
			most.Store(max(most.Load(), int64(s.Instances())))
		}()
	}
	wg.Wait()
	assert.LessOrEqual(t, most.Load(), int64(2))
}

func TestUpdateReplacesInstances(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	goFunction(t, c, "thumb")
	pid := pidOf(t, c, "thumb")
	u := scfsdk.NewUpdateFunctionConfigurationRequest()
	u.FunctionName = ptr("thumb")
	u.Environment = &scfsdk.Environment{Variables: []*scfsdk.Variable{{Key: ptr("NEW"), Value: ptr("1")}}}
	_, err := c.UpdateFunctionConfiguration(u)
	require.NoError(t, err)
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	assert.True(t, gone(pid))
	var env map[string]string
	require.NoError(t, json.Unmarshal([]byte(*invoke(t, c, "thumb", `{"Do":"env"}`).RetMsg), &env))
	assert.Equal(t, "1", env["NEW"])
	d := scfsdk.NewDeleteFunctionRequest()
	d.FunctionName = ptr("thumb")
	_, err = c.DeleteFunction(d)
	require.NoError(t, err)
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	assert.Zero(t, s.Instances())

	// One that is at work ends when it is done.
	goFunction(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.Timeout = ptr(int64(30)) })
	pid = pidOf(t, c, "thumb")
	done := make(chan scftest.Outcome, 1)
	_, err = s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: []byte(`{"Do":"pause","N":500}`), Done: func(o scftest.Outcome) { done <- o }})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return !s.Idle() }, 5*time.Second, time.Millisecond)
	_, err = c.UpdateFunctionConfiguration(u)
	require.NoError(t, err)
	assert.Equal(t, scftest.Delivered, (<-done).State)
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	assert.True(t, gone(pid))
	assert.Zero(t, s.Instances())
}

func TestFaults(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s, func(p *profile.ClientProfile) { p.HttpProfile.ReqTimeout = 5 })
	s.Handle("thumb", versionTeller)
	list := func() error {
		_, err := c.ListFunctions(scfsdk.NewListFunctionsRequest())
		return err
	}
	s.Faults().Fail("ListFunctions", 1, scftest.Fault{Code: "RequestLimitExceeded", Message: "slower"})
	assert.Equal(t, "RequestLimitExceeded", code(t, list()))
	assert.NoError(t, list())
	s.Faults().Fail("*", 1, scftest.Fault{Status: http.StatusBadGateway, Message: "bad gateway"})
	assert.Error(t, list())
	s.Faults().Fail("ListFunctions", 1, scftest.Fault{CutAfter: 10})
	assert.Error(t, list())
	s.Faults().Fail("ListFunctions", 1, scftest.Fault{Latency: 20 * time.Millisecond})
	began := time.Now()
	assert.NoError(t, list())
	assert.GreaterOrEqual(t, time.Since(began), 20*time.Millisecond)

	add := func(name string) {
		r := scfsdk.NewCreateNamespaceRequest()
		r.Namespace = ptr(name)
		_, err := c.CreateNamespace(r)
		assert.Error(t, err)
	}
	s.Faults().Fail("CreateNamespace", 1, scftest.Fault{Drop: 1})
	add("before")
	s.Faults().Fail("CreateNamespace", 1, scftest.Fault{Drop: 2})
	add("after")
	l, err := c.ListNamespaces(scfsdk.NewListNamespacesRequest())
	require.NoError(t, err)
	var names []string
	for _, n := range l.Response.Namespaces {
		names = append(names, *n.Name)
	}
	assert.ElementsMatch(t, []string{"default", "after"}, names)
}

func TestHandlersThatDoNotReturnProperly(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.Timeout = ptr(int64(1)) })
	for _, tt := range []struct {
		name   string
		h      func(ctx context.Context) ([]byte, error)
		status int
		text   string
	}{
		{"panic", func(context.Context) ([]byte, error) {
			var list []int
			return nil, errors.New(strconv.Itoa(list[len(list)]))
		}, 430, `"Type":"boundsError"`},
		{"panic with an error", func(context.Context) ([]byte, error) { panic(os.ErrClosed) }, 430, `"Message":"file already closed"`},
		{"end of the goroutine", func(context.Context) ([]byte, error) { runtime.Goexit(); return nil, nil }, 439, ""},
		{"time-out", func(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }, 433, ""},
		{"an answer at the last moment", func(ctx context.Context) ([]byte, error) {
			_, ok := ctx.Deadline()
			assert.True(t, ok)
			return []byte(`1`), nil
		}, 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.Handle("thumb", function.HandlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) { return tt.h(ctx) }))
			r := invoke(t, c, "thumb", `{}`)
			if tt.status == 200 {
				assert.Equal(t, "1", *r.RetMsg)
				return
			}
			f := failureOf(t, r)
			assert.Equal(t, tt.status, f.StatusCode)
			if tt.text != "" {
				assert.Contains(t, f.StackTrace, tt.text)
				assert.Contains(t, f.StackTrace, "close_linux_test.go")
			}
		})
	}
	t.Run("errors in the other members", func(t *testing.T) {
		s := scftest.NewServer(t, scftest.FailureInRetMsg(), scftest.FailureInInvokeResult())
		s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, assert.AnError }))
		r := invoke(t, official(t, s), "thumb", `{}`)
		assert.Empty(t, *r.ErrMsg)
		assert.Contains(t, *r.RetMsg, `"statusCode":430`)
		assert.EqualValues(t, 1, *r.InvokeResult)
	})
}

func TestCodeThatNoVersionHasIsRemoved(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	s := scftest.NewServer(t, scftest.WithDir(dir))
	c := official(t, s)
	goFunction(t, c, "thumb")
	pidOf(t, c, "thumb")
	unpacked := func() int {
		found, err := filepath.Glob(filepath.Join(dir, "*", "*"))
		require.NoError(t, err)
		return len(found)
	}
	assert.Equal(t, 2, unpacked(), "the code, and the instance's own")
	u := scfsdk.NewUpdateFunctionCodeRequest()
	u.FunctionName, u.ZipFile = ptr("thumb"), goZip(t)
	for range 3 {
		_, err := c.UpdateFunctionCode(u)
		require.NoError(t, err)
		pidOf(t, c, "thumb")
		require.NoError(t, s.Settle(within(t, 10*time.Second)))
		assert.Equal(t, 2, unpacked())
	}
}
