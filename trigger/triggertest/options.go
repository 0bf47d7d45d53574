package triggertest

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/internal/account"
	"github.com/cosevent/cosevent-go/internal/clock"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// Defaults of a Cloud. The credentials are examples and open nothing.
const (
	DefaultAppID     = account.AppID
	DefaultSecretID  = account.SecretID
	DefaultSecretKey = account.SecretKey
	// DefaultLoopLimit is how many times in a row an event may come of the function it goes to; see [LoopLimit].
	DefaultLoopLimit = 8
)

type config struct {
	addr                string
	appID               string
	secretID, secretKey string
	clock               []clock.Option
	manual              bool
	wildcard            bool
	shape2019           bool
	loopLimit           int
	keep                int
	log                 *slog.Logger
	env                 map[string]string
	cos                 []costest.Option
	scf                 []scftest.Option
}

func defaults() config {
	return config{
		appID:     DefaultAppID,
		secretID:  DefaultSecretID,
		secretKey: DefaultSecretKey,
		loopLimit: DefaultLoopLimit,
		log:       slog.New(slog.DiscardHandler),
	}
}

func (c *config) validate() error {
	if c.appID == "" {
		return fmt.Errorf("triggertest: the APPID is empty: want digits, like %s", DefaultAppID)
	}
	for _, r := range c.appID {
		if r < '0' || r > '9' {
			return fmt.Errorf("triggertest: the APPID is %q: want digits, like %s", c.appID, DefaultAppID)
		}
	}
	if c.secretID == "" || c.secretKey == "" {
		return fmt.Errorf("triggertest: the credentials are empty: want a SecretId and a SecretKey")
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.loopLimit < 1 {
		return fmt.Errorf("triggertest: the loop limit is %d: want at least 1", c.loopLimit)
	}
	return nil
}

// Option configures a Cloud.
type Option func(*config)

// Addr listens on an address, as host:port, instead of a random port of 127.0.0.1.
func Addr(addr string) Option { return func(c *config) { c.addr = addr } }

// AppID sets the APPID that owns the buckets and functions; it is the last part of every bucket's id. The default is
// [DefaultAppID].
func AppID(id string) Option { return func(c *config) { c.appID = id } }

// Credentials sets the SecretId and SecretKey that both services accept.
func Credentials(id, key string) Option {
	return func(c *config) { c.secretID, c.secretKey = id, key }
}

// StartAt makes the clock read t at first. Without it, it reads the real time.
func StartAt(t time.Time) Option {
	return func(c *config) { c.clock = append(c.clock, clock.WithStart(t)) }
}

// ManualClock lets time stand still between calls of [Cloud.Advance], and makes [Cloud.Wait] wait for those instead of moving the
// clock itself.
func ManualClock() Option {
	return func(c *config) { c.manual, c.clock = true, append(c.clock, clock.WithFrozen()) }
}

// WildcardNames delivers the name of the rule that matched ("cos:ObjectCreated:*") as the event's name, where the default is the
// name of what happened ("cos:ObjectCreated:Put"). Functions have been given both.
func WildcardNames() Option { return func(c *config) { c.wildcard = true } }

// Shape2019 delivers records as the service did until 2020: without cosRegion, s3Region, ETag and storage class, and with a reqid
// other than 0.
func Shape2019() Option { return func(c *config) { c.shape2019 = true } }

// LoopLimit sets how long a chain of events may grow in which a function's own write caused the next event for it. The service has
// no such limit and lets the loop cost money; the fake stops it and says so in the [Delivery]. The default is
// [DefaultLoopLimit].
func LoopLimit(n int) Option { return func(c *config) { c.loopLimit = n } }

// KeepDeliveries bounds the record behind [Cloud.Deliveries] to the n newest that are finished. The default, 0, keeps all.
func KeepDeliveries(n int) Option { return func(c *config) { c.keep = n } }

// Log writes a line for every event when it is delivered or given up. The payload is not in it.
func Log(l *slog.Logger) Option { return func(c *config) { c.log = l } }

// Env adds variables to the environment of every function process.
func Env(env map[string]string) Option { return func(c *config) { c.env = env } }

// WithCOS passes options to the fake COS.
func WithCOS(opts ...costest.Option) Option {
	return func(c *config) { c.cos = append(c.cos, opts...) }
}

// WithSCF passes options to the fake SCF.
func WithSCF(opts ...scftest.Option) Option {
	return func(c *config) { c.scf = append(c.scf, opts...) }
}
