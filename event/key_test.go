package event

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// record makes the JSON of a record with a key and a url, as bucket photos-1250000000 in ap-shanghai.
func keyPayload(t *testing.T, key, url string) []byte {
	t.Helper()
	r := sampleRecord(TypeObjectCreatedPut)
	r.COS.Object.Key, r.COS.Object.URL = key, url
	p, err := Encode(Notification{Records: []Record{r}})
	require.NoError(t, err)
	return p
}

func keyOf(t *testing.T, key, url string) string {
	t.Helper()
	events, err := Decode(keyPayload(t, key, url))
	require.NoError(t, err)
	require.Len(t, events, 1)
	return events[0].Common().Object.Key
}

const keyHost = "http://photos-1250000000.cos.ap-shanghai.myqcloud.com/"

// TestHardKeys: a key comes back as the COS API takes it, from every form of the wire.
func TestHardKeys(t *testing.T) {
	for _, key := range hardKeys {
		t.Run(key, func(t *testing.T) {
			url := keyHost + escapeAll(key)
			assert.Equal(t, key, keyOf(t, "/1250000000/photos/"+key, url), "live form")
			assert.Equal(t, key, keyOf(t, "/1250000000/photos/"+key, ""), "live form without a url")
			assert.Equal(t, key, keyOf(t, "/1250000000/photos/"+key, "prose instead of a url"))
			assert.Equal(t, key, keyOf(t, "/1250000000/photos/"+escapeAll(key), url), "percent-encoded key")
			assert.Equal(t, key, keyOf(t, "/1250000000/photos/"+key, strings.Replace(url, "http://", "https://", 1)))
			assert.Equal(t, key, keyOf(t, "/1250000000/photos/"+key, "http://photos-1250000000.cossh.myqcloud.com/"+escapeAll(key)), "legacy host")
			assert.Equal(t, key, keyOf(t, "/1250000000/photos/"+key, keyHost+strings.ReplaceAll(url, "%", "%25")), "a url that does not fit does no harm")
			assert.Equal(t, key, keyOf(t, key, url), "plain key of old documents")
			assert.Equal(t, key, keyOf(t, "/"+key, url), "plain key with a slash")
		})
	}
}

func TestKeyForms(t *testing.T) {
	for _, tt := range []struct {
		name, key, url, want string
	}{
		{"raw, proven by the url", "/1250000000/photos/!!!", keyHost + "%21%21%21", "!!!"},
		{"raw with a percent sign, proven by the url", "/1250000000/photos/100%25.txt", keyHost + "100%2525.txt", "100%25.txt"},
		{"encoded, proven by the url", "/1250000000/photos/100%25.txt", keyHost + "100%25.txt", "100%.txt"},
		{"a plus is never a space", "/1250000000/photos/a+b.txt", keyHost + "a%20b.txt", "a+b.txt"},
		{"form encoding, proven by the url", "/1250000000/photos/a+b%28c%29", keyHost + "a%20b%28c%29", "a b(c)"},
		{"form encoding without a url", "/1250000000/photos/a+b%28c%29", "", "a+b%28c%29"},
		{"a plus between escapes", "/1250000000/photos/a+b%28c%29", keyHost + "a%2Bb%28c%29", "a+b(c)"},
		{"a url that is not encoded", "/1250000000/photos/100%.txt", keyHost + "100%.txt", "100%.txt"},
		{"an unencoded url with ? and #", "/1250000000/photos/a?b#c", keyHost + "a?b#c", "a?b#c"},
		{"a url with a query", "/1250000000/photos/a%20b", keyHost + "a%20b?versionId=1", "a b"},
		{"lower-case escapes", "/1250000000/photos/%e4%b8%ad", keyHost + "%e4%b8%ad", "中"},
		{"only one slash in front is taken off", "//x", "", "/x"},
		{"plain", "test.jpg", "", "test.jpg"},
		{"plain with a slash", "/test.jpg", "", "test.jpg"},
		{"plain, looks like the live form, the url knows better", "/1250000000/photos/x", keyHost + "1250000000/photos/x", "1250000000/photos/x"},
		{"another account's number is no prefix", "/1259999999/photos/x", "", "1259999999/photos/x"},
		{"another bucket's name is no prefix", "/1250000000/photos2/x", "", "1250000000/photos2/x"},
		{"the name with the appid", "/1250000000/photos-1250000000/x", "", "x"},
		{"no key, but a url", "", keyHost + "a%20b/c", "a b/c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, keyOf(t, tt.key, tt.url))
		})
	}
}
