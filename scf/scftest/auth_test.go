package scftest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/scf/scftest"
)

func TestSignatureMethodsOfTheOfficialClient(t *testing.T) {
	s := scftest.NewServer(t)
	for _, method := range []string{"TC3-HMAC-SHA256", "HmacSHA256", "HmacSHA1"} {
		for _, verb := range []string{"POST", "GET"} {
			t.Run(method+" "+verb, func(t *testing.T) {
				sign := func(p *profile.ClientProfile) { p.SignMethod, p.HttpProfile.ReqMethod = method, verb }
				c := official(t, s, sign)
				create(t, c, "f-"+strings.ToLower(method[:4])+verb+strconv.Itoa(len(method)))
				r := scfsdk.NewListFunctionsRequest()
				r.Limit = ptr(int64(1)) // a number, and a list of objects: flat parameters must find their types
				r.Filters = []*scfsdk.Filter{{Name: ptr("Status"), Values: []*string{ptr("Creating"), ptr("Active")}}}
				resp, err := c.ListFunctions(r)
				require.NoError(t, err)
				assert.Len(t, resp.Response.Functions, 1)

				id, _ := s.Credentials()
				_, err = officialAs(t, s, common.NewCredential(id, "wrong"), sign).ListFunctions(r)
				assert.Equal(t, "AuthFailure.SignatureFailure", code(t, err))
				_, err = officialAs(t, s, common.NewCredential("AKIDnobody", "x"), sign).ListFunctions(r)
				assert.Equal(t, "AuthFailure.SecretIdNotFound", code(t, err))
			})
		}
	}
	t.Run("unsigned payload", func(t *testing.T) {
		_, err := official(t, s, func(p *profile.ClientProfile) { p.UnsignedPayload = true }).ListFunctions(scfsdk.NewListFunctionsRequest())
		assert.NoError(t, err)
	})
}

func TestTemporaryCredentials(t *testing.T) {
	s := scftest.NewServer(t)
	s.AddCredentials("AKIDtmp", "key", "token", s.Now().Add(time.Hour))
	list := func(token string) string {
		_, err := officialAs(t, s, common.NewTokenCredential("AKIDtmp", "key", token)).ListFunctions(scfsdk.NewListFunctionsRequest())
		return code(t, err)
	}
	assert.Empty(t, list("token"))
	assert.Equal(t, "AuthFailure.TokenFailure", list("other"))
	assert.Equal(t, "AuthFailure.TokenFailure", list(""))
	s.Advance(time.Hour)
	assert.Equal(t, "AuthFailure.TokenFailure", list("token"))
	_, ok := s.CredentialOwner("AKIDtmp")
	assert.False(t, ok)
}

// signed makes a TC3 call by hand, so that every part can be bent.
type signed struct {
	at       time.Time
	date     string
	service  string
	headers  []string // signed besides host
	body     string
	action   string
	version  string
	region   string
	host     string
	signHost string
	change   func(*http.Request)
}

func (c signed) send(t testing.TB, s *scftest.Server) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL(), strings.NewReader(c.body))
	require.NoError(t, err)
	r.Host = "scf.tencentcloudapi.com"
	if c.host != "" {
		r.Host = c.host
	}
	if c.signHost == "" {
		c.signHost = r.Host
	}
	ts := strconv.FormatInt(c.at.Unix(), 10)
	if c.date == "" {
		c.date = c.at.UTC().Format(time.DateOnly)
	}
	for k, v := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "X-TC-Action": c.action, "X-TC-Version": c.version, "X-TC-Timestamp": ts, "X-TC-Region": c.region,
	} {
		r.Header.Set(k, v)
	}
	id, key := s.Credentials()
	var canonical strings.Builder
	canonical.WriteString("POST\n/\n\n")
	for _, h := range c.headers {
		v := r.Header.Get(h)
		if h == "host" {
			v = c.signHost
		}
		canonical.WriteString(h + ":" + strings.ToLower(v) + "\n")
	}
	canonical.WriteString("\n" + strings.Join(c.headers, ";") + "\n" + hexSum(c.body))
	scope := c.date + "/" + c.service + "/tc3_request"
	toSign := "TC3-HMAC-SHA256\n" + ts + "\n" + scope + "\n" + hexSum(canonical.String())
	secret := mac(mac(mac([]byte("TC3"+key), c.date), c.service), "tc3_request")
	r.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential="+id+"/"+scope+", SignedHeaders="+strings.Join(c.headers, ";")+", Signature="+hex.EncodeToString(mac(secret, toSign)))
	if c.change != nil {
		c.change(r)
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	assert.Equal(t, http.StatusOK, resp.StatusCode, "errors come with 200 too")
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var out struct {
		Response struct {
			Error     struct{ Code string }
			RequestId string
		}
	}
	require.NoError(t, json.Unmarshal(body, &out), "%s", body)
	assert.Len(t, out.Response.RequestId, 36)
	return out.Response.Error.Code
}

func hexSum(s string) string { b := sha256.Sum256([]byte(s)); return hex.EncodeToString(b[:]) }

func mac(key []byte, s string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(s))
	return m.Sum(nil)
}

func TestTC3(t *testing.T) {
	s := scftest.NewServer(t)
	for _, tt := range []struct {
		name   string
		change func(*signed)
		code   string
	}{
		{"good", func(*signed) {}, ""},
		{"more signed headers", func(c *signed) { c.headers = append(c.headers, "x-tc-action", "x-tc-timestamp") }, ""},
		{"four minutes old", func(c *signed) { c.at = c.at.Add(-4 * time.Minute) }, ""},
		{"six minutes old", func(c *signed) { c.at = c.at.Add(-6 * time.Minute) }, "AuthFailure.SignatureExpire"},
		{"six minutes early", func(c *signed) { c.at = c.at.Add(6 * time.Minute) }, "AuthFailure.SignatureExpire"},
		{"another day in the scope", func(c *signed) { c.date = "2020-01-01" }, "AuthFailure.SignatureFailure"},
		{"a port that is not signed, as by the SDK for Node.js", func(c *signed) { c.host, c.signHost = "127.0.0.1:9000", "127.0.0.1" }, ""},
		{"the service named after the host, as by the SDK for Node.js", func(c *signed) { c.host, c.service = "127.0.0.1:9000", "127" }, ""},
		{"another host", func(c *signed) { c.host, c.signHost = "127.0.0.1:9000", "127.0.0.2" }, "AuthFailure.SignatureFailure"},
		{"another service", func(c *signed) { c.service = "cls" }, "AuthFailure.SignatureFailure"},
		{"body changed", func(c *signed) {
			c.change = func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader([]byte("[]"))); r.ContentLength = 2 }
		}, "AuthFailure.SignatureFailure"},
		{"signed header changed", func(c *signed) {
			c.headers = append(c.headers, "x-tc-action")
			c.change = func(r *http.Request) { r.Header.Set("X-TC-Action", "GetAccount") }
		}, "AuthFailure.SignatureFailure"},
		{"host not signed", func(c *signed) { c.headers = []string{"content-type"} }, "AuthFailure.InvalidAuthorization"},
		{"no authorization", func(c *signed) { c.change = func(r *http.Request) { r.Header.Del("Authorization") } }, "AuthFailure.InvalidAuthorization"},
		{"token that the key does not have", func(c *signed) {
			c.change = func(r *http.Request) { r.Header.Set("X-TC-Token", "t") }
		}, "AuthFailure.TokenFailure"},
		{"no timestamp", func(c *signed) { c.change = func(r *http.Request) { r.Header.Del("X-TC-Timestamp") } }, "MissingParameter"},
		{"content type", func(c *signed) { c.change = func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") } }, "UnsupportedProtocol"},
		{"action", func(c *signed) { c.action = "DescribeFunctions" }, "InvalidAction"},
		{"no action", func(c *signed) { c.action = "" }, "MissingParameter"},
		{"version", func(c *signed) { c.version = "2017-03-12" }, "NoSuchVersion"},
		{"no region", func(c *signed) { c.region = "" }, "MissingParameter"},
		{"region", func(c *signed) { c.region = "Guangzhou" }, "UnsupportedRegion"},
		{"body is no JSON", func(c *signed) { c.body = "{" }, "InvalidParameter"},
		{"body is a list", func(c *signed) { c.body = "[]" }, "InvalidParameter"},
		{"wrong type", func(c *signed) { c.body = `{"Limit":"ten"}` }, "InvalidParameter"},
		{"unknown parameter", func(c *signed) { c.body = `{"Limits":1}` }, ""},
		{"too large", func(c *signed) { c.body = strings.Repeat(" ", 10<<20+1) }, "RequestSizeLimitExceeded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := signed{
				at: time.Now(), service: "scf", headers: []string{"content-type", "host"}, body: "{}", action: "ListFunctions", version: "2018-04-16", region: gz,
			}
			tt.change(&c)
			assert.Equal(t, tt.code, c.send(t, s))
		})
	}
	t.Run("a moved clock", func(t *testing.T) {
		s.Advance(72 * time.Hour)
		c := signed{at: time.Now(), service: "scf", headers: []string{"content-type", "host"}, body: "{}", action: "ListFunctions", version: "2018-04-16", region: gz}
		assert.Empty(t, c.send(t, s))
	})
}

func TestStrictParametersAndRateLimits(t *testing.T) {
	s := scftest.NewServer(t, scftest.WithStrictParameters(), scftest.WithRateLimits())
	call := signed{at: time.Now(), service: "scf", headers: []string{"content-type", "host"}, body: `{"Limits":1}`, action: "ListFunctions", version: "2018-04-16", region: gz}
	assert.Equal(t, "UnknownParameter", call.send(t, s))
	call.body = "{}"
	limited := false
	for range 200 { // 21 of them fall into one second
		if call.send(t, s) == "RequestLimitExceeded" {
			limited = true
			break
		}
	}
	assert.True(t, limited)
	s.Advance(time.Second)
	assert.Empty(t, call.send(t, s))
}

func TestWithoutSignatures(t *testing.T) {
	s := scftest.NewServer(t, scftest.WithoutSignatures())
	_, err := officialAs(t, s, common.NewCredential("any", "thing")).ListFunctions(scfsdk.NewListFunctionsRequest())
	assert.NoError(t, err)
}
