package cos

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var hardKeys = []string{
	"a.txt", "//x", "/x", "x/", "/", "//", "a//b", "a+b c", "100%.txt", "%2F", "%", "a?b#c", "../x", "..", ".", "...", "a/..", "a/../b", "./a",
	"中文/图 片.png", "a&b=c", "a;b", "a:b", "a\\b", "a\x01b", "\xff\xfe", "!'()*~", "a\nb", "?", "#", "\x00", strings.Repeat("k", 850),
}

// The request line must hold the key and nothing else: this is what the server decodes.
func wireKey(t *testing.T, r *http.Request) string {
	t.Helper()
	path, _, _ := strings.Cut(r.RequestURI, "?")
	raw, ok := strings.CutPrefix(path, "/")
	require.True(t, ok, r.RequestURI)
	assert.NotContains(t, raw, "/", "a slash is escaped so that nobody tidies the path up")
	key, err := url.PathUnescape(raw)
	require.NoError(t, err)
	return key
}

func TestKeysReachTheServerExactly(t *testing.T) {
	s, srv := newStore(t)
	o := NewObjects(testKeys, WithEndpoint(srv.URL))
	for _, key := range hardKeys {
		body := []byte("body of " + key)
		require.NoError(t, o.Put(t.Context(), photos, key, bytes.NewReader(body)), "%q", key)
		assert.Equal(t, key, wireKey(t, s.last()))
		assert.Equal(t, "photos-1250000000.cos.ap-guangzhou.myqcloud.com", s.last().Host)

		r, err := o.Open(t.Context(), created(key))
		require.NoError(t, err, "%q", key)
		assert.Equal(t, key, wireKey(t, s.last()))
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		assert.Equal(t, body, got)

		info, err := o.Head(t.Context(), created(key))
		require.NoError(t, err, "%q", key)
		assert.Equal(t, key, wireKey(t, s.last()))
		assert.EqualValues(t, len(body), info.Size)
	}
	assert.Len(t, s.objects, len(hardKeys), "no key became another")
}

func TestVersionIsEscaped(t *testing.T) {
	s, srv := newStore(t)
	o := NewObjects(testKeys, WithEndpoint(srv.URL))
	e := created("k")
	e.Object.VersionID = "a&b=c%"
	_, err := o.Head(t.Context(), e)
	require.ErrorIs(t, err, ErrNotFound)
	// The last request asks whether the bucket is there.
	s.mu.Lock()
	defer s.mu.Unlock()
	assert.Equal(t, url.Values{"versionId": {"a&b=c%"}}, s.seen[0].URL.Query())
}

func TestUnusableKeys(t *testing.T) {
	o := NewObjects(testKeys, WithTransport(roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return nil, io.EOF
	})))
	for _, key := range []string{"", strings.Repeat("k", 851)} {
		require.Error(t, o.Put(t.Context(), photos, key, strings.NewReader("x")))
		_, err := o.Open(t.Context(), created(key))
		require.Error(t, err)
		_, err = o.Head(t.Context(), created(key))
		require.Error(t, err)
	}
}

func FuzzEncodeKey(f *testing.F) {
	for _, key := range hardKeys {
		f.Add(key, "")
	}
	f.Add("k", "v&%")
	f.Fuzz(func(t *testing.T, key, version string) {
		if key == "" {
			return
		}
		u := objectURL(photos, key, version)
		// What net/http writes, read as a server does.
		back, err := url.ParseRequestURI(u.RequestURI())
		require.NoError(t, err)
		assert.Equal(t, "/"+key, back.Path)
		assert.Equal(t, 1, strings.Count(back.EscapedPath(), "/"))
		assert.NotContains(t, []string{"/.", "/.."}, back.EscapedPath())
		assert.Equal(t, version, back.Query().Get("versionId"))
		assert.Equal(t, photos.Host(), u.Host)
		// A hop that resolves the reference again must not change it.
		assert.Equal(t, u.RequestURI(), u.ResolveReference(back).RequestURI())
	})
}
