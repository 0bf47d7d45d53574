package cos

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
)

// EndpointVariable names the environment variable that, if set, is where NewClient and NewObjects send requests: a URL such as
// http://127.0.0.1:9000. [WithEndpoint] goes before it.
const EndpointVariable = "COSEVENT_ENDPOINT"

// DefaultAttempts is how often a read is tried, the first time included.
const DefaultAttempts = 4

// Option configures a client.
type Option func(*options)

type options struct {
	endpoint string
	base     http.RoundTripper
	client   *http.Client
	attempts int
}

// WithEndpoint sends every request to this address (scheme and host, "http://127.0.0.1:9000") with the bucket's host in the
// Host header. An empty string changes nothing.
func WithEndpoint(endpoint string) Option {
	return func(o *options) {
		if endpoint != "" {
			o.endpoint = endpoint
		}
	}
}

// WithTransport sends requests through rt, which gets them signed. The default is a transport that all clients share and that
// waits at most a minute for the head of an answer.
func WithTransport(rt http.RoundTripper) Option { return func(o *options) { o.base = rt } }

// WithHTTPClient takes transport, time-out and cookie jar from c, which is not changed. Note that the time-out of an http.Client
// covers the reading of the body.
func WithHTTPClient(c *http.Client) Option { return func(o *options) { o.client = c } }

// WithAttempts sets how often a read is tried, the first time included; 1 or less means no repeat.
func WithAttempts(n int) Option { return func(o *options) { o.attempts = max(n, 1) } }

// NewClient returns the official client for bucket b. It is safe for concurrent use; reuse it. If b is not a bucket's full name
// (see [event.Bucket]) or an option is wrong, every request fails and says so.
func NewClient(b event.Bucket, cred Credentials, opts ...Option) *cossdk.Client {
	return newClient(b, newHTTPClient(cred, opts))
}

func newClient(b event.Bucket, hc *http.Client) *cossdk.Client {
	if err := checkBucket(b); err != nil {
		b = event.Bucket{Name: "invalid", AppID: "0", Region: "invalid"}
		hc = &http.Client{Transport: brokenTransport{err}}
	}
	at := func(host string) *url.URL { return &url.URL{Scheme: "https", Host: host} }
	c := cossdk.NewClient(&cossdk.BaseURL{
		BucketURL:  at(b.Host()),
		ServiceURL: at("service.cos.myqcloud.com"),
		CIURL:      at(b.ID() + ".ci." + b.Region + ".myqcloud.com"),
	}, hc)
	c.Conf.RetryOpt.Count = 1 // the transport repeats, with pauses
	return c
}

// checkBucket refuses what would change the host a signed request goes to: buckets come from outside, in events.
func checkBucket(b event.Bucket) error {
	switch {
	case !isName(b.Name) || len(b.ID()) > 63:
		return fmt.Errorf("cos: bucket name %q is not valid", b.Name)
	case !isDigits(b.AppID):
		return fmt.Errorf("cos: bucket %q: appid %q is not valid", b.Name, b.AppID)
	case !isName(b.Region):
		return fmt.Errorf("cos: bucket %q: region %q is not valid", b.Name, b.Region)
	}
	return nil
}

func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && s[0] != '-' && s[len(s)-1] != '-'
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func newHTTPClient(cred Credentials, opts []Option) *http.Client {
	o := options{endpoint: os.Getenv(EndpointVariable), attempts: DefaultAttempts}
	for _, opt := range opts {
		opt(&o)
	}
	var c http.Client
	if o.client != nil {
		c = *o.client
		if o.base == nil {
			o.base = o.client.Transport
		}
	}
	if o.base == nil {
		o.base = sharedTransport()
	}
	// A signature holds for one host: never follow where an answer points, whatever o.client does.
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t, err := newTransport(cred, o)
	if err != nil {
		c.Transport = brokenTransport{err}
	} else {
		c.Transport = t
	}
	return &c
}

// sharedTransport serves every client that names no other, so that short-lived clients reuse connections.
var sharedTransport = sync.OnceValue(func() http.RoundTripper {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        256,
		MaxIdleConnsPerHost: 64, // a function works with few buckets, and with many connections to each
		IdleConnTimeout:     60 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
	}
	t.ResponseHeaderTimeout = time.Minute
	return t
})

// brokenTransport fails every request of a client that could not be made.
type brokenTransport struct{ err error }

func (t brokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close() // the RoundTripper's duty
	}
	return nil, &permanentError{t.err}
}

func parseEndpoint(s string) (*url.URL, error) {
	if s == "" {
		return nil, nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("cos: the endpoint is not a URL")
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || (u.Path != "" && u.Path != "/") || u.RawQuery != "" {
		return nil, errors.New(`cos: the endpoint must be a scheme and a host, like "http://127.0.0.1:9000"`)
	}
	return u, nil
}
