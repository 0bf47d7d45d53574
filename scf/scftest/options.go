package scftest

import (
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/account"
	"github.com/cosevent/cosevent-go/internal/clock"
	"github.com/cosevent/cosevent-go/internal/faults"
)

// Faults plans failures of calls; see [Server.Faults].
type Faults = faults.Faults

// Fault is one planned failure.
type Fault = faults.Fault

// When a [Fault] drops the connection.
const (
	DropNever  = faults.Never
	DropBefore = faults.Before
	DropAfter  = faults.After
)

// OpExecute is the operation to plan a fault of the platform under: an execution of a function, whatever called for it. The
// fault's Status is the status code the execution ends with (500 if 0); the function does not run.
const OpExecute = "Execute"

// Default settings of a server.
const (
	DefaultSecretID  = account.SecretID
	DefaultSecretKey = account.SecretKey
	DefaultAppID     = account.AppID
	DefaultUIN       = account.UIN
)

// Option configures a [Server].
type Option func(*config)

type config struct {
	addr         string
	noListener   bool
	clock        *clock.Clock
	faults       *faults.Faults
	secretID     string
	secretKey    string
	appID, uin   string
	noSignatures bool
	rateLimits   bool
	strictParams bool

	createDelay, updateDelay time.Duration

	bucketExists  func(event.Bucket) bool
	codeSource    func(event.Bucket, string) ([]byte, error)
	issue         func(id, key, token string, expires time.Time)
	credentialTTL time.Duration
	alwaysIssue   bool
	instanceEnv   map[string]string
	dir           string
	maxInstances  int
	idle          time.Duration

	queueLimit    int
	workers       int
	shuffle       bool
	shuffleSeed   uint64
	duplicate     bool
	duplicateSeed uint64
	duplicateRate float64
	routeSeed     uint64

	logLimit     int
	noLogTopic   bool
	retMsgErrors bool
	invokeResult bool
	duplicateErr string
	closedHolds  bool
	looseDelete  bool
	anySuffix    bool
}

func defaults() config {
	return config{
		secretID: DefaultSecretID, secretKey: DefaultSecretKey, appID: DefaultAppID, uin: DefaultUIN,
		credentialTTL: 2 * time.Hour,
		maxInstances:  16,
		idle:          5 * time.Minute,
		queueLimit:    100_000,
		workers:       64,
		logLimit:      100_000,
		duplicateErr:  codeTriggerInUse,
	}
}

// WithAddr listens on addr ("127.0.0.1:9000") instead of a random port of 127.0.0.1.
func WithAddr(addr string) Option { return func(c *config) { c.addr = addr } }

// WithoutListener serves nothing by itself: mount the [Server], an http.Handler, on a listener of your own.
func WithoutListener() Option { return func(c *config) { c.noListener = true } }

// WithClock shares the clock of another fake. The server then leaves it open when it closes.
func WithClock(cl *clock.Clock) Option { return func(c *config) { c.clock = cl } }

// WithFaults shares the plan of faults of another fake.
func WithFaults(f *faults.Faults) Option { return func(c *config) { c.faults = f } }

// WithCredentials sets the key pair that signs calls, instead of [DefaultSecretID] and [DefaultSecretKey].
func WithCredentials(id, key string) Option {
	return func(c *config) { c.secretID, c.secretKey = id, key }
}

// WithoutSignatures takes every call unread: no signature is looked at.
func WithoutSignatures() Option { return func(c *config) { c.noSignatures = true } }

// WithAppID sets the account's AppID, instead of [DefaultAppID].
func WithAppID(id string) Option { return func(c *config) { c.appID = id } }

// WithUIN sets the account's UIN, instead of [DefaultUIN].
func WithUIN(uin string) Option { return func(c *config) { c.uin = uin } }

// WithRateLimits refuses calls beyond the documented number a second of each action with RequestLimitExceeded.
func WithRateLimits() Option { return func(c *config) { c.rateLimits = true } }

// WithStrictParameters refuses a parameter that the API version behind the Go SDK does not have with UnknownParameter. By
// default it is ignored, because newer clients send newer parameters.
func WithStrictParameters() Option { return func(c *config) { c.strictParams = true } }

// WithCreateDelay makes a new function stay Creating for d of the clock. By default it is Active at once.
func WithCreateDelay(d time.Duration) Option { return func(c *config) { c.createDelay = d } }

// WithUpdateDelay makes a changed function stay Updating, and a published version Publishing, for d of the clock. By default
// they are Active at once.
func WithUpdateDelay(d time.Duration) Option { return func(c *config) { c.updateDelay = d } }

// WithBuckets tells which buckets exist: a trigger on another is refused with ResourceNotFound.Cos. By default all exist.
func WithBuckets(exists func(event.Bucket) bool) Option {
	return func(c *config) { c.bucketExists = exists }
}

// WithCodeSource gives the zip of a function whose code is named by bucket and key. By default there is none, and such a
// function is refused with ResourceNotFound.Cos.
func WithCodeSource(get func(b event.Bucket, key string) ([]byte, error)) Option {
	return func(c *config) { c.codeSource = get }
}

// WithIssueCredentials is told of each temporary key pair given to a function's instances, before they have it.
func WithIssueCredentials(f func(id, key, token string, expires time.Time)) Option {
	return func(c *config) { c.issue = f }
}

// WithCredentialLifetime sets how long temporary credentials live on the clock: two hours by default.
func WithCredentialLifetime(d time.Duration) Option { return func(c *config) { c.credentialTTL = d } }

// WithCredentialsForAll gives temporary credentials to functions without an execution role (Role) too. The cloud gives
// them none.
func WithCredentialsForAll() Option { return func(c *config) { c.alwaysIssue = true } }

// WithInstanceEnv adds variables to the environment of function processes.
func WithInstanceEnv(env map[string]string) Option { return func(c *config) { c.instanceEnv = env } }

// WithDir keeps unpacked code and the private temporary directories of instances under dir instead of the system's
// temporary directory. Close removes what the server made there, not dir.
func WithDir(dir string) Option { return func(c *config) { c.dir = dir } }

// WithMaxInstances bounds the function processes that live at once: 16 by default. An execution beyond that waits; idle
// instances of other functions make room.
func WithMaxInstances(n int) Option { return func(c *config) { c.maxInstances = max(n, 1) } }

// WithIdleTimeout reaps an instance that was idle for d of the clock: five minutes by default.
func WithIdleTimeout(d time.Duration) Option { return func(c *config) { c.idle = d } }

// WithQueueLimit bounds the events that wait for asynchronous execution, those waiting for a retry included: 100,000 by
// default, as in the cloud. Beyond that [Server.Enqueue] and Invoke wait for room: nothing is lost.
func WithQueueLimit(n int) Option { return func(c *config) { c.queueLimit = max(n, 1) } }

// WithAsyncWorkers bounds the asynchronous executions that run at once: 64 by default.
func WithAsyncWorkers(n int) Option { return func(c *config) { c.workers = max(n, 1) } }

// Shuffle takes waiting events in an order drawn from seed instead of first in, first out: the cloud promises no order.
func Shuffle(seed uint64) Option {
	return func(c *config) { c.shuffle, c.shuffleSeed = true, seed }
}

// Duplicate delivers a share rate (0 to 1) of the events once more, with the same request id, after they were delivered: the
// cloud promises at least once.
func Duplicate(seed uint64, rate float64) Option {
	return func(c *config) { c.duplicate, c.duplicateSeed, c.duplicateRate = true, seed, rate }
}

// WithRoutingSeed seeds the draw of an alias between its weighted versions.
func WithRoutingSeed(seed uint64) Option { return func(c *config) { c.routeSeed = seed } }

// WithLogLimit bounds the executions whose logs are kept: 100,000 by default, the oldest go first.
func WithLogLimit(n int) Option { return func(c *config) { c.logLimit = max(n, 1) } }

// WithoutLogTopic gives a function without ClsTopicId no log topic, as newer accounts have it. By default it gets the
// account's own.
func WithoutLogTopic() Option { return func(c *config) { c.noLogTopic = true } }

// FailureInRetMsg reports a function's failure in Result.RetMsg instead of Result.ErrMsg.
func FailureInRetMsg() Option { return func(c *config) { c.retMsgErrors = true } }

// FailureInInvokeResult sets Result.InvokeResult to the failure's errorCode (1 or -1) instead of 0.
func FailureInInvokeResult() Option { return func(c *config) { c.invokeResult = true } }

// WithDuplicateTriggerCode sets the error code for a trigger that is there already: ResourceInUse.Trigger by default.
func WithDuplicateTriggerCode(code string) Option { return func(c *config) { c.duplicateErr = code } }

// ClosedTriggersHoldRules lets a closed COS trigger keep its rule on the bucket, so that others conflict with it.
func ClosedTriggersHoldRules() Option { return func(c *config) { c.closedHolds = true } }

// DeleteTriggerWithoutDesc lets DeleteTrigger of a COS trigger come without TriggerDesc: every trigger of that name goes.
func DeleteTriggerWithoutDesc() Option { return func(c *config) { c.looseDelete = true } }

// AnySuffix takes trigger suffixes that do not begin with a dot.
func AnySuffix() Option { return func(c *config) { c.anySuffix = true } }
