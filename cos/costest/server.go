package costest

import (
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/account"
	"github.com/cosevent/cosevent-go/internal/clock"
	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/internal/loopback"
)

// TB is what a test gives to [NewServer]; testing.TB has it.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(f func())
}

// Faults is the plan of faults of a server; see [Server.Faults].
type Faults = faults.Faults

// Fault is one planned fault.
type Fault = faults.Fault

// When a [Fault] drops the connection.
const (
	DropNever  = faults.Never
	DropBefore = faults.Before
	DropAfter  = faults.After
)

// The credentials a server accepts unless told otherwise. They are examples: no account has them.
const (
	DefaultSecretID  = account.SecretID
	DefaultSecretKey = account.SecretKey
	DefaultAppID     = account.AppID
)

// Server is a fake COS. All methods are safe for concurrent use.
type Server struct {
	opt    options
	clock  *clock.Clock
	faults *faults.Faults
	store  store
	web    *loopback.Server
	pulls  *http.Transport // fetches from origins

	mu      sync.RWMutex
	buckets map[string]*bucket

	credentials credentials
	signKeys    signKeys
	attrs       attrPool
	log         requestLog
	labels      labels
	restores    restores
	hooks       atomic.Pointer[[]func(Change)]
	hooksMu     sync.Mutex
	lastVersion atomic.Uint64
	requests    atomic.Uint64
	closing     sync.Once
}

type options struct {
	clock      *clock.Clock
	faults     *faults.Faults
	id, key    string
	appid      string
	dir        string
	addr       string
	noListener bool
	pathStyle  bool
	download   bool // x-cos-force-download
	logSize    int
	bodyIdle   time.Duration
	logger     *slog.Logger
}

// Option configures [NewServer] and [Start].
type Option func(*options)

// WithClock makes the server live by c instead of by a clock of its own.
func WithClock(c *clock.Clock) Option { return func(o *options) { o.clock = c } }

// WithFaults makes the server take its faults from f.
func WithFaults(f *faults.Faults) Option { return func(o *options) { o.faults = f } }

// WithCredentials sets the permanent credentials accepted, instead of the example ones.
func WithCredentials(id, key string) Option { return func(o *options) { o.id, o.key = id, key } }

// WithAppID sets the account's appid, [DefaultAppID] by default. Clients may create buckets of this account only.
func WithAppID(appid string) Option { return func(o *options) { o.appid = appid } }

// Dir keeps everything in the directory dir, which is made if it does not exist, instead of in memory. Every write that was
// acknowledged is found again by the next server on the same directory, also if the process was killed. A directory serves
// one process at a time. It must be empty, or have been made by this option: any other is refused, and nothing in it is touched.
func Dir(dir string) Option { return func(o *options) { o.dir = dir } }

// WithDir is [Dir].
func WithDir(dir string) Option { return Dir(dir) }

// WithAddr sets the address to listen on, a random port of 127.0.0.1 by default.
func WithAddr(addr string) Option { return func(o *options) { o.addr = addr } }

// WithoutListener makes a server that does not listen: mount it as the http.Handler it is. Its own clients call it in process.
func WithoutListener() Option { return func(o *options) { o.noListener = true } }

// WithPathStyle makes the server take the bucket from the path where the host names none:
// http://cos.ap-guangzhou.myqcloud.com/photos-1250000000/key. Buckets made since 2024 answer 403 PathStyleDomainForbidden to that,
// as the server does without this option; older ones take it.
func WithPathStyle() Option { return func(o *options) { o.pathStyle = true } }

// WithForcedDownload makes the default hosts (cos, cos-website and accelerated ones, not cos-internal) answer a GET as those of
// buckets made since 2024 in accounts without an exemption do (COS document 436/57456): with "Content-Disposition: attachment" and
// "x-cos-force-download: true", whatever the object or the request says, and 403 DownloadForbidden for .apk and .ipa.
func WithForcedDownload() Option { return func(o *options) { o.download = true } }

// WithRequestLog sets how many requests are remembered for [Server.Requests], 1,000 by default.
func WithRequestLog(n int) Option { return func(o *options) { o.logSize = max(n, 0) } }

// WithBodyTimeout sets how long a request's body may stall before the request fails with RequestTimeOut; 30 seconds by default.
func WithBodyTimeout(d time.Duration) Option { return func(o *options) { o.bodyIdle = d } }

// WithLogger makes the server log each request, one line each, without secrets.
func WithLogger(l *slog.Logger) Option { return func(o *options) { o.logger = l } }

// NewServer starts a server for a test and closes it when the test ends. A failure to start ends the test.
func NewServer(tb TB, opts ...Option) *Server {
	tb.Helper()
	s, err := Start(opts...)
	if err != nil {
		tb.Fatalf("start the fake COS: %v", err)
		return nil
	}
	tb.Cleanup(s.Close)
	return s
}

// Start starts a server for a program. The caller closes it.
func Start(opts ...Option) (*Server, error) {
	o := options{id: DefaultSecretID, key: DefaultSecretKey, appid: DefaultAppID, logSize: 1000, bodyIdle: 30 * time.Second}
	for _, f := range opts {
		f(&o)
	}
	s := &Server{
		opt: o, clock: o.clock, faults: o.faults, store: memory{}, buckets: map[string]*bucket{},
		pulls: &http.Transport{MaxIdleConnsPerHost: 4, ResponseHeaderTimeout: 30 * time.Second},
	}
	if s.clock == nil {
		s.clock = clock.New()
	}
	if s.faults == nil {
		s.faults = &faults.Faults{}
	}
	s.log.size = o.logSize
	s.credentials.add(credential{id: o.id, key: o.key})
	if o.dir != "" {
		if err := s.openDir(o.dir); err != nil {
			s.Close()
			return nil, err
		}
	}
	if !o.noListener {
		web, err := loopback.Listen(o.addr, s)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.web = web
	}
	return s, nil
}

// Close stops the server: it stops listening, waits for requests and frees the directory. It may be called more than once.
func (s *Server) Close() {
	s.closing.Do(func() {
		if s.web != nil {
			s.web.Close()
		}
		s.restores.stopAll()
		s.pulls.CloseIdleConnections()
		if s.opt.clock == nil {
			s.clock.Close()
		}
		_ = s.store.close()
	})
}

// URL returns the address served, as http://host:port, or "" without a listener. Clients reach a bucket there by its host name
// in the Host header, or by using the address as an HTTP proxy.
func (s *Server) URL() string {
	if s.web == nil {
		return ""
	}
	return s.web.URL()
}

// Credentials returns the permanent credentials the server accepts.
func (s *Server) Credentials() (id, key string) { return s.opt.id, s.opt.key }

// Faults returns the plan of faults: Faults().Fail("PutObject", 1, Fault{Code: "SlowDown", Status: 503}) fails the next call.
// Operations have the names of the table in the package document.
func (s *Server) Faults() *Faults { return s.faults }

// Now returns the time the server lives in.
func (s *Server) Now() time.Time { return s.clock.Now() }

// Advance moves the server's clock forward: restores complete, copies expire, signatures grow old.
func (s *Server) Advance(d time.Duration) { s.clock.Advance(d, nil) }

// Transport returns a transport that brings requests for any host to this server, unsigned.
func (s *Server) Transport() http.RoundTripper {
	if s.web == nil {
		return handlerTransport{s}
	}
	return s.web.Transport()
}

// Client returns the official client for a bucket, signing with the server's credentials and connected to this server
// whatever host the bucket has. It does not repeat requests that failed.
func (s *Server) Client(b event.Bucket) *cossdk.Client {
	return s.ClientWith(b, s.opt.id, s.opt.key, "")
}

// ClientWith is [Server.Client] with other credentials; an empty id makes a client that does not sign.
func (s *Server) ClientWith(b event.Bucket, id, key, token string) *cossdk.Client {
	ci := &url.URL{Scheme: "http", Host: b.ID() + ".ci." + b.Region + ".myqcloud.com"}
	c := cossdk.NewClient(&cossdk.BaseURL{
		BucketURL:  &url.URL{Scheme: "http", Host: b.Host()},
		ServiceURL: &url.URL{Scheme: "http", Host: "service.cos.myqcloud.com"},
		CIURL:      ci,
	}, &http.Client{Transport: &cossdk.AuthorizationTransport{
		SecretID: id, SecretKey: key, SessionToken: token, Transport: s.Transport(),
	}})
	c.Conf.RetryOpt.Count = 1
	return c
}

// AddCredentials makes the server accept temporary credentials until expires, by its clock; requests must carry the token. An
// empty token and a zero time make permanent ones.
func (s *Server) AddCredentials(id, key, token string, expires time.Time) {
	s.credentials.add(credential{id: id, key: key, token: token, expires: expires})
}

// RemoveCredentials makes the server forget credentials.
func (s *Server) RemoveCredentials(id string) { s.credentials.remove(id) }

type credential struct {
	id, key, token string
	expires        time.Time
}

type credentials struct {
	mu sync.RWMutex
	m  map[string]credential
}

func (c *credentials) add(cred credential) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[string]credential{}
	}
	c.m[cred.id] = cred
}

func (c *credentials) remove(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, id)
}

func (c *credentials) get(id string) (credential, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	cred, ok := c.m[id]
	return cred, ok
}
