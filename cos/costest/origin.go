package costest

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// originRule says where a key comes from that the bucket does not have.
type originRule struct {
	RulePriority    int
	OriginType      string // Mirror, Proxy, Redirect
	OriginCondition struct{ HTTPStatusCode, Prefix string }
	OriginParameter struct {
		Protocol          string // HTTP, HTTPS, FOLLOW
		FollowQueryString bool
		FollowRedirection *bool
		HttpRedirectCode  string
		CopyOriginData    *bool
	}
	OriginInfo struct {
		HostInfo struct{ HostName string }
		FileInfo struct {
			Prefix, Suffix         string
			PrefixConfiguration    struct{ Prefix string }
			SuffixConfiguration    struct{ Suffix string }
			FixedFileConfiguration struct{ FixedFilePath string }
		}
	}
}

func parseOrigin(raw []byte) ([]originRule, error) {
	var x struct {
		Rules []originRule `xml:"OriginRule"`
	}
	if err := xml.NewDecoder(bytes.NewReader(raw)).Decode(&x); err != nil {
		return nil, errMalformedXML
	}
	return x.Rules, nil
}

func checkOrigin(_ *call, conf *config, raw []byte) error {
	rules, err := parseOrigin(raw)
	if err != nil {
		return err
	}
	if len(rules) == 0 || len(rules) > 10 {
		return errMalformedXML
	}
	for _, r := range rules {
		switch r.OriginType {
		case "Mirror", "Proxy", "Redirect":
		default:
			return errInvalidArgument.with("The origin type %q is not known.", r.OriginType)
		}
		if r.OriginInfo.HostInfo.HostName == "" {
			return errMalformedXML
		}
	}
	conf.origin = rules
	return nil
}

// url is where the rule finds key.
func (r *originRule) url(key, rawQuery string) *url.URL {
	f := r.OriginInfo.FileInfo
	path := f.Prefix + f.PrefixConfiguration.Prefix + key + f.Suffix + f.SuffixConfiguration.Suffix
	if fixed := f.FixedFileConfiguration.FixedFilePath; fixed != "" {
		path = fixed
	}
	u := &url.URL{Scheme: "http", Host: r.OriginInfo.HostInfo.HostName, Path: "/" + strings.TrimPrefix(path, "/")}
	if strings.EqualFold(r.OriginParameter.Protocol, "HTTPS") {
		u.Scheme = "https"
	}
	if r.OriginParameter.FollowQueryString {
		u.RawQuery = rawQuery
	}
	return u
}

func originFor(rules []originRule, key string) *originRule {
	var best *originRule
	for i := range rules {
		r := &rules[i]
		cond := r.OriginCondition
		if strings.HasPrefix(key, cond.Prefix) && (cond.HTTPStatusCode == "" || cond.HTTPStatusCode == "404") &&
			(best == nil || r.RulePriority < best.RulePriority) {
			best = r
		}
	}
	return best
}

// pull answers a read of a missing key from the bucket's origin, if it has one; done is false if it has none, or the origin
// does not have the key either. What is pulled is stored, which is an event of its own.
func (c *call) pull(body bool) (done bool, err error) {
	rules := c.b.settings().origin
	if rules == nil {
		return false, nil
	}
	r := originFor(rules, c.key)
	if r == nil {
		return false, nil
	}
	from := r.url(c.key, c.r.URL.RawQuery)
	if r.OriginType == "Redirect" {
		status := http.StatusFound
		switch r.OriginParameter.HttpRedirectCode {
		case "301":
			status = http.StatusMovedPermanently
		case "307":
			status = http.StatusTemporaryRedirect
		}
		c.w.Header()["Location"] = []string{from.String()}
		c.reply(status)
		return true, nil
	}
	o, err := c.fetch(r, from)
	if o == nil || err != nil {
		return false, err
	}
	keep := r.OriginParameter.CopyOriginData == nil || *r.OriginParameter.CopyOriginData
	rd, err := o.open(0, o.size)
	if err != nil {
		return true, err
	}
	defer func() { _ = rd.Close() }()
	if keep && body {
		if err := c.commit(o, event.TypeObjectCreatedOrigin, nil); err != nil {
			return true, err
		}
	} else {
		defer c.s.store.discardContent(o.content)
	}
	return true, c.serveObject(o, rd, body)
}

// pullTimeout bounds the whole transfer from an origin.
const pullTimeout = 5 * time.Minute

// fetch gets an object from an origin; nil if the origin does not have it.
func (c *call) fetch(r *originRule, from *url.URL) (*object, error) {
	ctx, cancel := context.WithTimeout(c.r.Context(), pullTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return nil, errInvalidURI.with("The origin's address is not valid.")
	}
	req.Header.Set("User-Agent", "tencent-cos")
	client := &http.Client{Transport: c.s.pulls}
	if follow := r.OriginParameter.FollowRedirection; follow != nil && !*follow {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, newError(http.StatusFailedDependency, "MirrorFailed", "The origin could not be reached.")
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
		return nil, nil
	}
	a, err := readAttrs(http.Header{
		"Content-Type": resp.Header["Content-Type"], "Cache-Control": resp.Header["Cache-Control"], "Expires": resp.Header["Expires"],
		"Content-Disposition": resp.Header["Content-Disposition"], "Content-Language": resp.Header["Content-Language"],
	}, c.key)
	if err != nil {
		return nil, err
	}
	u, err := receive(resp.Body, resp.ContentLength, maxObject, c.s.store.sink(resp.ContentLength), false)
	if err != nil {
		return nil, newError(http.StatusFailedDependency, "MirrorFailed", "The origin's answer broke off.")
	}
	return c.newObject(u, a), nil
}
