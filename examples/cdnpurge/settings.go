package main

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// maxBatch is how many URLs one call may name, as the document "PurgeUrlsCache" of the CDN API says; an account may have less.
const maxBatch = 1000

// settings say under which URLs the files of the bucket are served, and how to purge them.
type settings struct {
	sites    []site
	area     string  // "mainland", "overseas", or "" for where each domain is accelerated
	batch    int     // URLs in a call
	endpoint url.URL // of the CDN API
}

// site is a domain of the CDN, or a directory of one, that serves files of the bucket.
type site struct {
	base   string // "https://cdn.example.com", without a slash at the end
	prefix string // of the keys that it serves, not part of the URL
}

// urls returns the URLs under which the site serves the object key: one, or none, or two for the page of a directory.
func (s site) urls(key string) []string {
	rest, ok := strings.CutPrefix(key, s.prefix)
	if !ok || rest == "" {
		return nil
	}
	urls := []string{s.base + (&url.URL{Path: "/" + rest}).EscapedPath()}
	if dir, ok := strings.CutSuffix("/"+rest, "/index.html"); ok {
		urls = append(urls, s.base+(&url.URL{Path: dir + "/"}).EscapedPath())
	}
	return urls
}

func settingsFrom(getenv func(string) string) (settings, error) {
	s := settings{area: getenv("CDNPURGE_AREA"), batch: maxBatch}
	var faults []error
	for _, text := range strings.FieldsFunc(getenv("CDNPURGE_SITES"), func(r rune) bool { return r == ',' || r == ' ' }) {
		one, err := parseSite(text)
		faults = append(faults, err)
		s.sites = append(s.sites, one)
	}
	if len(s.sites) == 0 {
		faults = append(faults, errors.New("CDNPURGE_SITES is empty: want one or more URLs, like https://cdn.example.com,https://img.example.com=images/"))
	}
	if s.area != "" && s.area != "mainland" && s.area != "overseas" {
		faults = append(faults, fmt.Errorf("CDNPURGE_AREA is %q: want mainland, overseas or nothing", s.area))
	}
	if v := getenv("CDNPURGE_BATCH"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > maxBatch {
			faults = append(faults, fmt.Errorf("CDNPURGE_BATCH is %q: want 1 to %d", v, maxBatch))
		}
		s.batch = n
	}
	endpoint := getenv("CDNPURGE_ENDPOINT")
	if endpoint == "" {
		endpoint = "https://cdn.tencentcloudapi.com"
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		faults = append(faults, fmt.Errorf("CDNPURGE_ENDPOINT is %q: want a URL like https://cdn.tencentcloudapi.com", endpoint))
	} else {
		s.endpoint = *u
	}
	return s, errors.Join(faults...)
}

// parseSite reads "URL" or "URL=PREFIX".
func parseSite(text string) (site, error) {
	base, prefix, _ := strings.Cut(text, "=")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(base, "?#") {
		return site{}, fmt.Errorf("CDNPURGE_SITES has %q: want a URL, or URL=PREFIX of the keys it serves", text)
	}
	if strings.Contains(u.Host, "*") {
		return site{}, fmt.Errorf("CDNPURGE_SITES has %q: the CDN purges no wildcard domains", text)
	}
	return site{strings.TrimSuffix(base, "/"), prefix}, nil
}
