package costest_test

import (
	"crypto/md5"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
)

func TestAnyone(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "plain", "x")
	anyone := s.ClientWith(photos, "", "", "")
	try := map[string]func(string) error{
		"get": func(key string) error {
			resp, err := anyone.Object.Get(ctx, key, nil)
			if err == nil {
				body(t, resp)
			}
			return err
		},
		"head": func(key string) error { _, err := anyone.Object.Head(ctx, key, nil); return err },
		"list": func(string) error { _, _, err := anyone.Bucket.Get(ctx, nil); return err },
		"put": func(key string) error {
			_, err := anyone.Object.Put(ctx, key+"2", strings.NewReader("x"), nil)
			return err
		},
		"acl":     func(string) error { _, _, err := anyone.Bucket.GetACL(ctx); return err },
		"tagging": func(key string) error { _, _, err := anyone.Object.GetTagging(ctx, key); return err },
		"copy": func(key string) error {
			_, _, err := anyone.Object.Copy(ctx, key+"3", photos.Host()+"/"+key, nil)
			return err
		},
		"service": func(string) error { _, _, err := anyone.Service.Get(ctx); return err },
	}
	check := func(key string, allowed ...string) {
		t.Helper()
		for name, f := range try {
			err := f(key)
			if assertContains(allowed, name) {
				assert.NoError(t, err, name)
			} else {
				assert.Contains(t, []string{"AccessDenied", "403"}, code(err), name)
			}
		}
	}
	check("plain")
	_, err := c.Object.PutACL(ctx, "plain", &cossdk.ObjectPutACLOptions{Header: &cossdk.ACLHeaderOptions{XCosACL: "public-read"}})
	require.NoError(t, err)
	check("plain", "get", "head")
	_, err = c.Bucket.PutACL(ctx, &cossdk.BucketPutACLOptions{Header: &cossdk.ACLHeaderOptions{XCosACL: "public-read"}})
	require.NoError(t, err)
	check("plain", "get", "head", "list")
	_, err = c.Object.PutACL(ctx, "plain", &cossdk.ObjectPutACLOptions{Header: &cossdk.ACLHeaderOptions{XCosACL: "private"}})
	require.NoError(t, err)
	check("plain", "list")
	put(t, c, "other", "x")
	_, err = c.Bucket.PutACL(ctx, &cossdk.BucketPutACLOptions{Header: &cossdk.ACLHeaderOptions{XCosACL: "public-read-write"}})
	require.NoError(t, err)
	check("other", "get", "head", "list", "put")
	require.NoError(t, s.CreateBucket(backup, costest.PublicReadWrite()))
	_, err = s.ClientWith(backup, "", "", "").Object.Put(ctx, "k", strings.NewReader("x"), nil)
	require.NoError(t, err)
}

func assertContains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

func TestACLThereAndBack(t *testing.T) {
	_, c, _ := newServer(t)
	owner := "qcs::cam::uin/100001250000000:uin/100001250000000"
	friend := "qcs::cam::uin/100000000002:uin/100000000002"
	_, err := c.Bucket.PutACL(ctx, &cossdk.BucketPutACLOptions{Body: &cossdk.ACLXml{
		Owner: &cossdk.Owner{ID: owner},
		AccessControlList: []cossdk.ACLGrant{
			{Permission: "FULL_CONTROL", Grantee: &cossdk.ACLGrantee{Type: "CanonicalUser", ID: owner}},
			{Permission: "READ", Grantee: &cossdk.ACLGrantee{Type: "CanonicalUser", ID: friend}},
		},
	}})
	require.NoError(t, err)
	got, resp, err := c.Bucket.GetACL(ctx)
	require.NoError(t, err)
	assert.Equal(t, owner, got.Owner.ID)
	require.Len(t, got.AccessControlList, 2)
	assert.Equal(t, `id="`+friend+`"`, resp.Header.Get("x-cos-grant-read"))
	put(t, c, "k", "x")
	_, resp, err = c.Object.GetACL(ctx, "k")
	require.NoError(t, err)
	assert.Equal(t, "default", resp.Header.Get("x-cos-acl"))
	_, err = c.Object.PutACL(ctx, "k", &cossdk.ObjectPutACLOptions{Header: &cossdk.ACLHeaderOptions{XCosGrantRead: `id="` + friend + `"`}})
	require.NoError(t, err)
	_, resp, err = c.Object.GetACL(ctx, "k")
	require.NoError(t, err)
	assert.Equal(t, `id="`+friend+`"`, resp.Header.Get("x-cos-grant-read"))
	_, err = c.Object.PutACL(ctx, "none", &cossdk.ObjectPutACLOptions{Header: &cossdk.ACLHeaderOptions{XCosACL: "private"}})
	assert.Equal(t, "NoSuchKey", code(err))
}

func TestCORS(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "k", "x")
	_, _, err := c.Bucket.GetCORS(ctx)
	assert.Equal(t, "NoSuchCORSConfiguration", code(err))
	ask := func(origin, method, headers string) (*cossdk.Response, error) {
		return c.Object.Options(ctx, "k", &cossdk.ObjectOptionsOptions{Origin: origin, AccessControlRequestMethod: method, AccessControlRequestHeaders: headers})
	}
	_, err = ask("http://a.example.com", "PUT", "")
	assert.Equal(t, "AccessForbidden", code(err))
	_, err = c.Bucket.PutCORS(ctx, &cossdk.BucketPutCORSOptions{Rules: []cossdk.BucketCORSRule{{
		AllowedOrigins: []string{"http://*.example.com"}, AllowedMethods: []string{"PUT", "GET"}, AllowedHeaders: []string{"x-cos-*"},
		ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: 60}}})
	require.NoError(t, err)
	resp, err := ask("http://a.example.com", "PUT", "x-cos-meta-a, X-Cos-Acl")
	require.NoError(t, err)
	assert.Equal(t, "http://a.example.com", resp.Header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "60", resp.Header.Get("Access-Control-Max-Age"))
	for _, bad := range [][3]string{{"http://b.example.org", "PUT", ""}, {"http://a.example.com", "DELETE", ""}, {"http://a.example.com", "PUT", "content-type"}} {
		_, err = ask(bad[0], bad[1], bad[2])
		assert.Equal(t, "AccessForbidden", code(err), bad)
	}
	req, err := http.NewRequest(http.MethodGet, "http://"+photos.Host()+"/k", nil)
	require.NoError(t, err)
	req.Header.Set("Origin", "http://a.example.com")
	r, err := signing(s).Do(req)
	require.NoError(t, err)
	assert.Equal(t, "x", readAll(t, r))
	assert.Equal(t, "http://a.example.com", r.Header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "ETag", r.Header.Get("Access-Control-Expose-Headers"))
	_, err = c.Bucket.DeleteCORS(ctx)
	require.NoError(t, err)
	_, err = ask("http://a.example.com", "PUT", "")
	assert.Equal(t, "AccessForbidden", code(err))
}

func TestEncryptionHeaders(t *testing.T) {
	_, c, _ := newServer(t)
	resp, err := c.Object.Put(ctx, "sse", strings.NewReader("x"), &cossdk.ObjectPutOptions{ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{XCosServerSideEncryption: "AES256"}})
	require.NoError(t, err)
	assert.Equal(t, "AES256", resp.Header.Get("x-cos-server-side-encryption"))
	resp, err = c.Object.Head(ctx, "sse", nil)
	require.NoError(t, err)
	assert.Equal(t, "AES256", resp.Header.Get("x-cos-server-side-encryption"))

	key := strings.Repeat("k", 32)
	sum := md5.Sum([]byte(key))
	b64, b64sum := base64.StdEncoding.EncodeToString([]byte(key)), base64.StdEncoding.EncodeToString(sum[:])
	_, err = c.Object.Put(ctx, "ssec", strings.NewReader("x"), &cossdk.ObjectPutOptions{ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{
		XCosSSECustomerAglo: "AES256", XCosSSECustomerKey: b64, XCosSSECustomerKeyMD5: b64sum}})
	require.NoError(t, err)
	_, err = c.Object.Get(ctx, "ssec", nil)
	assert.Equal(t, "SsecDecryptHeaderInvalid", code(err))
	resp, err = c.Object.Get(ctx, "ssec", &cossdk.ObjectGetOptions{XCosSSECustomerAglo: "AES256", XCosSSECustomerKey: b64, XCosSSECustomerKeyMD5: b64sum})
	require.NoError(t, err)
	assert.Equal(t, "x", body(t, resp))
	assert.Equal(t, b64sum, resp.Header.Get("x-cos-server-side-encryption-customer-key-MD5"))
}
