package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// cdn is a small stand-in for the CDN API: it verifies TC3 signatures and counts against the limits of one account.
type cdn struct {
	url      string
	id, key  string
	domains  []string // of the account
	batch    int      // URLs in a call
	longest  int      // bytes of a URL
	mu       sync.Mutex
	day      int // URLs left today
	purged   []string
	areas    []string
	calls    int
	failures []string // codes for the next calls
}

func newCDN(t *testing.T, id, key string) *cdn {
	c := &cdn{id: id, key: key, domains: []string{"cdn.example.com", "img.example.com"}, batch: 1000, day: 10000, longest: 2048}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

func (c *cdn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 10<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	answer := map[string]any{"RequestId": fmt.Sprintf("request-%d", c.calls)}
	if code := c.purge(r, body); code != "" {
		answer["Error"] = map[string]string{"Code": code, "Message": "refused"}
	} else {
		answer["TaskId"] = fmt.Sprintf("task-%d", c.calls)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"Response": answer}) // the client sees a broken answer
}

// purge returns the code of the error.
func (c *cdn) purge(r *http.Request, body []byte) string {
	if code := verifyTC3(r, body, "cdn", c.id, c.key); code != "" {
		return code
	}
	if r.Header.Get("X-TC-Action") != "PurgeUrlsCache" || r.Header.Get("X-TC-Version") != "2018-06-06" {
		return "InvalidAction"
	}
	if len(c.failures) > 0 {
		code := c.failures[0]
		c.failures = c.failures[1:]
		return code
	}
	var in struct {
		Urls []string
		Area string
	}
	if err := json.Unmarshal(body, &in); err != nil || len(in.Urls) == 0 {
		return "InvalidParameter.CdnParamError"
	}
	if len(in.Urls) > c.batch {
		return "LimitExceeded.CdnPurgeUrlExceedBatchLimit"
	}
	for _, u := range in.Urls {
		parsed, err := url.Parse(u)
		switch {
		case err != nil || parsed.Scheme == "":
			return "InvalidParameter.CdnParamError"
		case !slices.Contains(c.domains, parsed.Host):
			return "ResourceNotFound.CdnHostNotExists"
		case len(u) > c.longest:
			return "InvalidParameter.CdnUrlExceedLength"
		}
	}
	if len(in.Urls) > c.day {
		return "LimitExceeded.CdnPurgeUrlExceedDayLimit"
	}
	c.day -= len(in.Urls)
	c.purged = append(c.purged, in.Urls...)
	c.areas = append(c.areas, in.Area)
	return ""
}

func (c *cdn) seen() (purged []string, calls int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.purged), c.calls
}

// verifyTC3 checks a signature by the document "Signature v3" of the API and returns the code of what is wrong with it.
func verifyTC3(r *http.Request, body []byte, service, id, key string) string {
	stamp := r.Header.Get("X-TC-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return "AuthFailure.SignatureFailure"
	}
	signed := time.Unix(seconds, 0).UTC()
	if age := time.Since(signed).Abs(); age > 5*time.Minute {
		return "AuthFailure.SignatureExpire"
	}
	fields := map[string]string{}
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	scope := signed.Format("2006-01-02") + "/" + service + "/tc3_request"
	if scheme != "TC3-HMAC-SHA256" || fields["Credential"] != id+"/"+scope {
		return "AuthFailure.SecretIdNotFound"
	}
	var headers strings.Builder
	for name := range strings.SplitSeq(fields["SignedHeaders"], ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.ToLower(strings.TrimSpace(value)))
	}
	canonical := strings.Join([]string{r.Method, "/", r.URL.RawQuery, headers.String(), fields["SignedHeaders"], digest(body)}, "\n")
	sum := []byte("TC3" + key)
	for _, part := range []string{signed.Format("2006-01-02"), service, "tc3_request", "TC3-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + digest([]byte(canonical))} {
		mac := hmac.New(sha256.New, sum)
		mac.Write([]byte(part))
		sum = mac.Sum(nil)
	}
	if !hmac.Equal([]byte(hex.EncodeToString(sum)), []byte(fields["Signature"])) {
		return "AuthFailure.SignatureFailure"
	}
	return ""
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
