package triggertest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/clock"
	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/internal/loopback"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
	"github.com/cosevent/cosevent-go/trigger"
)

// TB is what a [Cloud] needs of a test; *testing.T, *testing.B and *testing.F have it.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Faults plans failures of the calls of both services; operations are named as in their API references ("PutObject",
// "CreateTrigger", "Invoke").
type Faults = faults.Faults

// Fault is one planned failure.
type Fault = faults.Fault

// When a [Fault] drops the connection.
const (
	DropNever  = faults.Never
	DropBefore = faults.Before
	DropAfter  = faults.After
)

// Cloud is a COS and an SCF that belong together. All methods are safe for concurrent use.
type Cloud struct {
	config config
	tb     TB // nil for a Cloud from Start
	clock  *clock.Clock
	faults faults.Faults
	cos    *costest.Server
	scf    *scftest.Server
	http   *loopback.Server

	transport *http.Transport // of the clients handed out

	journal journal
	chains  chains

	ready     chan struct{} // closed when both services exist, or Start failed
	closeOnce sync.Once
}

// New starts a cloud for a test and closes it when the test ends. What cannot be done, such as listening, fails the test.
func New(tb TB, opts ...Option) *Cloud {
	tb.Helper()
	c, err := Start(opts...)
	if err != nil {
		tb.Fatalf("triggertest: %v", err)
		return nil
	}
	c.tb = tb
	tb.Cleanup(c.Close)
	return c
}

// Start starts a cloud for a program, which has to Close it.
func Start(opts ...Option) (*Cloud, error) {
	cfg := defaults()
	for _, o := range opts {
		o(&cfg)
	}
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	c := &Cloud{config: cfg, clock: clock.New(cfg.clock...), ready: make(chan struct{})}
	c.journal.limit, c.journal.log = cfg.keep, cfg.log
	started := false
	defer func() {
		if !started {
			close(c.ready) // requests that wait are answered, so that Close need not wait for them
			c.Close()
		}
	}()

	var err error
	if c.http, err = loopback.Listen(cfg.addr, http.HandlerFunc(c.serve)); err != nil {
		return nil, fmt.Errorf("triggertest: %w", err)
	}
	c.transport = c.http.Transport()
	cosOpts := append([]costest.Option{
		costest.WithoutListener(),
		costest.WithClock(c.clock),
		costest.WithFaults(&c.faults),
		costest.WithAppID(cfg.appID),
		costest.WithCredentials(cfg.secretID, cfg.secretKey),
	}, cfg.cos...)
	if c.cos, err = costest.Start(cosOpts...); err != nil {
		return nil, fmt.Errorf("triggertest: %w", err)
	}
	env := processEnv(c.URL())
	maps.Copy(env, cfg.env)
	scfOpts := append([]scftest.Option{
		scftest.WithoutListener(),
		scftest.WithClock(c.clock),
		scftest.WithFaults(&c.faults),
		scftest.WithAppID(cfg.appID),
		scftest.WithCredentials(cfg.secretID, cfg.secretKey),
		scftest.WithBuckets(c.cos.HasBucket),
		scftest.WithCodeSource(c.code),
		scftest.WithIssueCredentials(c.cos.AddCredentials),
		scftest.WithInstanceEnv(env),
	}, cfg.scf...)
	if c.scf, err = scftest.Start(scfOpts...); err != nil {
		return nil, fmt.Errorf("triggertest: %w", err)
	}
	c.cos.OnChange(c.changed)
	started = true
	close(c.ready)
	return c, nil
}

// processEnv returns the variables that lead a function's process to the fakes at url. The runtime's own API is on loopback and must
// not be asked for through the proxy: curl, Python and others heed the proxy for loopback too unless NO_PROXY says otherwise.
func processEnv(url string) map[string]string {
	const direct = "127.0.0.1,localhost,::1"
	return map[string]string{
		"COSEVENT_ENDPOINT": url,
		"HTTP_PROXY":        url,
		"http_proxy":        url,
		"NO_PROXY":          direct,
		"no_proxy":          direct,
	}
}

// code reads the zip of a function whose code is in a bucket.
func (c *Cloud) code(b event.Bucket, key string) ([]byte, error) {
	o, err := c.cos.Get(b, key)
	if err != nil {
		return nil, err
	}
	return o.Body, nil
}

// Close stops both services, every function process and every timer; events still waiting are dropped. It may be called more
// than once.
func (c *Cloud) Close() {
	c.closeOnce.Do(func() {
		if c.scf != nil {
			c.scf.Close()
		}
		if c.http != nil {
			c.http.Close()
		}
		if c.cos != nil {
			c.cos.Close()
		}
		c.clock.Close()
	})
}

// URL returns the address that serves both services, as http://127.0.0.1:port.
func (c *Cloud) URL() string { return c.http.URL() }

// Proxy returns the same address for use as HTTP_PROXY: any client that is told to use plain http then reaches the fakes by the
// services' real host names.
func (c *Cloud) Proxy() string { return c.http.URL() }

// Credentials returns the SecretId and SecretKey that both services accept.
func (c *Cloud) Credentials() (id, key string) { return c.config.secretID, c.config.secretKey }

// AppID returns the APPID that owns everything here.
func (c *Cloud) AppID() string { return c.config.appID }

// CreateBucket makes a bucket. A bucket that cannot be made, because its name is not allowed or taken, fails the test, or
// panics in a Cloud from [Start]; a program makes its buckets with the client instead.
func (c *Cloud) CreateBucket(b event.Bucket, opts ...costest.BucketOption) {
	if err := c.cos.CreateBucket(b, opts...); err != nil {
		if c.tb == nil {
			panic(fmt.Sprintf("triggertest: create bucket %s: %v", b.ID(), err))
		}
		c.tb.Helper()
		c.tb.Fatalf("triggertest: create bucket %s: %v", b.ID(), err)
	}
}

// Handle makes h the code of the function of that name, "name" or "namespace/name", in every region. A function that was not
// created through the API exists from now on, Active. Its invocations run in this process, each in a goroutine of its own.
func (c *Cloud) Handle(name string, h function.Handler) { c.scf.Handle(name, h) }

// COS returns the official client for a bucket, pointed here with the main credentials.
func (c *Cloud) COS(b event.Bucket) *cossdk.Client {
	return cos.NewClient(b, credentials{c}, cos.WithEndpoint(c.URL()), cos.WithTransport(c.transport))
}

// Objects returns the objects of every bucket here, read and written with the main credentials.
func (c *Cloud) Objects() *cos.Objects {
	return cos.NewObjects(credentials{c}, cos.WithEndpoint(c.URL()), cos.WithTransport(c.transport))
}

// SCF returns a client of the function service in a region.
func (c *Cloud) SCF(region string) *scf.Client {
	client, err := scf.New(common.NewCredential(c.config.secretID, c.config.secretKey), region, scf.WithEndpoint(c.URL()))
	if err != nil {
		if c.tb == nil {
			panic(fmt.Sprintf("triggertest: client for region %q: %v", region, err))
		}
		c.tb.Helper()
		c.tb.Fatalf("triggertest: client for region %q: %v", region, err)
	}
	return client
}

// Triggers returns a client of the triggers in a region.
func (c *Cloud) Triggers(region string) *trigger.Client { return trigger.New(c.SCF(region)) }

// COSServer returns the fake COS, for direct access to what it holds.
func (c *Cloud) COSServer() *costest.Server { return c.cos }

// SCFServer returns the fake SCF, for direct access to what it holds.
func (c *Cloud) SCFServer() *scftest.Server { return c.scf }

// Faults returns the plan of failures of both services.
func (c *Cloud) Faults() *Faults { return &c.faults }

// Now returns the time of the clock that both services go by.
func (c *Cloud) Now() time.Time { return c.clock.Now() }

// Advance moves the clock forward by d: retries, expiry, restores, signature age. Before the first step and between steps it
// lets the functions that run now finish, for at most ten seconds of real time each.
func (c *Cloud) Advance(d time.Duration) { c.clock.Advance(d, c.settle) }

func (c *Cloud) settle() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = c.scf.Settle(ctx) // a function that outlasts the patience goes on running while time moves
}

// Wait returns when every event is delivered, dead or dropped. While nothing can run now and events wait for their retry, it
// moves the clock to the next instant at which something is due, so that a minute's retry interval takes no minute; with
// [ManualClock] it waits for Advance instead. It returns ctx's error if ctx ends first, with what is still open.
func (c *Cloud) Wait(ctx context.Context) error {
	for {
		changed := c.journal.next()
		if err := c.scf.Settle(ctx); err != nil {
			return c.stillOpen(err)
		}
		pending := c.scf.Pending()
		if pending == 0 {
			return nil
		}
		if c.config.manual {
			select {
			case <-changed:
				continue
			case <-ctx.Done():
				return c.stillOpen(ctx.Err())
			}
		}
		next, ok := c.clock.Next()
		if !ok {
			return fmt.Errorf("triggertest: %d events wait, but no instant of the clock is set for them", pending)
		}
		c.clock.AdvanceTo(next)
		if err := ctx.Err(); err != nil {
			return c.stillOpen(err)
		}
	}
}

func (c *Cloud) stillOpen(err error) error {
	return fmt.Errorf("triggertest: %w; still open: %s", err, c.journal.open())
}
