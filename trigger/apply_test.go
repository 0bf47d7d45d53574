package trigger

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

func TestApplyDeletesFirstOnlyWhereItMust(t *testing.T) {
	for name, c := range map[string]struct {
		have, want []Trigger
		calls      string
	}{
		"apart: the new one is there before the old one goes": {
			[]Trigger{thumb(event.AnyObjectCreated, "a/", "")}, []Trigger{thumb(event.AnyObjectCreated, "b/", "")}, "Create Delete"},
		"overlapping": {
			[]Trigger{thumb(event.AnyObjectCreated, "a/", "")}, []Trigger{thumb(event.AnyObjectCreated, "a", "")}, "Delete Create"},
		"one in the place of two": {
			[]Trigger{thumb(event.AnyObjectCreated, "a/", ""), thumb(event.AnyObjectCreated, "b/", ""), thumb(event.AnyObjectRemove, "", "")},
			[]Trigger{thumb(event.AnyObjectCreated, "", "")}, "Delete Delete Create Delete"},
		"two in the place of one": {
			[]Trigger{thumb(event.AnyObjectCreated, "", ""), thumb(event.AnyObjectRemove, "", "")},
			[]Trigger{thumb(event.AnyObjectCreated, "a/", ""), thumb(event.AnyObjectCreated, "b/", "")}, "Delete Create Create Delete"},
		"what needs nothing goes first": {
			[]Trigger{thumb(event.AnyObjectCreated, "a/", "")},
			[]Trigger{thumb(event.AnyObjectCreated, "a", ""), thumb(event.AnyObjectRemove, "", "")}, "Create Delete Create"},
		"what needs nothing goes first, wherever it stands": {
			[]Trigger{thumb(event.AnyObjectCreated, "a/", "")},
			[]Trigger{thumb(event.AnyObjectCreated, "0/", ""), thumb(event.AnyObjectCreated, "a", "")}, "Create Delete Create"},
		"each gap closed before the next opens": {
			[]Trigger{thumb(event.AnyObjectCreated, "a/", ""), thumb(event.AnyObjectCreated, "b/", "")},
			[]Trigger{thumb(event.AnyObjectCreated, "a", ""), thumb(event.AnyObjectCreated, "b", "")}, "Delete Create Delete Create"},
		"disabled to make room": {
			[]Trigger{thumb(event.AnyObjectCreated, "a/", "")},
			[]Trigger{disabled(thumb(event.AnyObjectCreated, "a/", "")), thumb(event.AnyObjectCreated, "a", "")}, "Status Create"},
		"enabled in the place of one removed": {
			[]Trigger{disabled(thumb(event.AnyObjectCreated, "a/", "")), thumb(event.AnyObjectCreated, "a", "")},
			[]Trigger{thumb(event.AnyObjectCreated, "a/", "")}, "Delete Status"},
	} {
		t.Run(name, func(t *testing.T) {
			s, plain := newCloud(t)
			bindAll(t, plain, c.have...)
			client, calls := recorded(t, s)
			plan, err := client.Plan(t.Context(), "thumb", c.want)
			require.NoError(t, err)
			for range 2 {
				require.NoError(t, client.Apply(t.Context(), plan), "a repeat finds nothing to do")
			}
			got := strings.NewReplacer("UpdateTriggerStatus", "Status", "Trigger", "").Replace(strings.Join(calls.writes, " "))
			assert.Equal(t, c.calls, got)
			assert.Equal(t, texts(c.want...), bound(t, client, "thumb"))
		})
	}
}

func TestApplyChangesNothingWhileTheFunctionIsNotReady(t *testing.T) {
	s, plain := newCloud(t, scftest.WithUpdateDelay(time.Hour))
	a := thumb(event.AnyObjectCreated, "a/", "")
	bindAll(t, plain, a)
	c, calls := recorded(t, s)
	want := thumb(event.AnyObjectCreated, "a", "")
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{want})
	require.NoError(t, err)
	req := scfsdk.NewUpdateFunctionConfigurationRequest()
	req.FunctionName, req.MemorySize = ptr("thumb"), ptr(int64(256))
	_, err = plain.scf.API().UpdateFunctionConfiguration(req)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, c.Apply(ctx, plan), scf.ErrNotReady)
	assert.Empty(t, calls.writes)
	s.Advance(time.Hour)
	require.NoError(t, c.Apply(t.Context(), plan))
	assert.Equal(t, texts(want), bound(t, c, "thumb"))
}

func TestApplyWithAFullFunction(t *testing.T) {
	s, plain := newCloud(t)
	var have, want []Trigger
	for i := range MaxPerFunction {
		have = append(have, thumb(event.AnyObjectCreated, "a"+string(rune('a'+i)), ""))
		want = append(want, thumb(event.AnyObjectCreated, "b"+string(rune('a'+i)), ""))
	}
	bindAll(t, plain, have...)
	client, calls := recorded(t, s)
	plan, err := client.Plan(t.Context(), "thumb", want)
	require.NoError(t, err)
	require.NoError(t, client.Apply(t.Context(), plan))
	assert.Equal(t, texts(want...), bound(t, client, "thumb"))
	assert.Equal(t, strings.TrimSpace(strings.Repeat("DeleteTrigger CreateTrigger ", 10)), strings.Join(calls.writes, " "), "never two missing")
}

func TestApplyMakesRoomUnderALimitItDidNotKnow(t *testing.T) {
	s, c := newCloud(t)
	bindAll(t, c, thumb(event.AnyObjectCreated, "a/", ""))
	want := thumb(event.AnyObjectCreated, "b/", "")
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{want})
	require.NoError(t, err)
	s.Faults().Fail("CreateTrigger", 1, scftest.Fault{Code: "LimitExceeded.Trigger", Message: "of the bucket"})
	require.NoError(t, c.Apply(t.Context(), plan))
	assert.Equal(t, texts(want), bound(t, c, "thumb"))
}

func TestApplyOfAPlanThatIsOld(t *testing.T) {
	_, c := newCloud(t)
	a, b := thumb(event.AnyObjectCreated, "a/", ""), thumb(event.AnyObjectCreated, "b/", "")
	gone, new := thumb(event.TypeObjectRestorePost, "", ""), thumb(event.AnyObjectRemove, "", "")
	bindAll(t, c, a, disabled(gone))
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{b, gone})
	require.NoError(t, err)
	// Meanwhile somebody else was here.
	require.NoError(t, c.Unbind(t.Context(), a))
	require.NoError(t, c.Unbind(t.Context(), gone))
	bindAll(t, c, disabled(b), new)
	require.NoError(t, c.Apply(t.Context(), plan))
	assert.Equal(t, texts(b, gone, new), bound(t, c, "thumb"), "what the plan did not name stays")
}

func TestApplyPutsBack(t *testing.T) {
	s, c := newCloud(t)
	have := []Trigger{
		thumb(event.AnyObjectCreated, "a/", ""), thumb(event.AnyObjectCreated, "b/", ".x"), disabled(thumb(event.TypeObjectRestorePost, "", "")),
		thumb(event.TypeObjectRestoreCompleted, "", ""),
	}
	theirs := thumb(event.TypeObjectRemoveDelete, "", "")
	theirs.Function = "other"
	bindAll(t, c, append(have, theirs)...)
	before := bound(t, c, "thumb")
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{
		thumb(event.TypeObjectCreatedPut, "c/", ""), thumb(event.AnyObjectCreated, "a", ""), thumb(event.TypeObjectRestorePost, "", ""),
		disabled(thumb(event.TypeObjectRestoreCompleted, "", "")),
		thumb(event.AnyObjectRemove, "", ""), // this cannot be, and the plan does not know
	})
	require.NoError(t, err)
	err = c.Apply(t.Context(), plan)
	require.ErrorIs(t, err, scf.ErrConflict)
	var failed *ApplyError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "add photos-1250000000 cos:ObjectRemove:* -> default/thumb:$DEFAULT", failed.Failed.String())
	assert.Empty(t, failed.NotRestored)
	assert.ErrorContains(t, err, "as before")
	assert.Equal(t, before, bound(t, c, "thumb"))

	require.NoError(t, c.Unbind(t.Context(), theirs))
	require.NoError(t, c.Apply(t.Context(), plan), "the same plan, when nothing is in the way")
	assert.Empty(t, s.Faults().Pending())
}

func TestApplyPutsBackWhenTheContextEnds(t *testing.T) {
	s, c := newCloud(t)
	a := thumb(event.AnyObjectCreated, "a/", "")
	bindAll(t, c, a)
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{thumb(event.AnyObjectCreated, "a", "")})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	rt := s.Transport()
	c = at(t, s.URL(), roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.Header.Get("X-TC-Action") == "CreateTrigger" {
			cancel()
		}
		return rt.RoundTrip(req)
	}), 0)
	err = c.Apply(ctx, plan)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, texts(a), bound(t, c, "thumb"))
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestWhatCouldNotBePutBackIsNamed(t *testing.T) {
	s, c := newCloud(t)
	a := thumb(event.AnyObjectCreated, "a/", "")
	bindAll(t, c, a)
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{thumb(event.AnyObjectCreated, "a", "")})
	require.NoError(t, err)
	s.Faults().Fail("CreateTrigger", -1, scftest.Fault{Code: "InternalError.Cos", Message: "for ever"})
	err = c.Apply(t.Context(), plan)
	var failed *ApplyError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.NotRestored, 1)
	assert.Equal(t, Change{Op: Remove, Trigger: a, desc: failed.NotRestored[0].desc}, failed.NotRestored[0])
	assert.ErrorContains(t, err, "could not take back: [remove "+a.String()+"]")
	s.Faults().Reset()
	require.NoError(t, c.Apply(t.Context(), plan))
	assert.Equal(t, texts(thumb(event.AnyObjectCreated, "a", "")), bound(t, c, "thumb"))
}

// Every call of every flow fails, once or often, in every way. After it the triggers are as before or as wanted, and when the
// service is well again a repeat succeeds.
func TestEveryCallFails(t *testing.T) {
	a, b := thumb(event.AnyObjectCreated, "a/", ""), thumb(event.AnyObjectRemove, "", "")
	rest, wide := disabled(thumb(event.TypeObjectRestorePost, "", "")), thumb(event.AnyObjectCreated, "a", "")
	flows := map[string]struct {
		have, want []Trigger
		run        func(ctx context.Context, c *Client) error
	}{
		"Bind":    {[]Trigger{b}, []Trigger{b, a}, func(ctx context.Context, c *Client) error { return c.Bind(ctx, a) }},
		"Unbind":  {[]Trigger{a, b}, []Trigger{b}, func(ctx context.Context, c *Client) error { return c.Unbind(ctx, a) }},
		"Enable":  {[]Trigger{disabled(a), b}, []Trigger{a, b}, func(ctx context.Context, c *Client) error { return c.Enable(ctx, a) }},
		"Disable": {[]Trigger{a, b}, []Trigger{disabled(a), b}, func(ctx context.Context, c *Client) error { return c.Disable(ctx, a) }},
		"Apply": {[]Trigger{a, b, rest}, []Trigger{wide, disabled(b), thumb(event.TypeObjectRestorePost, "", "")}, func(ctx context.Context, c *Client) error {
			plan, err := c.Plan(ctx, "thumb", []Trigger{wide, disabled(b), thumb(event.TypeObjectRestorePost, "", "")})
			if err != nil {
				return err
			}
			return c.Apply(ctx, plan)
		}},
	}
	failures := map[string]scftest.Fault{
		"time-out":       {Latency: time.Second},
		"throttled":      {Code: "RequestLimitExceeded", Message: "slow down"},
		"internal":       {Code: "InternalError", Message: "m"},
		"internal cos":   {Code: "InternalError.Cos", Message: "m"},
		"not ready":      {Code: "FailedOperation.CreateTrigger", Message: "m"},
		"status 500":     {Status: 500},
		"status 502":     {Status: 502},
		"dropped before": {Drop: faults.Before},
		"dropped after":  {Drop: faults.After},
	}
	for flow, f := range flows {
		for failure, fault := range failures {
			t.Run(flow+"/"+failure, func(t *testing.T) {
				t.Parallel()
				ops := map[string][]string{
					"Bind": {"CreateTrigger"}, "Unbind": {"DeleteTrigger"}, "Enable": {"UpdateTriggerStatus"}, "Disable": {"UpdateTriggerStatus"},
					"Apply": {"CreateTrigger", "DeleteTrigger", "UpdateTriggerStatus"},
				}[flow]
				if failure != "not ready" { // reads do not depend on the function's state
					ops = append(ops, "ListTriggers", "GetFunction")
				}
				for _, op := range ops {
					for _, n := range []int{1, 2, 4, 9, 13} {
						limit := time.Duration(0)
						if fault.Latency > 0 {
							if n > 2 {
								continue // each one takes its time
							}
							limit = 40 * time.Millisecond
						}
						checkFault(t, f.have, f.want, f.run, op, n, fault, limit)
					}
				}
			})
		}
	}
}

func checkFault(t *testing.T, have, want []Trigger, run func(context.Context, *Client) error, op string, n int, fault scftest.Fault, limit time.Duration) {
	t.Helper()
	what := fmt.Sprintf("%s fails %d times", op, n)
	s := scftest.NewServer(t)
	defer s.Close()
	s.Handle("thumb", nothing)
	plain := at(t, s.URL(), s.Transport(), 0)
	bindAll(t, plain, have...)
	s.Faults().Fail(op, n, fault)
	err := run(t.Context(), at(t, s.URL(), s.Transport(), limit))
	s.Faults().Reset()
	now := bound(t, plain, "thumb")
	if err == nil {
		require.Equal(t, texts(want...), now, what)
	} else {
		require.Greater(t, n, 1, "%s: one failure is overcome: %v", what, err)
		var failed *ApplyError
		told := errors.As(err, &failed) && len(failed.NotRestored) > 0
		require.False(t, told && n <= 3, "%s: %v", what, err)
		if !told && !assert.ObjectsAreEqual(texts(want...), now) {
			require.Equal(t, texts(have...), now, "%s: %v", what, err)
		}
	}
	require.NoError(t, run(t.Context(), plain), "%s: the repeat", what)
	require.Equal(t, texts(want...), bound(t, plain, "thumb"), "%s: after the repeat", what)
}
