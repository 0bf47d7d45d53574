package scf_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

const region = "ap-guangzhou"

// codeOf is a small package whose bytes depend on text.
func codeOf(t testing.TB, text string) scf.Code {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bootstrap"), []byte("#!/bin/sh\n# "+text+"\n"), 0o755))
	c, err := scf.ZipDir(dir, "bootstrap")
	require.NoError(t, err)
	return c
}

// recorder notes the actions that go through it.
type recorder struct {
	base    http.RoundTripper
	mu      sync.Mutex
	actions []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.actions = append(r.actions, req.Header.Get("X-TC-Action"))
	r.mu.Unlock()
	return r.base.RoundTrip(req)
}

// world is a fake service with a client that repeats quickly, and one that no fault reaches because none is planned when it
// is used.
type world struct {
	*scftest.Server
	rec    *recorder
	client *scf.Client // which is tested
	calm   *scf.Client // which prepares and looks
}

func newWorld(t testing.TB, timeout time.Duration, attempts int, opts ...scftest.Option) *world {
	s := scftest.NewServer(t, append([]scftest.Option{
		scftest.WithCreateDelay(3 * time.Millisecond), scftest.WithUpdateDelay(3 * time.Millisecond)}, opts...)...)
	w := &world{Server: s, rec: &recorder{base: s.Transport()}}
	make := func(rt http.RoundTripper, timeout time.Duration, attempts int) *scf.Client {
		id, key := s.Credentials()
		c, err := scf.New(common.NewCredential(id, key), region, scf.WithEndpoint(s.URL()),
			scf.WithHTTPClient(&http.Client{Transport: rt, Timeout: timeout}), scf.WithNow(s.Now),
			scf.WithBackoff(scf.Backoff{Attempts: attempts, Min: time.Millisecond, Max: 4 * time.Millisecond}),
			scf.WithWait(scf.Wait{Min: time.Millisecond, Max: 4 * time.Millisecond, Limit: 20 * time.Second}))
		require.NoError(t, err)
		return c
	}
	w.client, w.calm = make(w.rec, timeout, attempts), make(s.Transport(), 0, 0)
	return w
}

// state is everything about the functions that a flow changes, as text; "" if there is none.
func (w *world) state(t testing.TB) string {
	ctx := context.Background()
	var b strings.Builder
	n := 0
	for listed, err := range w.calm.List(ctx) {
		require.NoError(t, err)
		n++
		if listed.State.Passing() {
			err := w.calm.WaitActive(ctx, listed.Name)
			if errors.Is(err, scf.ErrNotFound) {
				n--
				continue
			}
			require.NoError(t, err)
		}
		f, err := w.calm.Get(ctx, listed.Name)
		require.NoError(t, err)
		retry, err := w.calm.GetRetry(ctx, listed.Name)
		require.NoError(t, err)
		change, err := w.calm.Preview(ctx, scf.Function{Name: f.Name, Code: codeOf(t, "two")})
		require.NoError(t, err)
		fmt.Fprintf(&b, "%s %s %dMB %v %q env=%v role=%s log=%+v vpc=%+v retry=%+v two=%v", f.Name, f.State, f.Memory, f.Timeout, f.Description,
			f.Environment, f.Role, f.Log, f.VPC, retry, change.Change == scf.Unchanged)
		for v, err := range w.calm.Versions(ctx, f.Name) {
			require.NoError(t, err)
			fmt.Fprintf(&b, " v%s %q", v.Name, v.Description)
		}
		for a, err := range w.calm.Aliases(ctx, f.Name) {
			require.NoError(t, err)
			fmt.Fprintf(&b, " %s=%s%v", a.Name, a.Version, a.Weights)
		}
	}
	require.LessOrEqual(t, n, 1, "never a second function")
	return b.String()
}

func second(t testing.TB) scf.Function {
	return scf.Function{
		Name: "fn", Code: codeOf(t, "two"), Memory: 512, Timeout: 60 * time.Second, Description: "second", Role: "reader",
		Environment: map[string]string{"MODE": "fast"}, Retry: &scf.Retry{Attempts: 1, MaxAge: time.Hour},
	}
}

type flow struct {
	name    string
	prepare func(*testing.T, *world)
	run     func(context.Context, *testing.T, *scf.Client) error
	// again is what a repeat returns when the state is as wanted already; nil for flows that are idempotent.
	again error
}

func flows() []flow {
	first := func(t *testing.T, w *world) {
		_, err := w.calm.Deploy(context.Background(), scf.Function{Name: "fn", Code: codeOf(t, "one")})
		require.NoError(t, err)
	}
	nothing := func(*testing.T, *world) {}
	published := func(t *testing.T, w *world) {
		first(t, w)
		v, err := w.calm.PublishVersion(context.Background(), "fn", "first")
		require.NoError(t, err)
		require.Equal(t, "1", v)
	}
	return []flow{
		{"create", nothing, func(ctx context.Context, t *testing.T, c *scf.Client) error { return c.Create(ctx, second(t)) }, scf.ErrExists},
		{"deploy new", nothing, func(ctx context.Context, t *testing.T, c *scf.Client) error {
			_, err := c.Deploy(ctx, second(t))
			return err
		}, nil},
		{"deploy over", first, func(ctx context.Context, t *testing.T, c *scf.Client) error {
			_, err := c.Deploy(ctx, second(t))
			return err
		}, nil},
		{"update", first, func(ctx context.Context, t *testing.T, c *scf.Client) error {
			_, err := c.Update(ctx, scf.Function{Name: "fn", Memory: 1024, Environment: map[string]string{"AB": "c"}})
			return err
		}, nil},
		{"delete", first, func(ctx context.Context, t *testing.T, c *scf.Client) error { return c.Delete(ctx, "fn") }, scf.ErrNotFound},
		{"retry", first, func(ctx context.Context, t *testing.T, c *scf.Client) error {
			return c.SetRetry(ctx, "fn", scf.Retry{Attempts: 0, MaxAge: time.Minute})
		}, nil},
		{"alias new", first, func(ctx context.Context, t *testing.T, c *scf.Client) error {
			return c.SetAlias(ctx, "fn", scf.Alias{Name: "live", Version: "$LATEST", Description: "d"})
		}, nil},
		{"alias over", func(t *testing.T, w *world) {
			published(t, w)
			require.NoError(t, w.calm.SetAlias(context.Background(), "fn", scf.Alias{Name: "live", Version: "$LATEST"}))
		}, func(ctx context.Context, t *testing.T, c *scf.Client) error {
			return c.SetAlias(ctx, "fn", scf.Alias{Name: "live", Version: "1", Weights: map[string]float64{"$LATEST": 0.25}})
		}, nil},
		{"alias delete", func(t *testing.T, w *world) {
			first(t, w)
			require.NoError(t, w.calm.SetAlias(context.Background(), "fn", scf.Alias{Name: "live", Version: "$LATEST"}))
		}, func(ctx context.Context, t *testing.T, c *scf.Client) error { return c.DeleteAlias(ctx, "fn", "live") }, scf.ErrNotFound},
		{"publish", first, func(ctx context.Context, t *testing.T, c *scf.Client) error {
			_, err := c.PublishVersion(ctx, "fn", "first")
			return err
		}, nil},
		{"version delete", published, func(ctx context.Context, t *testing.T, c *scf.Client) error {
			return c.DeleteVersion(ctx, "fn", "1")
		}, scf.ErrNotFound},
	}
}

// faultKinds are the ways in which one call fails.
var faultKinds = map[string]scftest.Fault{
	"throttled":      {Code: "RequestLimitExceeded", Message: "slow down"},
	"500":            {Status: 500, Message: "sorry"},
	"internal error": {Code: "InternalError.System", Message: "sorry"},
	"time-out":       {Latency: 10 * time.Second},
	"dropped before": {Drop: faults.Before},
	"dropped after":  {Drop: faults.After},
	"cut":            {CutAfter: 20},
}

// Every call of every flow fails once, in every way. With repeats allowed the flow succeeds; without, the state is as before
// or as wanted, and a second run succeeds.
func TestEveryCallFailsOnce(t *testing.T) {
	for _, f := range flows() {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t, 0, 0)
			f.prepare(t, w)
			before := w.state(t)
			w.rec.actions = nil
			require.NoError(t, f.run(context.Background(), t, w.client))
			calls := distinct(w.rec.actions)
			wanted := w.state(t)
			require.NotEqual(t, before, wanted)
			for kind, fault := range faultKinds {
				for _, attempts := range []int{1, 0} {
					for _, c := range calls {
						if fault.Latency > 0 && c.nth > 1 {
							continue // these take their time
						}
						t.Run(fmt.Sprintf("%s %s attempts %d", kind, c, attempts), func(t *testing.T) {
							t.Parallel()
							timeout := time.Duration(0)
							if fault.Latency > 0 {
								timeout = 150 * time.Millisecond
							}
							w := newWorld(t, timeout, attempts)
							f.prepare(t, w)
							w.Faults().Fail(c.action, c.nth-1, scftest.Fault{})
							w.Faults().Fail(c.action, 1, fault)
							err := f.run(context.Background(), t, w.client)
							w.Faults().Reset()
							state := w.state(t)
							if attempts == 0 {
								require.NoError(t, err, "one failure is made good")
								require.Equal(t, wanted, state)
								return
							}
							if err == nil {
								require.Equal(t, wanted, state)
							} else if f.name != "deploy over" && f.name != "update" { // those have several steps
								require.Contains(t, []string{before, wanted}, state, "after %v", err)
							}
							if f.name == "publish" && state == wanted {
								return // a repeat makes another one
							}
							if again := f.run(context.Background(), t, w.calm); state != wanted || f.again == nil {
								require.NoError(t, again, "a repeat succeeds")
							} else {
								require.ErrorIs(t, again, f.again)
							}
							require.Equal(t, wanted, w.state(t))
						})
					}
				}
			}
		})
	}
}

type nthCall struct {
	action string
	nth    int
}

func (c nthCall) String() string { return fmt.Sprintf("%s %d", c.action, c.nth) }

// distinct numbers the calls of each action; of the looks at a state the first three are enough.
func distinct(actions []string) []nthCall {
	count := map[string]int{}
	var out []nthCall
	for _, a := range actions {
		if count[a]++; count[a] <= 3 {
			out = append(out, nthCall{a, count[a]})
		}
	}
	return out
}
