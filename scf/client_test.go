package scf

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
)

func TestNewNamesEveryFault(t *testing.T) {
	_, err := New(nil, "", WithEndpoint("ftp://x"), WithNamespace("a b"), WithBackoff(Backoff{Attempts: -1, Min: -1}),
		WithWait(Wait{Min: 2, Max: 1}), WithUpload(event.Bucket{Name: "p", AppID: "1250000000", Region: "ap-tokyo"}))
	var bad *InvalidError
	require.ErrorAs(t, err, &bad)
	require.ErrorIs(t, err, ErrInvalid)
	var fields []string
	for _, f := range bad.Faults {
		fields = append(fields, f.Field)
	}
	require.Equal(t, []string{"credentials", "region", "namespace", "endpoint", "backoff", "backoff", "wait", "upload"}, fields)
}

func TestEndpoints(t *testing.T) {
	for address, ok := range map[string]bool{
		"http://127.0.0.1:9000": true, "https://scf.example.com/": true, "": true,
		"127.0.0.1:9000": false, "http://": false, "http://h/path": false, "http://h?x=1": false, "http://u:p@h": false, "http://[::1": false,
	} {
		_, err := New(common.NewCredential("a", "b"), "ap-guangzhou", WithEndpoint(address))
		require.Equal(t, ok, err == nil, "%s: %v", address, err)
		if err != nil {
			require.NotContains(t, err.Error(), "u:p")
		}
	}
}

// The Host header stays the service's, so that one address can serve several services and the signature holds.
func TestHostAndLanguage(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetAccount":  always(obj{}),
		"GetFunction": always(obj{"Status": "Active", "ClsTopicId": "t"}),
		"SearchLog":   always(obj{"ListOver": true}),
	})
	c := s.client(t)
	_, err := c.API().GetAccountWithContext(context.Background(), scfsdk.NewGetAccountRequest())
	require.NoError(t, err)
	for range c.Logs(context.Background(), "fn", LogQuery{}) {
		t.Error("no line is there")
	}
	require.Equal(t, "scf.ap-guangzhou.tencentcloudapi.com", s.last("GetAccount").host)
	require.Equal(t, "scf.ap-guangzhou.tencentcloudapi.com", s.last("GetFunction").host)
	require.Equal(t, "cls.ap-guangzhou.tencentcloudapi.com", s.last("SearchLog").host)
	require.Equal(t, "en-US", s.last("GetFunction").header.Get("X-TC-Language"))
	require.Equal(t, "ap-guangzhou", s.last("SearchLog").header.Get("X-TC-Region"))
	require.Equal(t, "2020-10-16", s.last("SearchLog").header.Get("X-TC-Version"))
}

func TestClientSaysNoSecret(t *testing.T) {
	c, err := New(common.NewCredential(testID, testKey), "ap-guangzhou")
	require.NoError(t, err)
	require.Equal(t, "ap-guangzhou", c.Region())
	require.Equal(t, "default", c.Namespace())
	require.Equal(t, "scf.Client(ap-guangzhou, default)", fmt.Sprintf("%v", c))
	c.CloseIdleConnections()
}

// A time-out of the user's http.Client holds.
func TestHTTPClientIsUsedWhole(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{"GetFunction": hang})
	c := s.client(t, WithHTTPClient(&http.Client{Timeout: 20 * time.Millisecond}), WithBackoff(Backoff{Attempts: 1}))
	_, err := c.Get(context.Background(), "fn")
	var timeout interface{ Timeout() bool }
	require.ErrorAs(t, err, &timeout)
	require.True(t, timeout.Timeout())
}

func TestNames(t *testing.T) {
	c, err := New(common.NewCredential("a", "b"), "ap-guangzhou", WithNamespace("media"))
	require.NoError(t, err)
	for in, want := range map[string]ref{
		"fn":              {"media", "fn", ""},
		"default/fn":      {"default", "fn", ""},
		"fn:3":            {"media", "fn", "3"},
		"a/fn:$LATEST":    {"a", "fn", "$LATEST"},
		"a/fn:$DEFAULT":   {"a", "fn", "$DEFAULT"},
		"fn:live-traffic": {"media", "fn", "live-traffic"},
	} {
		r, err := c.ref(in)
		require.NoError(t, err, in)
		require.Equal(t, want, r, in)
	}
	for _, in := range []string{"", "f", "1fn", "fn-", "fn_", "a b", "/fn", "fn:", "fn:0", "fn:a b", "a/b/c", "fn:$OTHER", "ünn"} {
		_, err := c.ref(in)
		require.ErrorIs(t, err, ErrInvalid, in)
	}
	_, err = c.plainRef("fn:3")
	require.ErrorIs(t, err, ErrInvalid)
	require.ErrorIs(t, c.Delete(context.Background(), "fn:3"), ErrInvalid)
	require.Equal(t, "media/fn:3", ref{"media", "fn", "3"}.String())
	require.Equal(t, "fn", ref{"default", "fn", ""}.String())
}

func TestFunctionHidesValues(t *testing.T) {
	f := Function{Name: "fn", Environment: map[string]string{"PASSWORD": "hunter2", "A": "hunter2"}}
	i := FunctionInfo{Name: "fn", Environment: f.Environment}
	for _, s := range []string{fmt.Sprint(f), fmt.Sprintf("%+v", f), fmt.Sprintf("%#v", f), fmt.Sprint(i), fmt.Sprintf("%#v", &i), fmt.Sprintf("%+v", i)} {
		require.NotContains(t, s, "hunter2")
		require.Contains(t, s, "[A PASSWORD]")
	}
}

func TestBothErrors(t *testing.T) {
	a, b := errors.New("a"), errors.New("b")
	require.NoError(t, both(nil, nil))
	require.Equal(t, a, both(a, nil))
	require.Equal(t, b, both(nil, b))
	require.ErrorIs(t, both(a, b), b)
}
