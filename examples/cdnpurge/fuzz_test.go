package main

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzURLs: every URL that a site has for a key means that key, and no other.
func FuzzURLs(f *testing.F) {
	for _, key := range []string{"a", "中文 a+b.png", "100%?#.html", "//x//", "docs/index.html", "index.html", "..", "a\x00b", "\xff", "a:b;c=d&e"} {
		f.Add("images/"+key, "https://img.example.com/static/=images/")
		f.Add(key, "https://cdn.example.com")
	}
	f.Fuzz(func(t *testing.T, key, text string) {
		s, err := parseSite(text)
		if err != nil {
			return
		}
		base, err := url.Parse(s.base)
		if err != nil {
			t.Fatal(err)
		}
		for i, u := range s.urls(key) {
			back, err := url.Parse(u)
			if err != nil {
				t.Fatal(err)
			}
			want := base.Path + "/" + strings.TrimPrefix(key, s.prefix)
			if i == 1 {
				want = strings.TrimSuffix(want, "index.html")
			}
			if back.Path != want || back.Host != base.Host || back.RawQuery != "" || back.Fragment != "" {
				t.Fatalf("%q at %q is %q, which means %q", key, text, u, back.Path)
			}
		}
	})
}
