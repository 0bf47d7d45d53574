package scf

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// DefaultNamespace is the namespace every account has.
const DefaultNamespace = "default"

// Client manages the functions of one region. Make one with [New]; it is safe for concurrent use.
type Client struct {
	region    string
	namespace string
	http      *transport
	api       *scfsdk.Client // what API returns: bounded by its own time-out
	sdk       *scfsdk.Client // ours: bounded by each call's context
	cls       *common.Client
	backoff   Backoff
	wait      Wait
	upload    *upload
	progress  func(Progress)
	now       func() time.Time
}

// Option configures a [Client].
type Option func(*config)

type config struct {
	endpoint  string
	namespace string
	http      *http.Client
	language  string
	backoff   Backoff
	wait      Wait
	upload    *upload
	progress  func(Progress)
	now       func() time.Time
}

// WithEndpoint sends every call, those to the log service too, to the server at address, a URL with scheme and host and
// nothing else, like "http://127.0.0.1:9000". The Host header, and with it the signature, stays the service's own
// ("scf.ap-guangzhou.tencentcloudapi.com", "cls.ap-guangzhou.tencentcloudapi.com").
func WithEndpoint(address string) Option { return func(c *config) { c.endpoint = address } }

// WithHTTPClient sends every call through hc. Its time-out, if it has one, bounds synchronous invocations too.
func WithHTTPClient(hc *http.Client) Option { return func(c *config) { c.http = hc } }

// WithNamespace makes namespace the one meant by names without one. The default is [DefaultNamespace].
func WithNamespace(namespace string) Option { return func(c *config) { c.namespace = namespace } }

// WithLanguage sets the language of the service's messages: "en-US", the default, or "zh-CN".
func WithLanguage(language string) Option { return func(c *config) { c.language = language } }

// WithBackoff replaces the rule by which calls are repeated. Zero fields keep their defaults.
func WithBackoff(b Backoff) Option { return func(c *config) { c.backoff = b } }

// WithWait replaces the rule by which states are waited for. Zero fields keep their defaults.
func WithWait(w Wait) Option { return func(c *config) { c.wait = w } }

// WithProgress has f told of every step of long work: the upload of a package, the wait for a state. f is called from the
// goroutine that does the work, or from one that it waits for, never concurrently for one call of a method.
func WithProgress(f func(Progress)) Option { return func(c *config) { c.progress = f } }

// WithNow sets the clock against which time windows of logs are reckoned. The default is time.Now.
func WithNow(now func() time.Time) Option { return func(c *config) { c.now = now } }

// New makes a client for the functions of region ("ap-guangzhou"), which signs its calls with cred. It makes no call. The
// error is an [*InvalidError].
func New(cred common.CredentialIface, region string, opts ...Option) (*Client, error) {
	cfg := config{namespace: DefaultNamespace, language: "en-US", now: time.Now}
	for _, o := range opts {
		o(&cfg)
	}
	var bad faultList
	if cred == nil {
		bad.add("credentials", "missing")
	}
	if region == "" || strings.ContainsAny(region, "/:. \t\n") {
		bad.addf("region", "%q is no region", region)
	}
	bad.check("namespace", checkNamespace(cfg.namespace))
	endpoint, err := parseEndpoint(cfg.endpoint)
	bad.check("endpoint", err)
	cfg.backoff.check(&bad)
	cfg.wait.check(&bad)
	cfg.upload.check(&bad, region)
	if err := bad.err("client"); err != nil {
		return nil, err
	}
	c := &Client{
		region: region, namespace: cfg.namespace,
		http:    newTransport(cfg.http, endpoint),
		backoff: cfg.backoff.withDefaults(), wait: cfg.wait.withDefaults(),
		upload: cfg.upload.init(cred, &cfg), progress: cfg.progress, now: cfg.now,
	}
	if c.api, err = c.service(cred, cfg.language, 60); err != nil {
		return nil, err
	}
	if c.sdk, err = c.service(cred, cfg.language, 0); err != nil {
		return nil, err
	}
	c.cls = common.NewCommonClient(cred, region, c.profile("cls", cfg.language, 0))
	c.cls.WithHttpTransport(c.http)
	return c, nil
}

func (c *Client) service(cred common.CredentialIface, language string, seconds int) (*scfsdk.Client, error) {
	s, err := scfsdk.NewClient(cred, c.region, c.profile("scf", language, seconds))
	if err != nil {
		return nil, fmt.Errorf("scf: %w", err)
	}
	s.WithHttpTransport(c.http)
	return s, nil
}

func (c *Client) profile(service, language string, seconds int) *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.Language = language
	p.DisableRegionBreaker = true
	p.HttpProfile.ReqTimeout = seconds
	p.HttpProfile.Endpoint = service + "." + c.region + ".tencentcloudapi.com"
	return p
}

func parseEndpoint(address string) (*url.URL, error) {
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("not a URL")
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is not like http://127.0.0.1:9000", u.Redacted())
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("%q has more than a scheme and a host", u.Redacted())
	}
	return u, nil
}

// API returns the official client, which is sent the same way with the same credentials, for everything that has no method
// here. It neither retries nor sorts errors; [Client.Do] does both for it.
func (c *Client) API() *scfsdk.Client { return c.api }

// Region returns the region the client was made for.
func (c *Client) Region() string { return c.region }

// Namespace returns the namespace meant by names without one.
func (c *Client) Namespace() string { return c.namespace }

// CloseIdleConnections closes connections that are kept for later calls.
func (c *Client) CloseIdleConnections() { c.http.client.CloseIdleConnections() }

// String names the client without its credentials.
func (c *Client) String() string { return "scf.Client(" + c.region + ", " + c.namespace + ")" }

// Progress is one step of long work.
type Progress struct {
	// Function is the function worked on, as "name" or "namespace/name".
	Function string
	// Stage is "upload", "create", "code", "configuration", "retry", "wait" or "delete".
	Stage string
	// State is the function's state while waiting.
	State string
	// Done and Total are bytes of an upload; otherwise 0.
	Done, Total int64
	// Elapsed is the time since the stage began.
	Elapsed time.Duration
}

func (c *Client) report(p Progress) {
	if c.progress != nil {
		c.progress(p)
	}
}
