package costest_test

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

// ask sends a signed request with headers given as name, value, … and returns the answer with its body read.
func ask(t *testing.T, s *costest.Server, method, pathAndQuery, text string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+photos.Host()+pathAndQuery, strings.NewReader(text))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := signing(s).Do(req)
	require.NoError(t, err)
	return resp, readAll(t, resp)
}

func TestRangesAndConditions(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "k", "0123456789")
	put(t, c, "empty", "")
	o, err := s.Get(photos, "k")
	require.NoError(t, err)
	past := o.LastModified.Add(-time.Hour).UTC().Format(http.TimeFormat)
	future := o.LastModified.Add(time.Hour).UTC().Format(http.TimeFormat)
	for _, tt := range []struct {
		key, name, value string
		status           int
		body, contRange  string
	}{
		{"k", "Range", "bytes=2-4", 206, "234", "bytes 2-4/10"},
		{"k", "Range", "bytes=8-", 206, "89", "bytes 8-9/10"},
		{"k", "Range", "bytes=-3", 206, "789", "bytes 7-9/10"},
		{"k", "Range", "bytes=0-100", 206, "0123456789", "bytes 0-9/10"},
		{"k", "Range", "bytes=-100", 206, "0123456789", "bytes 0-9/10"},
		{"k", "Range", "bytes=10-", 416, "", "bytes */10"},
		{"k", "Range", "bytes=-0", 416, "", "bytes */10"},
		{"empty", "Range", "bytes=0-1", 416, "", "bytes */0"},
		{"k", "Range", "bytes=4-2", 200, "0123456789", ""},
		{"k", "Range", "bytes=1-2,4-5", 200, "0123456789", ""},
		{"k", "Range", "lines=1-2", 200, "0123456789", ""},
		{"k", "If-Match", o.ETag, 200, "0123456789", ""},
		{"k", "If-Match", `"no"`, 412, "", ""},
		{"k", "If-None-Match", o.ETag, 304, "", ""},
		{"k", "If-None-Match", `"no"`, 200, "0123456789", ""},
		{"k", "If-None-Match", "*", 304, "", ""},
		{"k", "If-Modified-Since", future, 304, "", ""},
		{"k", "If-Modified-Since", past, 200, "0123456789", ""},
		{"k", "If-Unmodified-Since", past, 412, "", ""},
		{"k", "If-Unmodified-Since", future, 200, "0123456789", ""},
	} {
		t.Run(tt.name+" "+tt.value, func(t *testing.T) {
			resp, text := ask(t, s, http.MethodGet, "/"+tt.key, "", tt.name, tt.value)
			assert.Equal(t, tt.status, resp.StatusCode)
			if tt.status < 400 {
				assert.Equal(t, tt.body, text)
			}
			assert.Equal(t, tt.contRange, resp.Header.Get("Content-Range"))
		})
	}
	resp, text := ask(t, s, http.MethodGet, "/k?response-content-type=text%2Fcsv&response-content-disposition=attachment", "")
	assert.Equal(t, "0123456789", text)
	assert.Equal(t, "text/csv", resp.Header.Get("Content-Type"))
	assert.Equal(t, "attachment", resp.Header.Get("Content-Disposition"))
}

func TestBadWrites(t *testing.T) {
	s, c, rec := newServer(t)
	sum := md5.Sum([]byte("other"))
	for _, tt := range []struct {
		name, path string
		headers    []string
		code       string
	}{
		{"digest of something else", "/k", []string{"Content-MD5", base64.StdEncoding.EncodeToString(sum[:])}, "BadDigest"},
		{"digest that is none", "/k", []string{"Content-MD5", "xx"}, "InvalidDigest"},
		{"sha1", "/k", []string{"x-cos-content-sha1", strings.Repeat("0", 40)}, "InvalidSHA1Digest"},
		{"storage class", "/k", []string{"x-cos-storage-class", "GOLD"}, "NotSupportedStorageClass"},
		{"key", "/" + strings.Repeat("k", 851), nil, "KeyTooLong"},
		{"key that is not UTF-8", "/%ff", nil, "InvalidURI"},
		{"metadata", "/k", []string{"x-cos-meta-a", strings.Repeat("m", 2048)}, "MetadataTooLarge"},
		{"acl", "/k", []string{"x-cos-acl", "everyone"}, "InvalidArgument"},
		{"grant", "/k", []string{"x-cos-grant-read", "li"}, "InvalidArgument"},
		{"encryption", "/k", []string{"x-cos-server-side-encryption", "rot13"}, "InvalidArgument"},
		{"customer's key", "/k", []string{"x-cos-server-side-encryption-customer-algorithm", "AES256"}, "InvalidArgument"},
		{"tags", "/k", []string{"x-cos-tagging", strings.Repeat("a=b&", 11)}, "InvalidTag"},
		{"part number", "/k?partNumber=10001&uploadId=x", nil, "InvalidArgument"},
		{"upload", "/k?partNumber=1&uploadId=x", nil, "NoSuchUpload"},
		{"copy source", "/k", []string{"x-cos-copy-source", "k"}, "InvalidCopySource"},
		{"copy of nothing", "/k", []string{"x-cos-copy-source", photos.Host() + "/none"}, "NoSuchCopySource"},
		{"copy from nowhere", "/k", []string{"x-cos-copy-source", "none-1250000000.cos.ap-guangzhou.myqcloud.com/k"}, "NoSuchCopySource"},
		{"key with a leading slash", "//k", nil, "InvalidObjectName"},
		{"key with a leading backslash", "/%5Ck", nil, "InvalidObjectName"},
		{"key with the byte 26", "/a%1Ab", nil, "InvalidObjectName"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, text := ask(t, s, http.MethodPut, tt.path, "body", tt.headers...)
			assert.Equal(t, tt.code, errorCode(text), text)
		})
	}
	for path, want := range map[string]string{"/k?append&position=1": "AppendPositionErr", "/k?append&position=x": "InvalidArgument",
		"/k?uploadId=x": "NoSuchUpload", "/k?restore": "MissingRequestBodyError", "/?delete": "MalformedXML"} {
		_, text := ask(t, s, http.MethodPost, path, map[string]string{"/?delete": "<Delete><Object>"}[path])
		assert.Equal(t, want, errorCode(text), path)
	}
	bomb := `<!DOCTYPE d [<!ENTITY a "` + strings.Repeat("a", 1000) + `">]><Delete><Object><Key>&a;&a;</Key></Object></Delete>`
	for text, want := range map[string]string{
		bomb: "MalformedXML", strings.Repeat("<Delete>", 100_000): "MalformedXML",
		"<Delete/><Delete/>": "MalformedXML", "<Other/>": "MalformedXML", "<Delete></Delete>": "MalformedXML",
	} {
		_, answer := ask(t, s, http.MethodPost, "/?delete", text)
		assert.Equal(t, want, errorCode(answer), "%.40s", text)
	}
	req, err := http.NewRequest(http.MethodPost, "http://"+photos.Host()+"/?delete", io.MultiReader(strings.NewReader(strings.Repeat(" ", 4<<20+1))))
	require.NoError(t, err)
	resp, err := signing(s).Do(req) // chunked: its length shows only as it comes
	require.NoError(t, err)
	assert.Equal(t, "XMLSizeLimit", errorCode(readAll(t, resp)))
	long := strings.Repeat("k", 850)
	put(t, c, long, "x")
	assert.Equal(t, []string{"Created:Put " + long}, rec.types(), "the others told nothing")
	keys, err := s.Keys(photos, "")
	require.NoError(t, err)
	assert.Equal(t, []string{long}, keys, "and stored nothing")
}

// speak writes a request byte by byte as given and returns the answer's first line; signed by the official signer.
func speak(t *testing.T, s *costest.Server, header, body string) string {
	t.Helper()
	req, err := http.NewRequest(http.MethodPut, "http://"+photos.Host()+"/raw", nil)
	require.NoError(t, err)
	id, key := s.Credentials()
	cossdk.AddAuthorizationHeader(id, key, "", req, cossdk.NewAuthTime(time.Hour))
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "PUT /raw HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n%s\r\n%s", photos.Host(), req.Header.Get("Authorization"), header, body)
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	return string(answer)
}

func TestTruncatedAndStalled(t *testing.T) {
	for name, opts := range map[string][]costest.Option{"memory": nil, "directory": {costest.Dir(t.TempDir())}} {
		t.Run(name, func(t *testing.T) {
			s, _, rec := newServer(t, append(opts, costest.WithBodyTimeout(20*time.Millisecond))...)
			assert.Contains(t, speak(t, s, "Content-Length: 10\r\n", "only"), "IncompleteBody")
			assert.Contains(t, speak(t, s, "Content-Length: 5368709120\r\n", "a claim costs nothing"), "IncompleteBody")
			assert.Contains(t, speak(t, s, "Content-Length: 5368709121\r\n", "x"), "EntityTooLarge")
			assert.Contains(t, speak(t, s, "Transfer-Encoding: chunked\r\n", "4\r\nonly\r\n"), "IncompleteBody")
			assert.Contains(t, speak(t, s, "", ""), "MissingContentLength")
			assert.Contains(t, speak(t, s, "Transfer-Encoding: chunked\r\n", "4\r\nonly\r\n0\r\n\r\n"), "200 OK")
			require.Len(t, rec.take(), 1)

			r, w := io.Pipe()
			defer func() { _ = w.Close() }()
			req, err := http.NewRequest(http.MethodPut, "http://"+photos.Host()+"/slow", r)
			require.NoError(t, err)
			req.ContentLength = 1 << 20
			go func() { _, _ = w.Write([]byte("then nothing")) }()
			resp, err := signing(s).Do(req)
			if err == nil { // the client may notice the closed connection first
				assert.Equal(t, "RequestTimeOut", errorCode(readAll(t, resp)))
			}
			assert.Empty(t, rec.take())
			keys, err := s.Keys(photos, "")
			require.NoError(t, err)
			assert.Equal(t, []string{"raw"}, keys)
		})
	}
}

func TestHardKeys(t *testing.T) {
	for name, opts := range map[string][]costest.Option{"memory": nil, "directory": {costest.Dir(t.TempDir())}} {
		t.Run(name, func(t *testing.T) {
			s, c, rec := newServer(t, opts...)
			for _, key := range []string{"a//b", "trail/", "trail//", "a b", "a+b", "100%", "%41", "a?b", "a#b", "a&b=c", "é", "é", "图/片.png",
				"\x01\x02", "\t", "a\\b", "'\"<>", "..a", "a/./b", "a/../b", "~!*'()", "…", "😀", strings.Repeat("图", 283)} {
				_, err := c.Object.Put(ctx, key, strings.NewReader(key), nil)
				require.NoError(t, err, "%q", key)
				require.Equal(t, []string{"Created:Put " + key}, rec.types())
				resp, err := c.Object.Get(ctx, key, nil)
				require.NoError(t, err, "%q", key)
				require.Equal(t, key, body(t, resp))
				list, _, err := c.Bucket.Get(ctx, &cossdk.BucketGetOptions{Prefix: key, EncodingType: "url"})
				require.NoError(t, err, "%q", key)
				require.NotEmpty(t, list.Contents, "%q", key)
				init, _, err := c.Object.InitiateMultipartUpload(ctx, key, nil)
				require.NoError(t, err, "%q", key)
				_, err = c.Object.AbortMultipartUpload(ctx, key, init.UploadID)
				require.NoError(t, err, "%q", key)
				_, _, err = c.Object.Copy(ctx, "copy", photos.Host()+"/"+strings.ReplaceAll(key, "?", "%3F"), nil)
				if !strings.ContainsAny(key, "?%") { // the client's own way with these differs
					require.NoError(t, err, "%q", key)
				}
				rec.take()
			}
			_ = s
		})
	}
}

func TestCopy(t *testing.T) {
	s, c, rec := newServer(t)
	require.NoError(t, s.CreateBucket(backup, costest.Versioned()))
	cb := s.Client(backup)
	_, err := c.Object.Put(ctx, "src", strings.NewReader("content"), &cossdk.ObjectPutOptions{
		ACLHeaderOptions: &cossdk.ACLHeaderOptions{XCosACL: "public-read"},
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{ContentType: "a/b", XCosMetaXXX: &http.Header{"X-Cos-Meta-A": {"1"}},
			XCosStorageClass: "STANDARD_IA", XOptionHeader: &http.Header{"x-cos-tagging": {"t=1"}}},
	})
	require.NoError(t, err)
	rec.take()
	res, resp, err := cb.Object.Copy(ctx, "dst", photos.Host()+"/src", nil)
	require.NoError(t, err)
	assert.Equal(t, etag("content"), res.ETag)
	assert.Equal(t, crc("content"), res.CRC64)
	assert.NotEmpty(t, resp.Header.Get("x-cos-version-id"))
	assert.Equal(t, []string{"Created:Copy dst"}, rec.types())
	o, err := s.Get(backup, "dst")
	require.NoError(t, err)
	assert.Equal(t, "content", string(o.Body))
	assert.Equal(t, "a/b", o.ContentType)
	assert.Equal(t, map[string]string{"a": "1"}, o.Metadata)
	assert.Equal(t, map[string]string{"t": "1"}, o.Tags)
	assert.Equal(t, "STANDARD", o.StorageClass, "the class does not come along")

	_, _, err = c.Object.Copy(ctx, "dst", photos.Host()+"/src", &cossdk.ObjectCopyOptions{ObjectCopyHeaderOptions: &cossdk.ObjectCopyHeaderOptions{
		XCosMetadataDirective: "Replaced", ContentType: "c/d", XCosMetaXXX: &http.Header{"X-Cos-Meta-B": {"2"}}, XCosStorageClass: "ARCHIVE",
		XOptionHeader: &http.Header{"x-cos-tagging-directive": {"Replaced"}, "x-cos-tagging": {"u=2"}}}})
	require.NoError(t, err)
	o, err = s.Get(photos, "dst")
	require.NoError(t, err)
	assert.Equal(t, "c/d", o.ContentType)
	assert.Equal(t, map[string]string{"b": "2"}, o.Metadata)
	assert.Equal(t, map[string]string{"u": "2"}, o.Tags)
	_, _, err = c.Object.Copy(ctx, "again", photos.Host()+"/dst", nil)
	assert.Equal(t, "InvalidObjectState", code(err), "an archived source cannot be read")
	rec.take()

	for _, tt := range []struct {
		opt  cossdk.ObjectCopyHeaderOptions
		code string
	}{
		{cossdk.ObjectCopyHeaderOptions{XCosCopySourceIfMatch: `"no"`}, "PreconditionFailed"},
		{cossdk.ObjectCopyHeaderOptions{XCosCopySourceIfNoneMatch: etag("content")}, "PreconditionFailed"},
		{cossdk.ObjectCopyHeaderOptions{XCosMetadataDirective: "Perhaps"}, "InvalidArgument"},
	} {
		_, _, err = c.Object.Copy(ctx, "dst2", photos.Host()+"/src", &cossdk.ObjectCopyOptions{ObjectCopyHeaderOptions: &tt.opt})
		assert.Equal(t, tt.code, code(err))
	}
	put(t, c, "self", "x")
	rec.take()
	_, _, err = c.Object.Copy(ctx, "self", photos.Host()+"/self", nil)
	assert.Equal(t, "InvalidRequest", code(err))
	assert.Empty(t, rec.take())

	init, _, err := c.Object.InitiateMultipartUpload(ctx, "joined", nil)
	require.NoError(t, err)
	part, _, err := c.Object.CopyPart(ctx, "joined", init.UploadID, 1, photos.Host()+"/src", &cossdk.ObjectCopyPartOptions{XCosCopySourceRange: "bytes=1-3"})
	require.NoError(t, err)
	assert.Equal(t, etag("ont"), part.ETag)
	_, _, err = c.Object.CopyPart(ctx, "joined", init.UploadID, 2, photos.Host()+"/src", &cossdk.ObjectCopyPartOptions{XCosCopySourceRange: "bytes=90-91"})
	assert.Equal(t, "InvalidRange", code(err))
	_, _, err = c.Object.CompleteMultipartUpload(ctx, "joined", init.UploadID, &cossdk.CompleteMultipartUploadOptions{Parts: []cossdk.Object{{PartNumber: 1, ETag: part.ETag}}})
	require.NoError(t, err)
	o, err = s.Get(photos, "joined")
	require.NoError(t, err)
	assert.Equal(t, "ont", string(o.Body))
}

func TestAppend(t *testing.T) {
	s, c, rec := newServer(t)
	next, resp, err := c.Object.Append(ctx, "log", 0, strings.NewReader("one,"), &cossdk.ObjectPutOptions{ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{ContentType: "text/x"}})
	require.NoError(t, err, "the client compares digests")
	assert.Equal(t, 4, next)
	assert.Equal(t, crc("one,"), resp.Header.Get("x-cos-hash-crc64ecma"))
	next, resp, err = c.Object.Append(ctx, "log", next, strings.NewReader("two"), nil)
	require.NoError(t, err)
	assert.Equal(t, 7, next)
	assert.Equal(t, crc("one,two"), resp.Header.Get("x-cos-hash-crc64ecma"))
	assert.Equal(t, []string{"Created:Append log", "Created:Append log"}, rec.types(), "each append is an event")
	_, _, err = c.Object.Append(ctx, "log", 3, strings.NewReader("x"), nil)
	assert.Equal(t, "AppendPositionErr", code(err))
	o, err := s.Get(photos, "log")
	require.NoError(t, err)
	assert.Equal(t, "one,two", string(o.Body))
	assert.Equal(t, "text/x", o.ContentType)
	assert.Equal(t, etag("one,two"), o.ETag)
	head, err := c.Object.Head(ctx, "log", nil)
	require.NoError(t, err)
	assert.Equal(t, "appendable", head.Header.Get("x-cos-object-type"))
	put(t, c, "normal", "x")
	_, _, err = c.Object.Append(ctx, "normal", 1, strings.NewReader("x"), nil)
	assert.Equal(t, "ObjectNotAppendable", code(err))
	rec.take()

	var wg sync.WaitGroup
	won := make(chan bool, 8)
	for range 8 {
		wg.Go(func() {
			_, _, err := c.Object.Append(ctx, "log", 7, strings.NewReader("!"), nil)
			won <- err == nil
		})
	}
	wg.Wait()
	close(won)
	n := 0
	for ok := range won {
		if ok {
			n++
		}
	}
	assert.Equal(t, 1, n, "of appends to one position one wins")
	assert.Len(t, rec.take(), 1)
	put(t, c, "log", "now normal")
	_, _, err = c.Object.Append(ctx, "log", 10, strings.NewReader("x"), nil)
	assert.Equal(t, "ObjectNotAppendable", code(err))
	_, err = c.Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Enabled"})
	require.NoError(t, err)
	next, _, err = c.Object.Append(ctx, "new", 0, strings.NewReader("one,"), nil)
	require.NoError(t, err, "versioning does not keep from appending")
	next, _, err = c.Object.Append(ctx, "new", next, strings.NewReader("two"), nil)
	require.NoError(t, err)
	assert.Equal(t, 7, next)
	versions, err := s.ListVersions(photos, "new")
	require.NoError(t, err)
	require.Len(t, versions, 1, "appends make no versions")
	o, err = s.GetVersion(photos, "new", versions[0].VersionID)
	require.NoError(t, err)
	assert.Equal(t, "one,two", string(o.Body))
	require.NoError(t, s.Delete(photos, "new"))
	_, _, err = c.Object.Append(ctx, "new", 0, strings.NewReader("again"), nil)
	require.NoError(t, err, "a delete marker is no object to append to")
}

func TestForbidOverwrite(t *testing.T) {
	_, c, rec := newServer(t)
	opt := &cossdk.ObjectPutOptions{ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{XOptionHeader: &http.Header{"x-cos-forbid-overwrite": {"true"}}}}
	_, err := c.Object.Put(ctx, "k", strings.NewReader("1"), opt)
	require.NoError(t, err)
	_, err = c.Object.Put(ctx, "k", strings.NewReader("2"), opt)
	assert.Equal(t, "FileAlreadyExists", code(err))
	init := &cossdk.InitiateMultipartUploadOptions{ObjectPutHeaderOptions: opt.ObjectPutHeaderOptions}
	_, _, err = c.Object.InitiateMultipartUpload(ctx, "k", init)
	assert.Equal(t, "FileAlreadyExists", code(err))
	_, _, err = c.Object.Copy(ctx, "k", photos.Host()+"/k", &cossdk.ObjectCopyOptions{ObjectCopyHeaderOptions: &cossdk.ObjectCopyHeaderOptions{
		XCosMetadataDirective: "Replaced", XOptionHeader: opt.XOptionHeader}})
	assert.Equal(t, "FileAlreadyExists", code(err))
	u, _, err := c.Object.InitiateMultipartUpload(ctx, "m", init)
	require.NoError(t, err)
	p, err := c.Object.UploadPart(ctx, "m", u.UploadID, 1, strings.NewReader("p"), nil)
	require.NoError(t, err)
	put(t, c, "m", "faster")
	_, _, err = c.Object.CompleteMultipartUpload(ctx, "m", u.UploadID, &cossdk.CompleteMultipartUploadOptions{Parts: []cossdk.Object{{PartNumber: 1, ETag: p.Header.Get("ETag")}}})
	assert.Equal(t, "FileAlreadyExists", code(err))
	assert.Equal(t, []string{"Created:Put k", "Created:Put m"}, rec.types())
}

func TestRestoreByTheClock(t *testing.T) {
	s, c, rec := newServer(t)
	require.NoError(t, s.Put(photos, "cold", []byte("x"), costest.StorageClass("ARCHIVE")))
	require.NoError(t, s.Put(photos, "warm", []byte("x")))
	rec.take()
	restore := func(key, tier string, days int) error {
		_, err := c.Object.PostRestore(ctx, key, &cossdk.ObjectRestoreOptions{Days: days, Tier: &cossdk.CASJobParameters{Tier: tier}})
		return err
	}
	_, err := c.Object.Get(ctx, "cold", nil)
	assert.Equal(t, "InvalidObjectState", code(err))
	assert.Equal(t, "RestoreNonArchiveObject", code(restore("warm", "Standard", 1)))
	assert.Equal(t, "InvalidArgument", code(restore("cold", "Fast", 1)))
	assert.Equal(t, "NoSuchKey", code(restore("none", "Bulk", 1)))
	require.NoError(t, restore("cold", "Standard", 2))
	assert.Equal(t, "RestoreAlreadyInProgress", code(restore("cold", "Standard", 2)))
	head, err := c.Object.Head(ctx, "cold", nil)
	require.NoError(t, err)
	assert.Equal(t, `ongoing-request="true"`, head.Header.Get("x-cos-restore"))
	assert.Equal(t, []string{"Restore:Post cold"}, rec.types())
	s.Advance(5*time.Hour + time.Second)
	got := rec.take()
	require.Len(t, got, 1)
	assert.Equal(t, event.TypeObjectRestoreCompleted, got[0].Type)
	resp, err := c.Object.Get(ctx, "cold", nil)
	require.NoError(t, err)
	assert.Equal(t, "x", body(t, resp))
	assert.Contains(t, resp.Header.Get("x-cos-restore"), `ongoing-request="false", expiry-date="`)
	require.NoError(t, restore("cold", "Standard", 4), "the copy lives longer")
	assert.Empty(t, rec.take())
	s.Advance(3 * 24 * time.Hour)
	resp, err = c.Object.Get(ctx, "cold", nil)
	require.NoError(t, err)
	body(t, resp)
	s.Advance(2 * 24 * time.Hour)
	_, err = c.Object.Get(ctx, "cold", nil)
	assert.Equal(t, "InvalidObjectState", code(err), "and then goes")
	require.NoError(t, restore("cold", "Expedited", 1))
	_, err = c.Object.Delete(ctx, "cold")
	require.NoError(t, err)
	s.Advance(time.Hour)
	assert.Equal(t, []string{"Restore:Post cold", "Remove:Delete cold"}, rec.types(), "what is deleted does not complete")
}

func TestOrigin(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/site/pics/a b.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = io.WriteString(w, "from afar")
		case "/site/pics/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "short")
		default:
			http.NotFound(w, r)
		}
	}))
	defer web.Close()
	s, c, rec := newServer(t)
	host := strings.TrimPrefix(web.URL, "http://")
	rule := func(kind, prefix string, copyData bool) cossdk.BucketOriginRule {
		return cossdk.BucketOriginRule{OriginType: kind, OriginCondition: &cossdk.BucketOriginCondition{HTTPStatusCode: "404", Prefix: prefix},
			OriginParameter: &cossdk.BucketOriginParameter{Protocol: "HTTP", CopyOriginData: &copyData},
			OriginInfo: &cossdk.BucketOriginInfo{HostInfo: &cossdk.BucketOriginHostInfo{HostName: host},
				FileInfo: &cossdk.BucketOriginFileInfo{PrefixConfiguration: &cossdk.OriginPrefixConfiguration{Prefix: "site/"}}}}
	}
	_, err := c.Bucket.PutOrigin(ctx, &cossdk.BucketPutOriginOptions{Rule: []cossdk.BucketOriginRule{rule("Mirror", "pics/", true), rule("Redirect", "go/", false)}})
	require.NoError(t, err)
	got, _, err := c.Bucket.GetOrigin(ctx)
	require.NoError(t, err)
	assert.Len(t, got.Rule, 2)
	for i := range 2 {
		resp, err := c.Object.Get(ctx, "pics/a b.png", nil)
		require.NoError(t, err)
		assert.Equal(t, "from afar", body(t, resp))
		assert.Equal(t, "image/png", resp.Header.Get("Content-Type"))
		want := []string{"Created:Origin pics/a b.png"}
		if i > 0 {
			want = nil // it is there now
		}
		assert.Equal(t, want, rec.types())
	}
	_, err = c.Object.Get(ctx, "pics/none", nil)
	assert.Equal(t, "NoSuchKey", code(err))
	_, err = c.Object.Get(ctx, "elsewhere", nil)
	assert.Equal(t, "NoSuchKey", code(err))
	_, err = c.Object.Get(ctx, "pics/cut", nil)
	assert.Equal(t, "MirrorFailed", code(err))
	resp, _ := ask(t, s, http.MethodGet, "/go/x", "")
	assert.Equal(t, 302, resp.StatusCode)
	assert.Equal(t, web.URL+"/site/go/x", resp.Header.Get("Location"))
	keys, err := s.Keys(photos, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"pics/a b.png"}, keys)
	assert.Empty(t, rec.take())
	_, err = c.Bucket.DeleteOrigin(ctx)
	require.NoError(t, err)
	_, err = c.Object.Get(ctx, "pics/other", nil)
	assert.Equal(t, "NoSuchKey", code(err))
}
