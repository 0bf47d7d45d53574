package scf

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"

	"github.com/cosevent/cosevent-go/internal/leak"
)

var active = obj{"Status": "Active", "Runtime": "Go1", "Handler": "main", "FunctionName": "fn"}

func TestReadsAreRepeated(t *testing.T) {
	for name, failure := range map[string]any{
		"throttled": refusal{"RequestLimitExceeded", "slow down"},
		"internal":  refusal{"InternalError.System", "sorry"},
		"502":       status{502, "<html>bad gateway</html>"},
		"500 json":  status{500, `{"Response":{"Error":{"Code":"InternalError","Message":"x"},"RequestId":"r"}}`},
		"429":       status{429, ""},
		"dropped":   dropped{},
		"no json":   status{200, "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStandIn(t, map[string]func(call) any{"GetFunction": inTurn(failure, failure, active)})
			info, err := s.client(t).Get(context.Background(), "fn")
			require.NoError(t, err)
			require.Equal(t, StateActive, info.State)
			require.Equal(t, 3, s.count("GetFunction"))
		})
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{"GetFunction": always(refusal{"RequestLimitExceeded", "slow down"})})
	_, err := s.client(t, WithBackoff(Backoff{Attempts: 3, Min: time.Millisecond})).Get(context.Background(), "fn")
	require.ErrorIs(t, err, ErrThrottled)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 3, e.Attempts)
	require.Equal(t, 3, s.count("GetFunction"))

	_, err = s.client(t, WithBackoff(Backoff{Attempts: 100, Min: 10 * time.Millisecond, Total: 30 * time.Millisecond})).Get(context.Background(), "fn")
	require.ErrorAs(t, err, &e)
	require.Less(t, e.Attempts, 8, "total time bounds them too")
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	for _, code := range []string{"ResourceNotFound.Function", "AuthFailure.SignatureFailure", "InvalidParameterValue.Memory"} {
		s := newStandIn(t, map[string]func(call) any{"GetFunction": always(refusal{code, "no"})})
		_, err := s.client(t).Get(context.Background(), "fn")
		require.ErrorContains(t, err, code)
		require.Equal(t, 1, s.count("GetFunction"))
	}
	s := newStandIn(t, map[string]func(call) any{"GetFunction": always(status{403, "forbidden by the proxy"})})
	_, err := s.client(t).Get(context.Background(), "fn")
	require.ErrorContains(t, err, "HTTP status 403")
	require.ErrorContains(t, err, "forbidden by the proxy")
}

// The service answers for a missing name also as for a malformed one.
func TestMissingName(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{"GetFunction": always(refusal{"InvalidParameterValue.FunctionName", "no"})})
	_, err := s.client(t).Get(context.Background(), "fn")
	require.ErrorIs(t, err, ErrNotFound)
	var v *tcerr.TencentCloudSDKError
	require.ErrorAs(t, err, &v)
}

func TestDo(t *testing.T) {
	s := newStandIn(t, nil)
	c := s.client(t)
	internal := tcerr.NewTencentCloudSDKError("InternalError", "x", "r")
	for _, harmless := range []bool{false, true} {
		n := 0
		err := c.Do(context.Background(), Call{Action: "X", Harmless: harmless}, func(context.Context) error { n++; return internal })
		require.Equal(t, harmless, n > 1)
		require.Equal(t, !harmless, errors.Is(err, ErrUnknownOutcome))
		require.ErrorIs(t, err, internal)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := c.Do(ctx, Call{Action: "X"}, func(context.Context) error { t.Error("called"); return nil })
	require.ErrorIs(t, err, context.Canceled)
}

// A call that hangs, and a pause, both end with the context, within 100 ms.
func TestContextIsHonoured(t *testing.T) {
	leak.Check(t)
	fn := testFunction(t)
	flows := map[string]func(*Client, context.Context) error{
		"get":    func(c *Client, ctx context.Context) error { _, err := c.Get(ctx, "fn"); return err },
		"wait":   func(c *Client, ctx context.Context) error { return c.WaitActive(ctx, "fn") },
		"delete": func(c *Client, ctx context.Context) error { return c.Delete(ctx, "fn") },
		"deploy": func(c *Client, ctx context.Context) error { _, err := c.Deploy(ctx, fn); return err },
		"invoke": func(c *Client, ctx context.Context) error { _, err := c.Invoke(ctx, "fn", nil); return err },
		"tail": func(c *Client, ctx context.Context) (last error) {
			for _, err := range c.Tail(ctx, "fn", LogQuery{}) {
				last = err
			}
			return last
		},
	}
	for name, answer := range map[string]func(call) any{
		"hanging":   hang,
		"updating":  always(obj{"Status": "Updating", "ClsTopicId": "t", "StatusDesc": "soon"}),
		"throttled": always(refusal{"RequestLimitExceeded", "slow down"}),
	} {
		for flow, f := range flows {
			if name == "updating" && flow == "get" {
				continue // which is an answer
			}
			t.Run(name+" "+flow, func(t *testing.T) {
				s := newStandIn(t, map[string]func(call) any{
					"GetFunction": answer, "Invoke": hang, "SearchLog": hang, "DeleteFunction": hang,
				})
				c := s.client(t, WithBackoff(Backoff{Attempts: 1000, Min: time.Hour, Total: 10000 * time.Hour}), WithWait(Wait{Min: time.Hour, Limit: 1000 * time.Hour}))
				ctx, cancel := context.WithCancel(context.Background())
				ended := make(chan time.Time, 1)
				time.AfterFunc(30*time.Millisecond, func() { ended <- time.Now(); cancel() })
				err := f(c, ctx)
				took := time.Since(<-ended)
				require.ErrorIs(t, err, context.Canceled)
				require.Less(t, took, 100*time.Millisecond)
				require.NotContains(t, err.Error(), testKey)
			})
		}
	}
}

func TestWaitTellsTheLastState(t *testing.T) {
	reasons := []obj{{"ErrorCode": "InvalidVpc", "ErrorMessage": "no such subnet"}}
	s := newStandIn(t, map[string]func(call) any{"GetFunction": inTurn(
		obj{"Status": "Creating"}, obj{"Status": "Creating"}, obj{"Status": "CreateFailed", "StatusDesc": "no entry file", "StatusReasons": reasons})})
	err := s.client(t).WaitActive(context.Background(), "fn")
	var state *StateError
	require.ErrorAs(t, err, &state)
	require.ErrorIs(t, err, ErrNotReady)
	require.Equal(t, StateCreateFailed, state.State)
	require.Equal(t, []Reason{{"InvalidVpc", "no such subnet"}}, state.Reasons)
	require.Equal(t, "scf: function fn is CreateFailed, wanted Active: no entry file [InvalidVpc: no such subnet]", err.Error())
	require.Equal(t, 3, s.count("GetFunction"))

	s = newStandIn(t, map[string]func(call) any{"GetFunction": always(obj{"Status": "Updating", "StatusDesc": "patience"})})
	err = s.client(t, WithWait(Wait{Min: time.Millisecond, Limit: 20 * time.Millisecond})).WaitActive(context.Background(), "fn")
	require.ErrorAs(t, err, &state)
	require.Equal(t, StateUpdating, state.State)
	require.ErrorContains(t, err, "patience")
	require.ErrorIs(t, err, errWaitLimit)

	s = newStandIn(t, map[string]func(call) any{"GetFunction": always(refusal{"ResourceNotFound.Function", "none"})})
	require.ErrorIs(t, s.client(t).WaitActive(context.Background(), "fn"), ErrNotFound)
}

func TestJitter(t *testing.T) {
	for n := 1; n < 70; n++ {
		for range 20 {
			d := jitter(100*time.Millisecond, time.Second, n)
			whole := time.Second
			if n <= 4 {
				whole = min(time.Second, 100*time.Millisecond<<(n-1))
			}
			require.GreaterOrEqual(t, d, whole/2)
			require.LessOrEqual(t, d, whole)
		}
	}
	require.Zero(t, jitter(0, 0, 1))
	require.LessOrEqual(t, jitter(1, 1, 1), time.Duration(1))
}

// An answer without end is cut off rather than read into memory.
func TestAnswersAreBounded(t *testing.T) {
	b := &boundedBody{ReadCloser: nopCloser{strings.NewReader("abcdef")}, left: 4}
	buf := make([]byte, 10)
	n, err := b.Read(buf)
	require.NoError(t, err)
	require.Equal(t, 4, n)
	_, err = b.Read(buf)
	require.ErrorContains(t, err, "longer than")
}

type nopCloser struct{ *strings.Reader }

func (nopCloser) Close() error { return nil }

// A page of a proxy is not repeated in full.
func TestErrorsAreClipped(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{"GetFunction": always(status{200, "<html>" + strings.Repeat("ö", 1<<20)})})
	_, err := s.client(t, WithBackoff(Backoff{Attempts: 1})).Get(context.Background(), "fn")
	require.Less(t, len(err.Error()), 1000)
	require.ErrorContains(t, err, "<html>")
}
