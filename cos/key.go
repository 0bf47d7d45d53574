package cos

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// maxKey is the longest key COS takes, in bytes.
const maxKey = 850

func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("the key is empty")
	case len(key) > maxKey:
		return errors.New("the key is longer than 850 bytes")
	}
	return nil
}

// encodeKey returns the path of a key without its leading slash. Everything but letters, digits, "-", "_", "~" and "." is
// escaped, slashes too, so that nothing on the way can tidy the path up; the official client does the same. Only the keys "."
// and ".." need more: as path segments they mean something else even where nobody tidies.
func encodeKey(key string) string {
	if key == "." || key == ".." {
		return strings.ReplaceAll(key, ".", "%2E")
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(key) + 16)
	for i := range len(key) {
		c := key[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// objectURL is the address of one object; version is empty for the current one.
func objectURL(b event.Bucket, key, version string) *url.URL {
	u := &url.URL{Scheme: "https", Host: b.Host(), Path: "/" + key, RawPath: "/" + encodeKey(key)}
	if version != "" {
		u.RawQuery = encodeQuery(url.Values{"versionId": {version}})
	}
	return u
}

// encodeQuery is v.Encode with a space as %20: not everybody reads a plus sign as one.
func encodeQuery(v url.Values) string { return strings.ReplaceAll(v.Encode(), "+", "%20") }

// newRequest makes a request by hand: http.NewRequest would parse a URL's text again.
func newRequest(method string, u *url.URL) *http.Request {
	return &http.Request{
		Method: method, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"User-Agent": {"cosevent-go"},
			// Exactly the bytes stored: Go would ask for gzip and unpack what was stored packed.
			"Accept-Encoding": {"identity"},
		},
	}
}
