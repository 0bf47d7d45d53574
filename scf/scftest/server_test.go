package scftest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

func TestHandlerIsInvokedThroughTheAPI(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	s.Handle("thumb", function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		fc, ok := function.FromContext(ctx)
		require.True(t, ok)
		assert.Equal(t, "thumb", fc.FunctionName)
		return append([]byte(`{"got":`), append(p, '}')...), nil
	}))
	r := scfsdk.NewInvokeRequest()
	r.FunctionName, r.ClientContext, r.LogType = ptr("thumb"), ptr(`{"a":1}`), ptr("Tail")
	resp, err := official(t, s).Invoke(r)
	require.NoError(t, err)
	assert.Equal(t, `{"got":{"a":1}}`, *resp.Response.Result.RetMsg)
	assert.Contains(t, *resp.Response.Result.Log, "START RequestId: "+*resp.Response.Result.FunctionRequestId)
}

func TestAsyncEventIsRetriedOnTheClock(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	calls := 0
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		calls++
		return nil, errors.New("no")
	}))
	done := make(chan scftest.Outcome, 1)
	id, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: []byte("{}"), Source: "TRIGGER_COS", Done: func(o scftest.Outcome) { done <- o }})
	require.NoError(t, err)
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	assert.Equal(t, 1, calls)
	assert.Equal(t, 1, s.Pending())
	s.Advance(59 * time.Second)
	assert.Equal(t, 1, calls)
	s.Advance(time.Hour)
	assert.Equal(t, 3, calls)
	o := <-done
	assert.Equal(t, id, o.RequestID)
	assert.Equal(t, scftest.Dead, o.State)
	require.Len(t, o.Attempts, 3)
	assert.Equal(t, 430, o.Attempts[2].StatusCode)
	require.Len(t, s.DeadLetters(), 1)
}
