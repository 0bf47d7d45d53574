package cos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"
)

func TestEnvCredentialsAreReadForEachRequest(t *testing.T) {
	s, srv := newStore(t)
	o := NewObjects(EnvCredentials(), WithEndpoint(srv.URL))
	for _, name := range []string{"first", "second"} {
		t.Setenv("TENCENTCLOUD_SECRETID", "AKID"+name)
		t.Setenv("TENCENTCLOUD_SECRETKEY", "key"+name)
		t.Setenv("TENCENTCLOUD_SESSIONTOKEN", "token"+name)
		require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("x")))
		assert.Contains(t, s.last().Header.Get("Authorization"), "q-ak=AKID"+name+"&")
		assert.Equal(t, "token"+name, s.last().Header.Get("X-Cos-Security-Token"))
	}
}

func TestReadRefusedWhileCredentialsRotate(t *testing.T) {
	t.Setenv("TENCENTCLOUD_SECRETID", "AKIDold")
	t.Setenv("TENCENTCLOUD_SECRETKEY", "key")
	refuse := func(req *http.Request) (*http.Response, error) {
		t.Setenv("TENCENTCLOUD_SECRETID", "AKIDnew")
		return xmlError(403, "InvalidAccessKeyId")(req)
	}
	s := &script{t: t, answers: []roundTrip{refuse, status(200, nil, ""), xmlError(403, "AccessDenied")}}
	o := NewObjects(EnvCredentials(), WithTransport(s))
	r, err := o.Open(t.Context(), created("k"))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Contains(t, s.requests()[1].Header.Get("Authorization"), "q-ak=AKIDnew&")
	_, err = o.Open(t.Context(), created("k"))
	require.ErrorIs(t, err, ErrDenied, "the same credentials are refused once")

	missing := func(req *http.Request) (*http.Response, error) {
		t.Setenv("TENCENTCLOUD_SECRETID", "AKIDnewest")
		return xmlError(404, "NoSuchKey")(req)
	}
	_, err = NewObjects(EnvCredentials(), WithTransport(&script{t: t, answers: []roundTrip{missing}})).Open(t.Context(), created("k"))
	require.ErrorIs(t, err, ErrNotFound, "other answers do not depend on the credentials")
}

func TestEnvCredentialsMissing(t *testing.T) {
	t.Setenv("TENCENTCLOUD_SECRETID", "")
	t.Setenv("TENCENTCLOUD_SECRETKEY", "")
	s := &script{t: t} // nothing may be sent, and nothing repeated
	_, err := NewObjects(EnvCredentials(), WithTransport(s)).Open(t.Context(), created("k"))
	require.ErrorIs(t, err, ErrNoCredentials)
	assert.ErrorContains(t, err, "execution role")

	_, err = NewClient(photos, EnvCredentials(), WithTransport(s)).Object.Get(t.Context(), "k", nil)
	assert.ErrorContains(t, err, "execution role")
}

func TestCredentialsWithFaults(t *testing.T) {
	for name, cred := range map[string]Credentials{
		"empty":   StaticCredentials("", "", ""),
		"no key":  StaticCredentials("id", "", ""),
		"newline": StaticCredentials("id", "key\n", ""),
		"space":   StaticCredentials(" id", "key", ""),
		"nil":     nil,
	} {
		t.Run(name, func(t *testing.T) {
			err := NewObjects(cred, WithTransport(&script{t: t})).Put(t.Context(), photos, "k", strings.NewReader("x"))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "key\n")
		})
	}
}

func TestAnonymousIsNotSigned(t *testing.T) {
	s := &script{t: t, answers: []roundTrip{status(200, nil, "x")}}
	r, err := NewObjects(Anonymous(), WithTransport(s)).Open(t.Context(), created("k"))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Empty(t, s.requests()[0].Header.Get("Authorization"))
}

type vendorCredential struct{ n int }

func (c *vendorCredential) GetSecretId() string { c.n++; return fmt.Sprintf("AKID%d", c.n) }
func (*vendorCredential) GetSecretKey() string  { return "key" }
func (*vendorCredential) GetToken() string      { return "" }

func TestFromSDK(t *testing.T) {
	s := &script{t: t, answers: []roundTrip{status(200, nil, ""), status(200, nil, "")}}
	o := NewObjects(FromSDK(&vendorCredential{}), WithTransport(s))
	for i := range 2 {
		require.NoError(t, o.Put(t.Context(), photos, "k", strings.NewReader("x")))
		assert.Contains(t, s.requests()[i].Header.Get("Authorization"), fmt.Sprintf("q-ak=AKID%d&", i+1))
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	const key, token = "verysecretkey", "verysecrettoken"
	cred := StaticCredentials("AKIDpublic", key, token)
	c, err := cred.Credential(t.Context())
	require.NoError(t, err)
	o := NewObjects(cred, WithTransport(roundTrip(func(req *http.Request) (*http.Response, error) {
		resp, err := xmlError(403, "AccessDenied")(req)
		resp.Request = req
		return resp, err
	})))
	_, openErr := o.Open(t.Context(), created("k"))
	require.ErrorIs(t, openErr, ErrDenied)
	b, err := json.Marshal(c)
	require.NoError(t, err)
	text := string(b)
	for _, v := range []any{cred, c, &c, o, openErr, NewClient(photos, cred), struct{ C Credentials }{cred}} {
		text += fmt.Sprintf("%v %+v %#v %s\n", v, v, v, v)
	}
	var e *Error
	require.True(t, errors.As(openErr, &e))
	text += fmt.Sprintf("%#v %#v", *e, e.cause)
	var vendor *cossdk.ErrorResponse
	require.ErrorAs(t, openErr, &vendor)
	text += fmt.Sprint(vendor.Response.Request.Header)
	assert.NotContains(t, text, key)
	assert.NotContains(t, text, token)
	assert.NotContains(t, text, "q-signature")
	assert.Contains(t, text, "AKIDpublic")
}

func TestPresignedURLUsesTheCredentials(t *testing.T) {
	u, err := NewClient(photos, StaticCredentials("AKIDexample", "secret", "tok")).
		Object.GetPresignedURL2(t.Context(), http.MethodGet, "a b", 60e9, nil)
	require.NoError(t, err)
	assert.Equal(t, photos.Host(), u.Host)
	assert.Equal(t, "tok", u.Query().Get("x-cos-security-token"))
	assert.Equal(t, "AKIDexample", u.Query().Get("q-ak"))
}

func TestCredentialsFunc(t *testing.T) {
	broken := errors.New("vault is sealed")
	calls := 0
	cred := CredentialsFunc(func(_ context.Context) (Credential, error) { calls++; return Credential{}, broken })
	_, err := NewObjects(cred, WithTransport(&script{t: t})).Open(t.Context(), created("k"))
	require.ErrorIs(t, err, broken)
	assert.Equal(t, 1, calls, "asking again does not help")
	assert.NotErrorIs(t, err, io.EOF)
}
