package costest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
)

func span(from, to time.Time) *cossdk.AuthTime {
	return &cossdk.AuthTime{SignStartTime: from, SignEndTime: to, KeyStartTime: from, KeyEndTime: to}
}

// send signs a GET of key with the official signer, lets spoil change it, and returns the status and the error's code.
func send(t *testing.T, s *costest.Server, id, key, token string, at *cossdk.AuthTime, spoil func(*http.Request)) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+photos.Host()+"/k?response-cache-control=no-store", nil)
	require.NoError(t, err)
	req.Header.Set("x-cos-meta-signed", "a b/ü")
	cossdk.AddAuthorizationHeader(id, key, token, req, at)
	if spoil != nil {
		spoil(req)
	}
	resp, err := plain(s).Do(req)
	require.NoError(t, err)
	text := readAll(t, resp)
	if token != "" {
		assert.NotContains(t, text, token, "the token is a secret")
	}
	return resp.StatusCode, errorCode(text)
}

func TestSignatures(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "k", "v")
	now := time.Now()
	valid := span(now.Add(-time.Minute), now.Add(time.Hour))
	id, key := s.Credentials()
	s.AddCredentials("tmp", "tmpkey", "s3cr3t", now.Add(time.Hour))
	s.AddCredentials("old", "oldkey", "s3cr3t", now.Add(-time.Second))
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	edit := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			text := r.Header.Get("Authorization")
			require.Contains(t, text, old)
			r.Header.Set("Authorization", strings.Replace(text, old, new, 1))
		}
	}
	for _, tt := range []struct {
		name           string
		id, key, token string
		at             *cossdk.AuthTime
		spoil          func(*http.Request)
		status         int
		code           string
	}{
		{"good", id, key, "", valid, nil, 200, ""},
		{"unknown key", "nobody", key, "", valid, nil, 403, "InvalidAccessKeyId"},
		{"wrong secret", id, "wrong", "", valid, nil, 403, "SignatureDoesNotMatch"},
		{"expired", id, key, "", span(now.Add(-2*time.Hour), now.Add(-time.Hour)), nil, 403, "AccessDenied"},
		{"future", id, key, "", span(now.Add(time.Hour), now.Add(2*time.Hour)), nil, 403, "RequestTimeTooSkewed"},
		{"missing", id, key, "", valid, func(r *http.Request) { r.Header.Del("Authorization") }, 403, "AccessDenied"},
		{"not a signature", id, key, "", valid, header("Authorization", "Bearer x"), 403, "AccessDenied"},
		{"tampered header", id, key, "", valid, header("x-cos-meta-signed", "other"), 403, "SignatureDoesNotMatch"},
		{"tampered host", id, key, "", valid, func(r *http.Request) { r.Host = backup.Host() }, 403, "SignatureDoesNotMatch"},
		{"tampered path", id, key, "", valid, func(r *http.Request) { r.URL.Path = "/other" }, 403, "SignatureDoesNotMatch"},
		{"tampered parameter", id, key, "", valid, func(r *http.Request) { r.URL.RawQuery = "response-cache-control=no-cache" }, 403, "SignatureDoesNotMatch"},
		{"tampered method", id, key, "", valid, func(r *http.Request) { r.Method = http.MethodDelete }, 403, "SignatureDoesNotMatch"},
		{"header taken off the list", id, key, "", valid, edit("host;", ""), 403, "SignatureDoesNotMatch"},
		{"other time", id, key, "", valid, edit("q-key-time=", "q-key-time=1;2&x="), 403, "AccessDenied"},
		{"unsigned header added", id, key, "", valid, header("x-cos-meta-more", "1"), 200, ""},
		{"token", "tmp", "tmpkey", "s3cr3t", valid, nil, 200, ""},
		{"no token", "tmp", "tmpkey", "", valid, nil, 403, "AccessDenied"},
		{"wrong token", "tmp", "tmpkey", "other", valid, nil, 403, "AccessDenied"},
		{"token expired", "old", "oldkey", "s3cr3t", valid, nil, 400, "ExpiredToken"},
		{"token and wrong secret", "tmp", "wrong", "s3cr3t", valid, nil, 403, "SignatureDoesNotMatch"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, code := send(t, s, tt.id, tt.key, tt.token, tt.at, tt.spoil)
			assert.Equal(t, tt.status, status)
			assert.Equal(t, tt.code, code)
		})
	}
}

func TestPreSigned(t *testing.T) {
	s, c, rec := newServer(t)
	id, key := s.Credentials()
	for name, opt := range map[string]*cossdk.PresignedURLOptions{
		"spread":           {},
		"merged":           {SignMerged: true},
		"with parameters":  {Query: &url.Values{"response-content-type": {"text/x"}}},
		"with a signature": {Header: &http.Header{"x-cos-meta-a": {"b"}}},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := c.Object.GetPresignedURL(ctx, http.MethodPut, "a b/ü+", id, key, time.Hour, opt)
			require.NoError(t, err)
			req, err := http.NewRequest(http.MethodPut, u.String(), strings.NewReader("body"))
			require.NoError(t, err)
			if opt.Header != nil {
				req.Header = opt.Header.Clone()
			}
			resp, err := plain(s).Do(req)
			require.NoError(t, err)
			require.Equal(t, 200, resp.StatusCode, readAll(t, resp))
			got := rec.take()
			require.Len(t, got, 1)
			assert.Equal(t, "a b/ü+", got[0].Key)
			assert.Empty(t, got[0].Authorization)
			assert.Equal(t, id, got[0].CreatedBy)
			req, err = http.NewRequest(http.MethodPut, strings.Replace(u.String(), "%C3%BC", "u", 1), strings.NewReader("body"))
			require.NoError(t, err)
			resp, err = plain(s).Do(req)
			require.NoError(t, err)
			assert.Equal(t, 403, resp.StatusCode, readAll(t, resp))
		})
	}
	for _, r := range s.Requests() {
		assert.NotContains(t, r.Query, "q-signature=0", "masked")
		if strings.Contains(r.Query, "q-signature") {
			assert.Contains(t, r.Query, "q-signature=***")
		}
	}
}

func TestClockAndSignatures(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "k", "v")
	id, key := s.Credentials()
	u, err := c.Object.GetPresignedURL(ctx, http.MethodGet, "k", id, key, time.Hour, nil)
	require.NoError(t, err)
	get := func(u string) int {
		resp, err := plain(s).Get(u)
		require.NoError(t, err)
		readAll(t, resp)
		return resp.StatusCode
	}
	assert.Equal(t, 200, get(u.String()))
	s.Advance(30 * time.Minute)
	assert.Equal(t, 200, get(u.String()))
	s.Advance(2 * time.Hour)
	assert.Equal(t, 403, get(u.String()), "a pre-signed url grows old")
	put(t, c, "k", "clients that know nothing of the clock still work")
	s.Advance(24 * 365 * time.Hour)
	put(t, c, "k", "and go on working")
	at := span(s.Now(), s.Now().Add(time.Hour))
	u, err = c.Object.GetPresignedURL(ctx, http.MethodGet, "k", id, key, time.Hour, &cossdk.PresignedURLOptions{AuthTime: at})
	require.NoError(t, err)
	assert.Equal(t, 200, get(u.String()), "signed by the server's clock")
}

func TestWaysToReachIt(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "k", "v")
	id, key := s.Credentials()
	proxy, err := url.Parse(s.URL())
	require.NoError(t, err)
	target := "http://" + photos.Host() + "/k"
	viaProxy := &http.Transport{Proxy: http.ProxyURL(proxy)}
	defer viaProxy.CloseIdleConnections()
	for name, send := range map[string]func() (*http.Request, http.RoundTripper){
		"proxy": func() (*http.Request, http.RoundTripper) {
			r, _ := http.NewRequest(http.MethodGet, target, nil)
			return r, viaProxy
		},
		"host header": func() (*http.Request, http.RoundTripper) {
			r, _ := http.NewRequest(http.MethodGet, s.URL()+"/k", nil)
			r.Host = photos.Host()
			return r, s.Transport()
		},
		"dialer, with a port": func() (*http.Request, http.RoundTripper) {
			r, _ := http.NewRequest(http.MethodGet, "http://"+photos.Host()+":80/k", nil)
			return r, s.Transport()
		},
		"internal host": func() (*http.Request, http.RoundTripper) {
			r, _ := http.NewRequest(http.MethodGet, "http://photos-1250000000.cos-internal.ap-guangzhou.tencentcos.cn/k", nil)
			return r, s.Transport()
		},
		"legacy host": func() (*http.Request, http.RoundTripper) {
			r, _ := http.NewRequest(http.MethodGet, "http://photos-1250000000.cosgz.myqcloud.com/k", nil)
			return r, s.Transport()
		},
	} {
		t.Run(name, func(t *testing.T) {
			req, tr := send()
			cossdk.AddAuthorizationHeader(id, key, "", req, cossdk.NewAuthTime(time.Hour))
			resp, err := tr.RoundTrip(req)
			require.NoError(t, err)
			assert.Equal(t, "v", readAll(t, resp))
		})
	}
	resp, err := plain(s).Get("http://example.com/")
	require.NoError(t, err)
	assert.Equal(t, "InvalidURI", errorCode(readAll(t, resp)))
}

func TestWithoutListener(t *testing.T) {
	s := costest.NewServer(t, costest.WithoutListener())
	assert.Empty(t, s.URL())
	require.NoError(t, s.CreateBucket(photos))
	c := s.Client(photos)
	put(t, c, "k", "in process")
	resp, err := c.Object.Get(ctx, "k", nil)
	require.NoError(t, err)
	assert.Equal(t, "in process", body(t, resp))
	web := httptest.NewServer(s)
	defer web.Close()
	req, err := http.NewRequest(http.MethodHead, web.URL+"/k", nil)
	require.NoError(t, err)
	req.Host = photos.Host()
	id, key := s.Credentials()
	cossdk.AddAuthorizationHeader(id, key, "", req, cossdk.NewAuthTime(time.Hour))
	r, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	assert.Equal(t, int64(10), r.ContentLength)
	_, _ = io.Copy(io.Discard, r.Body)
	require.NoError(t, r.Body.Close())
}
