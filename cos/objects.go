package cos

import (
	"context"
	"errors"
	"net/http"
	"sync"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
)

// Objects reads and writes the objects of any bucket the credentials reach. It keeps one official client for each bucket and
// shares connections among all; it is safe for concurrent use.
type Objects struct {
	http *http.Client

	mu      sync.Mutex
	clients map[event.Bucket]*cossdk.Client
	tries   int
	copying copyLimits
}

// NewObjects returns Objects that sign with cred.
func NewObjects(cred Credentials, opts ...Option) *Objects {
	o := &Objects{http: newHTTPClient(cred, opts), clients: map[event.Bucket]*cossdk.Client{}, tries: DefaultAttempts, copying: defaultCopyLimits}
	if t, ok := o.http.Transport.(*transport); ok {
		o.tries = t.attempts
	}
	return o
}

// maxClients bounds the cache: buckets come from events, and nothing says how many there are.
const maxClients = 256

// Client returns the official client for bucket b, the same one each time.
func (o *Objects) Client(b event.Bucket) *cossdk.Client {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c, ok := o.clients[b]; ok {
		return c
	}
	if len(o.clients) >= maxClients {
		clear(o.clients) // they are cheap: what costs, the connections, is shared
	}
	c := newClient(b, o.http)
	o.clients[b] = c
	return c
}

// CloseIdleConnections closes connections that no request uses now.
func (o *Objects) CloseIdleConnections() { o.http.CloseIdleConnections() }

// do sends a request made by newRequest.
func (o *Objects) do(ctx context.Context, req *http.Request) (*http.Response, error) {
	return o.http.Do(req.WithContext(ctx))
}

// of returns what an event speaks of.
func of(op string, e event.Event) (*event.Base, target, error) {
	if e == nil {
		return nil, target{}, errors.New("cos: " + op + ": no event")
	}
	base := e.Common()
	if base == nil {
		return nil, target{}, errors.New("cos: " + op + ": the event is empty")
	}
	t := target{op: op, bucket: base.Bucket, key: base.Object.Key, version: base.Object.VersionID}
	if err := t.check(); err != nil {
		return nil, t, err
	}
	return base, t, nil
}

func (t target) check() error {
	if err := checkBucket(t.bucket); err != nil {
		return t.fail(nil, err)
	}
	if err := checkKey(t.key); err != nil {
		return t.fail(nil, err)
	}
	return nil
}
