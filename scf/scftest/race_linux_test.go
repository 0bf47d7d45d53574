package scftest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// Everything at once, for the race detector; and the server closes in the middle of it.
func TestEverythingAtOnce(t *testing.T) {
	leak.Check(t)
	s, err := scftest.Start(scftest.WithCreateDelay(time.Second), scftest.WithUpdateDelay(time.Second), scftest.WithQueueLimit(500), scftest.WithMaxInstances(3), scftest.WithLogLimit(200))
	require.NoError(t, err)
	c := official(t, s)
	goFunction(t, c, "proc")
	s.Advance(time.Second)
	h := function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		fmt.Fprintln(scftest.Output(ctx), "working")
		if rand.IntN(5) == 0 {
			return nil, errors.New("now and then")
		}
		return p, nil
	})
	s.Handle("here", h)
	b, err := event.ParseBucketHost(photos)
	require.NoError(t, err)
	from, to := window(s)
	jobs := []func(i int){
		func(int) {
			_, _ = s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "here", Payload: []byte("{}"), Done: func(scftest.Outcome) {}})
		},
		func(i int) {
			r := scfsdk.NewInvokeRequest()
			r.FunctionName, r.LogType = ptr([]string{"here", "proc"}[i%2]), ptr("Tail")
			_, _ = c.Invoke(r)
		},
		func(int) {
			r := scfsdk.NewUpdateFunctionConfigurationRequest()
			r.FunctionName, r.Timeout = ptr("proc"), ptr(int64(5))
			_, _ = c.UpdateFunctionConfiguration(r)
		},
		func(i int) {
			r := scfsdk.NewCreateFunctionRequest()
			r.FunctionName, r.Code = ptr(fmt.Sprint("fn", i%4)), &scfsdk.Code{ZipFile: goZip(t)}
			r.Runtime = ptr("Go1")
			_, _ = c.CreateFunction(r)
			d := scfsdk.NewDeleteFunctionRequest()
			d.FunctionName = r.FunctionName
			_, _ = c.DeleteFunction(d)
		},
		func(i int) {
			_, _ = c.CreateTrigger(cosTrigger("here", fmt.Sprint(i%12, "/"), ""))
			d := scfsdk.NewDeleteTriggerRequest()
			d.FunctionName, d.TriggerName, d.Type, d.TriggerDesc = ptr("here"), ptr(photos), ptr("cos"), desc("cos:ObjectCreated:*", fmt.Sprint(i%7, "/"), "")
			_, _ = c.DeleteTrigger(d)
		},
		func(int) {
			s.Triggers(b)
			s.Pending()
			s.Queued()
			s.Idle()
			s.DeadLetters()
			s.Instances()
		},
		func(int) { s.Advance(20 * time.Second) },
		func(int) { s.Handle("here", h) },
		func(int) {
			_, _ = searchLog(t, s, map[string]any{"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": "SCF_StatusCode:430"})
		},
		func(int) {
			r := scfsdk.NewPublishVersionRequest()
			r.FunctionName = ptr("proc")
			_, _ = c.PublishVersion(r)
			_, _ = c.GetAccount(scfsdk.NewGetAccountRequest())
			_, _ = c.ListFunctions(scfsdk.NewListFunctionsRequest())
		},
		func(i int) { s.Faults().Fail(scftest.OpExecute, 1, scftest.Fault{Status: 500}) },
	}
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 40 {
				job(i)
			}
		}()
	}
	time.AfterFunc(2*time.Second, s.Close)
	wg.Wait()
	s.Close()
	_, err = s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "here"})
	assert.ErrorIs(t, err, scftest.ErrClosed)
}

func BenchmarkEnqueueToHandler(b *testing.B) {
	s, err := scftest.Start()
	require.NoError(b, err)
	defer s.Close()
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return []byte(`1`), nil }))
	payload := []byte(`{"Records":[]}`)
	b.ReportAllocs()
	for b.Loop() {
		_, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: payload})
		require.NoError(b, err)
	}
	require.NoError(b, s.Settle(context.Background()))
}

func BenchmarkInvokeGoProcess(b *testing.B) {
	s := scftest.NewServer(b)
	c := official(b, s)
	goFunction(b, c, "thumb")
	invoke(b, c, "thumb", `{}`)
	for b.Loop() {
		done := make(chan struct{})
		_, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: []byte(`{}`), Done: func(scftest.Outcome) { close(done) }})
		require.NoError(b, err)
		<-done
	}
}
