package scftest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// enqueue queues an event and returns where its outcome comes.
func enqueue(t testing.TB, s *scftest.Server, payload string) <-chan scftest.Outcome {
	t.Helper()
	done := make(chan scftest.Outcome, 1)
	_, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: []byte(payload), Source: "TRIGGER_COS", Done: func(o scftest.Outcome) { done <- o }})
	require.NoError(t, err)
	return done
}

func TestRetryPolicy(t *testing.T) {
	for _, tt := range []struct {
		name     string
		failures int
		status   int // of a fault of the platform instead of the function
		retries  int
		ttl      time.Duration
		attempts int
		state    scftest.State
		reason   string
	}{
		{name: "succeeds at once", retries: 2, ttl: 6 * time.Hour, attempts: 1, state: scftest.Delivered},
		{name: "succeeds at the last retry", failures: 2, retries: 2, ttl: 6 * time.Hour, attempts: 3, state: scftest.Delivered},
		{name: "fails too often", failures: 9, retries: 2, ttl: 6 * time.Hour, attempts: 3, state: scftest.Dead, reason: "status 430 after 2 retries"},
		{name: "no retries", failures: 9, retries: 0, ttl: 6 * time.Hour, attempts: 1, state: scftest.Dead, reason: "status 430 after 0 retries"},
		{name: "too old to be retried", failures: 9, retries: 2, ttl: 90 * time.Second, attempts: 2, state: scftest.Dead, reason: "its age would pass 90 s at the next retry"},
		{name: "the platform's errors do not count", failures: 10, status: 500, retries: 0, ttl: 6 * time.Hour, attempts: 11, state: scftest.Delivered},
		{name: "nor does a lack of instances", failures: 4, status: 432, retries: 1, ttl: 6 * time.Hour, attempts: 5, state: scftest.Delivered},
		{name: "the platform's errors until it is too old", failures: 900, status: 500, retries: 2, ttl: 630 * time.Second, attempts: 11, state: scftest.Dead, reason: "its age would pass 630 s at the next retry"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leak.Check(t)
			s := scftest.NewServer(t)
			left := tt.failures
			s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
				if left--; left >= 0 && tt.status == 0 {
					return nil, errors.New("not now")
				}
				return []byte(`1`), nil
			}))
			require.True(t, s.SetRetry(gz, "thumb", tt.retries, tt.ttl))
			if tt.status != 0 {
				s.Faults().Fail(scftest.OpExecute, tt.failures, scftest.Fault{Status: tt.status})
			}
			done := enqueue(t, s, `{}`)
			s.Advance(7 * time.Hour)
			o := <-done
			assert.Equal(t, tt.state, o.State)
			assert.Equal(t, tt.reason, o.Reason)
			require.Len(t, o.Attempts, tt.attempts)
			for i, a := range o.Attempts {
				assert.Equal(t, i, a.RetryNum)
				if i > 0 {
					assert.InDelta(t, time.Minute, a.Start.Sub(o.Attempts[i-1].End), float64(time.Second))
					assert.Equal(t, a.Start.Truncate(time.Second), o.Attempts[i-1].NextRetry.Truncate(time.Second))
				}
			}
			assert.True(t, o.Attempts[len(o.Attempts)-1].NextRetry.IsZero())
			assert.Zero(t, s.Queued())
		})
	}
}

func TestOwnerOfAnEventNamesItAndSeesItsAttempts(t *testing.T) {
	s := scftest.NewServer(t)
	calls := 0
	s.Handle("thumb", function.HandlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		fc, _ := function.FromContext(ctx)
		assert.Equal(t, "my-id", fc.RequestID)
		if calls++; calls < 3 {
			return nil, errors.New("not yet")
		}
		return []byte(`1`), nil
	}))
	var seen []string
	id, err := s.Enqueue(scftest.AsyncEvent{
		Region: gz, Function: "thumb", Payload: []byte(`{}`), RequestID: "my-id",
		Starting: func() { seen = append(seen, "start") },
		Attempted: func(a scftest.Attempt) {
			seen = append(seen, fmt.Sprint(a.RetryNum, " ", a.StatusCode, " ", a.NextRetry.IsZero()))
		},
		Done: func(o scftest.Outcome) { seen = append(seen, string(o.State)) },
	})
	require.NoError(t, err)
	assert.Equal(t, "my-id", id)
	s.Advance(5 * time.Minute)
	assert.Equal(t, []string{"start", "0 430 false", "start", "1 430 false", "start", "2 200 true", "Delivered"}, seen)
}

func TestDeadLetterMessage(t *testing.T) {
	s := scftest.NewServer(t)
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("never") }))
	done := enqueue(t, s, `{"Records":[]}`)
	s.Advance(time.Hour)
	o := <-done
	letters := s.DeadLetters()
	require.Len(t, letters, 1)
	assert.Equal(t, "CMQ-QUEUE", letters[0].Type)
	var m struct {
		RequestId, ErrorMessage string
		ErrorCode               int
		Body                    map[string]any
	}
	require.NoError(t, json.Unmarshal(letters[0].Message, &m))
	assert.Equal(t, o.RequestID, m.RequestId)
	assert.Equal(t, -1, m.ErrorCode)
	assert.Equal(t, "user code exception caught", m.ErrorMessage)
	for k, want := range map[string]any{
		"AppId": scftest.DefaultAppID, "RequestSource": "TRIGGER_COS", "FunctionName": "thumb", "Namespace": "default", "Qualifier": "$DEFAULT",
		"InvocationType": "Event", "ClientContext": `{"Records":[]}`, "RequestId": o.RequestID, "RetryNum": 2.0, "Ttl": 21600.0,
	} {
		assert.Equal(t, want, m.Body[k], k)
	}
}

func TestWithoutDeadLetterQueueEventsAreDropped(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb")
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("never") }))
	done := enqueue(t, s, `{}`)
	s.Advance(time.Hour)
	o := <-done
	assert.Equal(t, scftest.Dropped, o.State)
	assert.Equal(t, "status 430 after 2 retries; no dead-letter queue", o.Reason)
	assert.Empty(t, s.DeadLetters())
}

func TestEventForAFunctionThatDoesNotExist(t *testing.T) {
	s := scftest.NewServer(t)
	o := <-enqueue(t, s, `{}`)
	assert.Equal(t, scftest.Dropped, o.State)
	assert.Equal(t, 435, o.Attempts[0].StatusCode)
}

func TestFullQueueHoldsBackInsteadOfLosing(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t, scftest.WithQueueLimit(4), scftest.WithAsyncWorkers(2))
	gate := make(chan struct{})
	var mu sync.Mutex
	got := map[string]int{}
	s.Handle("thumb", function.HandlerFunc(func(_ context.Context, p []byte) ([]byte, error) {
		<-gate
		mu.Lock()
		defer mu.Unlock()
		got[string(p)]++
		return []byte(`1`), nil
	}))
	queued := make(chan int, 50)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: fmt.Append(nil, i)})
			assert.NoError(t, err)
			queued <- i
		}()
	}
	for range 4 {
		<-queued
	}
	require.Never(t, func() bool { return s.Queued() != 4 || len(queued) > 0 }, 100*time.Millisecond, 10*time.Millisecond, "the others wait")

	r := scfsdk.NewInvokeRequest()
	r.FunctionName, r.InvocationType = ptr("thumb"), ptr("Event")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := official(t, s).InvokeWithContext(ctx, r)
	require.Error(t, err)

	close(gate)
	wg.Wait()
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	assert.Len(t, got, 50)
}

func TestShuffleAndDuplicate(t *testing.T) {
	order := func(opts ...scftest.Option) string {
		s := scftest.NewServer(t, append(opts, scftest.WithAsyncWorkers(1))...)
		gate := make(chan struct{})
		var got []string
		s.Handle("thumb", function.HandlerFunc(func(_ context.Context, p []byte) ([]byte, error) {
			<-gate
			got = append(got, string(p))
			return []byte(`1`), nil
		}))
		var outs []<-chan scftest.Outcome
		for i := range 20 {
			outs = append(outs, enqueue(t, s, fmt.Sprint(i)))
		}
		close(gate)
		for _, o := range outs {
			out := <-o
			assert.Equal(t, scftest.Delivered, out.State)
			assert.Equal(t, len(out.Attempts) == 2, out.Attempts[len(out.Attempts)-1].Duplicate)
		}
		return strings.Join(got, " ")
	}
	inOrder := order()
	assert.Equal(t, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19", inOrder)
	assert.NotEqual(t, inOrder, order(scftest.Shuffle(1)))
	twice := strings.Fields(order(scftest.Duplicate(1, 0.5)))
	assert.Greater(t, len(twice), 22)
	assert.Less(t, len(twice), 38)
}

func TestManyEvents(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t, scftest.WithLogLimit(1000))
	var mu sync.Mutex
	seen := map[string]int{}
	s.Handle("thumb", function.HandlerFunc(func(_ context.Context, p []byte) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		if seen[string(p)]++; seen[string(p)] == 1 && p[len(p)-1] == '7' {
			return nil, errors.New("once")
		}
		return []byte(`1`), nil
	}))
	const n = 20_000
	var ends sync.WaitGroup
	ends.Add(n)
	lost := 0
	for i := range n {
		_, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: fmt.Append(nil, i), Done: func(o scftest.Outcome) {
			if o.State != scftest.Delivered {
				mu.Lock()
				lost++
				mu.Unlock()
			}
			ends.Done()
		}})
		require.NoError(t, err)
	}
	require.NoError(t, s.Settle(within(t, time.Minute)))
	assert.Equal(t, n/10, s.Pending())
	s.Advance(2 * time.Minute)
	ends.Wait()
	assert.Zero(t, lost)
	assert.Len(t, seen, n)
}

func TestAsynchronouslyExecutedFunctions(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.AsyncRunEnable = ptr("TRUE") })
	entered := make(chan struct{}, 1)
	s.Handle("thumb", function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		switch string(p) {
		case `"wait"`:
			entered <- struct{}{}
			<-ctx.Done()
			return nil, ctx.Err()
		case `"fail"`:
			return nil, errors.New("no")
		}
		return []byte(`1`), nil
	}))
	send := func(payload string) string {
		r := scfsdk.NewInvokeRequest()
		r.FunctionName, r.InvocationType, r.ClientContext = ptr("thumb"), ptr("Event"), ptr(payload)
		resp, err := c.Invoke(r)
		require.NoError(t, err)
		assert.Empty(t, *resp.Response.Result.RetMsg)
		return *resp.Response.Result.FunctionRequestId
	}
	status := func(id string) (string, int64) {
		r := scfsdk.NewGetAsyncEventStatusRequest()
		r.InvokeRequestId = ptr(id)
		resp, err := c.GetAsyncEventStatus(r)
		require.NoError(t, err)
		return *resp.Response.Result.Status, *resp.Response.Result.StatusCode
	}
	waiting := send(`"wait"`)
	<-entered
	st, _ := status(waiting)
	assert.Equal(t, "RUNNING", st)

	g := scfsdk.NewGetRequestStatusRequest()
	g.FunctionName, g.FunctionRequestId = ptr("thumb"), ptr(waiting)
	running, err := c.GetRequestStatus(g)
	require.NoError(t, err)
	require.Len(t, running.Response.Data, 1)
	assert.EqualValues(t, 1, *running.Response.Data[0].RetCode)

	term := scfsdk.NewTerminateAsyncEventRequest()
	term.FunctionName, term.InvokeRequestId, term.GraceShutdown = ptr("thumb"), ptr(waiting), ptr(true)
	_, err = c.TerminateAsyncEvent(term)
	require.NoError(t, err)
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	st, n := status(waiting)
	assert.Equal(t, "ABORTED", st)
	assert.EqualValues(t, 499, n)
	_, err = c.TerminateAsyncEvent(term)
	assert.Equal(t, "FailedOperation.AsyncEventStatus", code(t, err))

	good, bad := send(`"good"`), send(`"fail"`)
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	st, n = status(bad)
	assert.Equal(t, "FAILED", st)
	assert.EqualValues(t, 430, n)
	assert.Zero(t, s.Pending(), "such functions are not retried")

	l := scfsdk.NewListAsyncEventsRequest()
	l.FunctionName, l.Status, l.InvokeType = ptr("thumb"), []*string{ptr("FINISHED")}, []*string{ptr("API")}
	list, err := c.ListAsyncEvents(l)
	require.NoError(t, err)
	require.Len(t, list.Response.EventList, 1)
	assert.Equal(t, good, *list.Response.EventList[0].InvokeRequestId)
	assert.Regexp(t, `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$`, *list.Response.EventList[0].EndTime)

	u := scfsdk.NewUpdateFunctionEventInvokeConfigRequest()
	u.FunctionName, u.AsyncTriggerConfig = ptr("thumb"), &scfsdk.AsyncTriggerConfig{MsgTTL: ptr(int64(100))}
	_, err = c.UpdateFunctionEventInvokeConfig(u)
	require.NoError(t, err, "deploy tools set it for every function")
}

func TestGetRequestStatusHasEveryAttempt(t *testing.T) {
	s := scftest.NewServer(t)
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("never") }))
	id := run(t, s, `{}`)
	s.Advance(3 * time.Minute)
	r := scfsdk.NewGetRequestStatusRequest()
	r.FunctionName, r.FunctionRequestId = ptr("thumb"), ptr(id)
	resp, err := official(t, s).GetRequestStatus(r)
	require.NoError(t, err)
	require.Len(t, resp.Response.Data, 3)
	for i, d := range resp.Response.Data {
		assert.EqualValues(t, i, *d.RetryNum)
		assert.EqualValues(t, -1, *d.RetCode)
		assert.Contains(t, *d.RetMsg, `"statusCode":430`)
	}
}
