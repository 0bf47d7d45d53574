package costest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

func mac(key, text string) string {
	m := hmac.New(sha1.New, []byte(key))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// signForm adds policy and signature, as the document "POST Object" describes them.
func signForm(s *costest.Server, fields map[string]string, conditions string, expires time.Time) {
	id, key := s.Credentials()
	now := time.Now()
	keyTime := fmt.Sprintf("%d;%d", now.Unix()-60, now.Unix()+3600)
	policy := fmt.Sprintf(`{"expiration":%q,"conditions":[{"q-sign-algorithm":"sha1"},{"q-ak":%q},{"q-sign-time":%q}%s]}`,
		expires.UTC().Format(time.RFC3339), id, keyTime, conditions)
	sum := sha1.Sum([]byte(policy))
	fields["policy"] = base64.StdEncoding.EncodeToString([]byte(policy))
	fields["q-sign-algorithm"], fields["q-ak"], fields["q-key-time"] = "sha1", id, keyTime
	fields["q-signature"] = mac(mac(key, keyTime), hex.EncodeToString(sum[:]))
}

func postForm(t *testing.T, s *costest.Server, fields map[string]string, file string, cut int) (*http.Response, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		require.NoError(t, w.WriteField(k, v))
	}
	f, err := w.CreateFormFile("file", "pic ture.png")
	require.NoError(t, err)
	_, err = io.WriteString(f, file)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	text := b.Bytes()[:b.Len()-cut]
	req, err := http.NewRequest(http.MethodPost, "http://"+photos.Host()+"/", bytes.NewReader(text))
	require.NoError(t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	c := plain(s)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := c.Do(req)
	require.NoError(t, err)
	return resp, readAll(t, resp)
}

func TestPostForm(t *testing.T) {
	s, _, rec := newServer(t)
	in := time.Now().Add(time.Hour)
	fields := map[string]string{"key": "in/${filename}", "Content-Type": "image/png", "x-cos-meta-a": "b", "success_action_status": "201"}
	signForm(s, fields, `,{"bucket":"photos-1250000000"},["starts-with","$key","in/"],["content-length-range",1,100],["eq","$Content-Type","image/png"]`, in)
	resp, text := postForm(t, s, fields, "hello", 0)
	require.Equal(t, 201, resp.StatusCode, text)
	assert.Contains(t, text, "<Key>in/pic ture.png</Key>")
	assert.Equal(t, "http://photos-1250000000.cos.ap-guangzhou.myqcloud.com/in/pic%20ture.png", resp.Header.Get("Location"))
	got := rec.take()
	require.Len(t, got, 1)
	assert.Equal(t, "cos:ObjectCreated:Post", string(got[0].Type))
	assert.Equal(t, map[string]string{"a": "b"}, got[0].Metadata)
	assert.Equal(t, "image/png", got[0].ContentType)
	o, err := s.Get(photos, "in/pic ture.png")
	require.NoError(t, err)
	assert.Equal(t, "hello", string(o.Body))

	delete(fields, "success_action_status")
	resp, _ = postForm(t, s, fields, "hello", 0)
	assert.Equal(t, 204, resp.StatusCode)
	fields["success_action_redirect"] = "http://example.com/done?x=1"
	resp, _ = postForm(t, s, fields, "hello", 0)
	assert.Equal(t, 303, resp.StatusCode)
	assert.Contains(t, resp.Header.Get("Location"), "http://example.com/done?bucket=photos-1250000000&etag=")
	rec.take()

	for _, tt := range []struct {
		name   string
		change func(f map[string]string)
		file   string
		cut    int
		code   string
	}{
		{"key outside the policy", func(f map[string]string) { f["key"] = "out/x" }, "x", 0, "InvalidPolicyDocument"},
		{"type outside the policy", func(f map[string]string) { f["Content-Type"] = "text/html" }, "x", 0, "InvalidPolicyDocument"},
		{"too large", nil, strings.Repeat("x", 101), 0, "EntityTooLarge"},
		{"too small", nil, "", 0, "EntityTooSmall"},
		{"tampered policy", func(f map[string]string) {
			f["policy"] = base64.StdEncoding.EncodeToString([]byte(`{"expiration":"2099-01-01T00:00:00Z","conditions":[]}`))
		}, "x", 0, "SignatureDoesNotMatch"},
		{"unknown key id", func(f map[string]string) { f["q-ak"] = "nobody" }, "x", 0, "InvalidAccessKeyId"},
		{"no signature", func(f map[string]string) { delete(f, "q-signature") }, "x", 0, "AccessDenied"},
		{"nobody", func(f map[string]string) { delete(f, "q-signature"); delete(f, "policy") }, "x", 0, "AccessDenied"},
		{"no key", func(f map[string]string) { delete(f, "key") }, "x", 0, "UserKeyMustBeSpecified"},
		{"broken off", nil, "xxxxxxxxx", 30, "MalformedPOSTRequest"},
		{"expired", func(f map[string]string) { signForm(s, f, "", time.Now().Add(-time.Minute)) }, "x", 0, "InvalidPolicyDocument"},
		{"long fields", func(f map[string]string) { f["x-cos-meta-b"] = strings.Repeat("x", 70_000) }, "x", 0, "MaxPostPreDataLengthExceededError"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := map[string]string{"key": "in/x", "Content-Type": "image/png"}
			signForm(s, f, `,["starts-with","$key","in/"],["content-length-range",1,100],["eq","$Content-Type","image/png"]`, in)
			if tt.change != nil {
				tt.change(f)
			}
			_, text := postForm(t, s, f, tt.file, tt.cut)
			assert.Equal(t, tt.code, errorCode(text), text)
		})
	}
	assert.Empty(t, rec.take())
	keys, err := s.Keys(photos, "")
	require.NoError(t, err)
	assert.Len(t, keys, 1, "nothing of the failed ones is stored")
	req, err := http.NewRequest(http.MethodPost, "http://"+photos.Host()+"/", strings.NewReader("x"))
	require.NoError(t, err)
	resp, err = plain(s).Do(req)
	require.NoError(t, err)
	assert.Equal(t, "RequestIsNotMultiPartContent", errorCode(readAll(t, resp)))
}
