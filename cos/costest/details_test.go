package costest_test

import (
	"cmp"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

// An object that came without a Content-Type has that of its key's extension, in the answer and in the event.
func TestContentTypeOfTheExtension(t *testing.T) {
	s, c, _ := newServer(t)
	var told []string
	s.OnChange(func(c costest.Change) { told = append(told, c.Key+" "+c.ContentType) })
	for key, want := range map[string]string{
		"a.zip": "application/zip", "b.TXT": "text/plain", "c.d/e": "", "none": "", "f.unknown": "", "g.tar.gz": "application/gzip",
	} {
		told = nil
		ask(t, s, http.MethodPut, "/"+key, "x")
		assert.Equal(t, []string{key + " " + want}, told)
		resp, err := c.Object.Head(ctx, key, nil)
		require.NoError(t, err)
		if want == "" {
			want = "application/octet-stream"
		}
		assert.Equal(t, want, resp.Header.Get("Content-Type"), key)
	}
	ask(t, s, http.MethodPut, "/own.zip", "x", "Content-Type", "text/own")
	o, err := s.Get(photos, "own.zip")
	require.NoError(t, err)
	assert.Equal(t, "text/own", o.ContentType)
}

func TestIfRangeAndLargeRanges(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "k", "0123456789")
	o, err := s.Get(photos, "k")
	require.NoError(t, err)
	modified := o.LastModified.UTC().Format(http.TimeFormat)
	for _, tt := range []struct {
		spec, condition string
		status          int
		want            string
	}{
		{"bytes=2-3", "", 206, "23"},
		{"bytes=2-3", o.ETag, 206, "23"},
		{"bytes=2-3", modified, 206, "23"},
		{"bytes=2-3", `"other"`, 200, "0123456789"},
		{"bytes=2-3", "W/" + o.ETag, 200, "0123456789"},
		{"bytes=2-3", "Mon, 02 Jan 2006 15:04:05 GMT", 200, "0123456789"},
		{"bytes=8-99999999999999999999", "", 206, "89"},
		{"bytes=-99999999999999999999", "", 206, "0123456789"},
		{"bytes=99999999999999999999-", "", 416, ""},
		{"bytes=+1-2", "", 200, "0123456789"},
	} {
		headers := []string{"Range", tt.spec}
		if tt.condition != "" {
			headers = append(headers, "If-Range", tt.condition)
		}
		resp, text := ask(t, s, http.MethodGet, "/k", "", headers...)
		assert.Equal(t, tt.status, resp.StatusCode, "%s %s", tt.spec, tt.condition)
		if tt.want != "" {
			assert.Equal(t, tt.want, text, "%s %s", tt.spec, tt.condition)
		}
	}
}

func TestCustomersKeysAreMasked(t *testing.T) {
	s, _, _ := newServer(t)
	secret := "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	ask(t, s, http.MethodPut, "/k?x-cos-server-side-encryption-customer-key="+secret, "x", "x-cos-server-side-encryption-customer-algorithm", "AES256",
		"x-cos-server-side-encryption-customer-key", secret, "x-cos-copy-source-server-side-encryption-customer-key", secret)
	r := s.Requests()[0]
	for name, values := range r.Header {
		assert.NotContains(t, strings.Join(values, " "), secret, name)
	}
	assert.NotContains(t, r.Query, secret[:20])
	assert.Equal(t, "***", r.Header.Get("X-Cos-Server-Side-Encryption-Customer-Key"))
}

func TestPathStyle(t *testing.T) {
	get := func(s *costest.Server) (*http.Response, string) {
		req, err := http.NewRequest(http.MethodGet, "http://cos.ap-guangzhou.myqcloud.com/"+photos.ID()+"/k", nil)
		require.NoError(t, err)
		resp, err := signing(s).Do(req)
		require.NoError(t, err)
		return resp, readAll(t, resp)
	}
	for name, tt := range map[string]struct {
		opts   []costest.Option
		status int
		want   string
	}{
		"buckets of today": {nil, 403, "PathStyleDomainForbidden"},
		"older ones":       {[]costest.Option{costest.WithPathStyle()}, 200, "content"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c, _ := newServer(t, tt.opts...)
			put(t, c, "k", "content")
			resp, text := get(s)
			assert.Equal(t, tt.status, resp.StatusCode)
			assert.Contains(t, text, tt.want)
		})
	}
}

func TestForcedDownload(t *testing.T) {
	s, c, _ := newServer(t, costest.WithForcedDownload())
	put(t, c, "page.html", "x")
	put(t, c, "app.APK", "x")
	resp, _ := ask(t, s, http.MethodGet, "/page.html", "")
	assert.Equal(t, "attachment", resp.Header.Get("Content-Disposition"))
	assert.Equal(t, "true", resp.Header.Get("X-Cos-Force-Download"))
	resp, text := ask(t, s, http.MethodGet, "/app.APK", "")
	assert.Equal(t, http.StatusForbidden, resp.StatusCode)
	assert.Equal(t, "DownloadForbidden", errorCode(text))
}

func TestGetServiceParameters(t *testing.T) {
	s, c, _ := newServer(t)
	other := event.Bucket{Name: "other", AppID: photos.AppID, Region: photos.Region}
	require.NoError(t, s.CreateBucket(other))
	_, err := c.Bucket.PutTagging(ctx, &cossdk.BucketPutTaggingOptions{TagSet: []cossdk.BucketTaggingTag{{Key: "team", Value: "a"}}})
	require.NoError(t, err)
	for _, tt := range []struct{ query, want, code string }{
		{"max-keys=10000", "photos other", ""},
		{"tagkey=team&tagvalue=a", "photos", ""},
		{"tagkey=team&tagvalue=b", "", ""},
		{"tagvalue=b", "", "InvalidArgument"},
		{"create-time=1&range=gt", "photos other", ""},
		{"create-time=1&range=lt", "", ""},
		{"create-time=1", "", "InvalidArgument"},
		{"create-time=x&range=lt", "", "InvalidArgument"},
	} {
		req, err := http.NewRequest(http.MethodGet, "http://service.cos.myqcloud.com/?"+tt.query, nil)
		require.NoError(t, err)
		resp, err := signing(s).Do(req)
		require.NoError(t, err)
		text := readAll(t, resp)
		assert.Equal(t, tt.code, errorCode(text), tt.query)
		for _, name := range []string{"photos", "other"} {
			assert.Equal(t, strings.Contains(tt.want, name), strings.Contains(text, "<Name>"+name+"-"), tt.query)
		}
	}
}

// Documents come back as they were put.
func TestDocumentsComeBack(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "k", "x")
	acl := `<AccessControlPolicy><Owner><ID>qcs::cam::uin/100000000001:uin/100000000001</ID></Owner><AccessControlList><Grant>` +
		`<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="RootAccount"><ID>qcs::cam::uin/100000000002:uin/100000000002</ID>` +
		`<DisplayName>li</DisplayName></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`
	for _, path := range []string{"/?acl", "/k?acl"} {
		resp, text := ask(t, s, http.MethodPut, path, acl)
		require.Equal(t, http.StatusOK, resp.StatusCode, text)
		_, text = ask(t, s, http.MethodGet, path, "")
		assert.Equal(t, 1, strings.Count(text, "<Grant>"), text)
		assert.Contains(t, text, `xsi:type="RootAccount"`)
		assert.Contains(t, text, "<DisplayName>li</DisplayName>")
	}
	policy := `{"version":"2.0","Statement":[{"Effect":"Allow","Principal":{"qcs":["qcs::cam::anyone:anyone"]},"Action":["name/cos:GetObject"],"Resource":["*"]}]}`
	resp, text := ask(t, s, http.MethodPut, "/?policy", policy)
	require.Less(t, resp.StatusCode, 300, text)
	_, text = ask(t, s, http.MethodGet, "/?policy", "")
	assert.JSONEq(t, policy, text)
}

// A list of versions goes on after a marker whose version was deleted meanwhile, and misses none of the others.
func TestVersionsAfterADeletedMarker(t *testing.T) {
	for name, gone := range map[string]int{"newest": 4, "in the middle": 2, "null version": 0} {
		t.Run(name, func(t *testing.T) {
			s, c, _ := newServer(t)
			put(t, c, "k", "null")
			_, err := c.Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Enabled"})
			require.NoError(t, err)
			for range 4 {
				put(t, c, "k", "x")
			}
			all, err := s.ListVersions(photos, "k")
			require.NoError(t, err)
			require.Len(t, all, 5)
			at := len(all) - 1 - gone // newest first
			id := all[at].VersionID
			if id == "" {
				id = "null"
			}
			_, err = c.Object.Delete(ctx, "k", &cossdk.ObjectDeleteOptions{VersionId: id})
			require.NoError(t, err)
			rest, _, err := c.Bucket.GetObjectVersions(ctx, &cossdk.BucketGetObjectVersionsOptions{KeyMarker: "k", VersionIdMarker: id})
			require.NoError(t, err)
			var got, want []string
			for _, v := range rest.Version {
				got = append(got, v.VersionId)
			}
			older := all[at+1:]
			if id == "null" {
				older = all[:at] // nobody knows its place any more: none may be missed
			}
			for _, v := range older {
				want = append(want, cmp.Or(v.VersionID, "null"))
			}
			assert.Equal(t, want, got)
		})
	}
}

func TestPagesOfNone(t *testing.T) {
	s, c, _ := newServer(t)
	up, _, err := c.Object.InitiateMultipartUpload(ctx, "big", nil)
	require.NoError(t, err)
	_, err = c.Object.UploadPart(ctx, "big", up.UploadID, 1, strings.NewReader("x"), nil)
	require.NoError(t, err)
	put(t, c, "k", "x")
	for _, path := range []string{"/?uploads&max-uploads=0", "/big?uploadId=" + up.UploadID + "&max-parts=0", "/?max-keys=0", "/?versions&max-keys=0"} {
		_, text := ask(t, s, http.MethodGet, path, "")
		assert.Contains(t, text, "<IsTruncated>false</IsTruncated>", path)
		assert.NotContains(t, text, "<Next", path)
	}
}
