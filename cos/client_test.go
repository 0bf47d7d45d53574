package cos

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
)

func TestClientIsTheOfficialOneConfigured(t *testing.T) {
	_, srv := newStore(t)
	c := NewClient(photos, testKeys, WithEndpoint(srv.URL))
	_, err := c.Object.Put(t.Context(), "a b/+", strings.NewReader("hello"), nil)
	require.NoError(t, err)
	resp, err := c.Object.Get(t.Context(), "a b/+", nil)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, "hello", string(b))
}

func TestEndpointVariable(t *testing.T) {
	s, srv := newStore(t)
	t.Setenv(EndpointVariable, srv.URL)
	require.NoError(t, NewObjects(testKeys).Put(t.Context(), photos, "k", strings.NewReader("x")))
	_, err := NewClient(photos, testKeys).Object.Head(t.Context(), "k", nil)
	require.NoError(t, err)
	assert.Equal(t, photos.Host(), s.last().Host)

	other, srv2 := newStore(t)
	require.NoError(t, NewObjects(testKeys, WithEndpoint(srv2.URL+"/")).Put(t.Context(), photos, "k", strings.NewReader("x")))
	assert.Len(t, other.objects, 1, "the option goes before the variable")
}

func TestDefaultIsHTTPS(t *testing.T) {
	s := &script{t: t, answers: []roundTrip{status(200, nil, "")}}
	require.NoError(t, NewObjects(testKeys, WithTransport(s)).Put(t.Context(), photos, "k", strings.NewReader("x")))
	assert.Equal(t, "https://photos-1250000000.cos.ap-guangzhou.myqcloud.com/k", s.requests()[0].URL.String())
}

func TestWrongEndpointsFailEveryRequest(t *testing.T) {
	for _, endpoint := range []string{"127.0.0.1:9000", "ftp://x", "http://", "http://u:secret@h", "http://h/path", "http://h?q", "http://[", "\x7f"} {
		err := NewObjects(testKeys, WithEndpoint(endpoint)).Put(t.Context(), photos, "k", strings.NewReader("x"))
		require.ErrorContains(t, err, "endpoint", endpoint)
		assert.NotContains(t, err.Error(), "secret")
	}
}

func TestWrongBucketsAreRefused(t *testing.T) {
	for _, b := range []event.Bucket{
		{},
		{Name: "photos", AppID: "1250000000"},
		{Name: "photos", Region: "ap-guangzhou"},
		{Name: "Photos", AppID: "1250000000", Region: "ap-guangzhou"},
		{Name: "a.b", AppID: "1250000000", Region: "ap-guangzhou"},
		{Name: "evil.example/", AppID: "1250000000", Region: "ap-guangzhou"},
		{Name: "photos", AppID: "x", Region: "ap-guangzhou"},
		{Name: "photos", AppID: "1250000000", Region: "evil.example/"},
		{Name: "photos", AppID: "1250000000", Region: "evil@x"},
		{Name: strings.Repeat("n", 60), AppID: "1250000000", Region: "ap-guangzhou"},
	} {
		s := &script{t: t} // nothing may be sent
		require.Error(t, NewObjects(testKeys, WithTransport(s)).Put(t.Context(), b, "k", strings.NewReader("x")), "%+v", b)
		_, err := NewClient(b, testKeys, WithTransport(s)).Object.Head(t.Context(), "k", nil)
		require.Error(t, err, "%+v", b)
		e := created("k")
		e.Bucket = b
		_, err = NewObjects(testKeys, WithTransport(s)).Open(t.Context(), e)
		require.Error(t, err, "%+v", b)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed") }))
	t.Cleanup(target.Close)
	srv := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusFound))
	t.Cleanup(srv.Close)
	for _, opts := range [][]Option{{WithEndpoint(srv.URL)}, {WithEndpoint(srv.URL), WithHTTPClient(http.DefaultClient)}} {
		_, err := NewObjects(testKeys, opts...).Open(t.Context(), created("k"))
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, http.StatusFound, e.Status)
	}
	assert.Nil(t, http.DefaultClient.CheckRedirect, "the caller's client is not changed")
}

func TestHTTPClientTimeoutHolds(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(release) })
	hc := &http.Client{Timeout: 50 * time.Millisecond}
	_, err := NewObjects(testKeys, WithEndpoint(srv.URL), WithHTTPClient(hc)).Open(t.Context(), created("k"))
	var timeout interface{ Timeout() bool }
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())
}

func TestOneClientForEachBucket(t *testing.T) {
	o := NewObjects(testKeys)
	a := o.Client(photos)
	assert.Same(t, a, o.Client(photos))
	other := photos
	other.Region = "ap-beijing"
	assert.NotSame(t, a, o.Client(other))
	for i := range 2 * maxClients {
		b := photos
		b.Name = "n" + strings.Repeat("a", i%50+1) + string(rune('a'+i%26))
		o.Client(b)
	}
	assert.LessOrEqual(t, len(o.clients), maxClients)
}

func TestConcurrentUse(t *testing.T) {
	_, srv := newStore(t)
	o := NewObjects(testKeys, WithEndpoint(srv.URL))
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			b := photos
			b.Name = "photos" + string(rune('a'+i%4))
			key := strings.Repeat("k", i+1)
			e := created(key)
			e.Bucket = b
			body := bytes.Repeat([]byte{byte(i)}, 1000)
			if !assert.NoError(t, o.Put(t.Context(), b, key, bytes.NewReader(body))) {
				return
			}
			r, err := o.Open(t.Context(), e)
			if !assert.NoError(t, err) {
				return
			}
			got, err := io.ReadAll(r)
			assert.NoError(t, err)
			assert.NoError(t, r.Close())
			assert.Equal(t, body, got)
			o.Client(b)
		})
	}
	wg.Wait()
}
