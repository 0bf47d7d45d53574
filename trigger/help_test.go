package trigger

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

const gz = "ap-guangzhou"

var photos = event.Bucket{Name: "photos", AppID: "1250000000", Region: gz}

var nothing = function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil })

// at returns a client of this package for a server, one that loses no time between repeats.
func at(t testing.TB, url string, rt http.RoundTripper, limit time.Duration) *Client {
	t.Helper()
	sc, err := scf.New(common.NewCredential(scftest.DefaultSecretID, scftest.DefaultSecretKey), gz,
		scf.WithEndpoint(url), scf.WithHTTPClient(&http.Client{Transport: rt, Timeout: limit}),
		scf.WithBackoff(scf.Backoff{Attempts: 3, Min: time.Microsecond, Max: time.Microsecond}),
		scf.WithWait(scf.Wait{Min: time.Millisecond, Max: time.Millisecond, Limit: 5 * time.Second}))
	require.NoError(t, err)
	c := New(sc)
	c.pause = time.Microsecond
	return c
}

// newCloud is a fake service with the functions "thumb" and "other".
func newCloud(t testing.TB, opts ...scftest.Option) (*scftest.Server, *Client) {
	t.Helper()
	s := scftest.NewServer(t, opts...)
	s.Handle("thumb", nothing)
	s.Handle("other", nothing)
	return s, at(t, s.URL(), s.Transport(), 0)
}

func thumb(typ event.Type, prefix, suffix string) Trigger {
	return Trigger{Namespace: "default", Function: "thumb", Qualifier: DefaultQualifier, Bucket: photos, Event: typ, Prefix: prefix, Suffix: suffix}
}

func disabled(t Trigger) Trigger { t.Disabled = true; return t }

// bound is what the service holds for a function, in order.
func bound(t testing.TB, c *Client, function string) []string {
	t.Helper()
	var out []string
	for tr, err := range c.List(t.Context(), function) {
		require.NoError(t, err)
		out = append(out, tr.String())
	}
	slices.Sort(out)
	return out
}

func texts(ts ...Trigger) []string {
	var out []string
	for _, t := range ts {
		out = append(out, t.String())
	}
	slices.Sort(out)
	return out
}

// recorder keeps the actions of the calls that write.
type recorder struct {
	rt     http.RoundTripper
	writes []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if a := req.Header.Get("X-TC-Action"); !strings.HasPrefix(a, "List") && !strings.HasPrefix(a, "Get") {
		r.writes = append(r.writes, a)
	}
	return r.rt.RoundTrip(req)
}

func recorded(t testing.TB, s *scftest.Server) (*Client, *recorder) {
	t.Helper()
	r := &recorder{rt: s.Transport()}
	return at(t, s.URL(), r, 0), r
}
