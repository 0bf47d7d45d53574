package triggertest

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/scf/function"
)

// chains follows which event was caused by which. A change made inside an invocation comes one generation after the event of that
// invocation. Whose change it is, the credentials tell: a handler in this process signs with keys of its own invocation, a function
// process with keys of its function.
type chains struct {
	mu      sync.Mutex
	running map[string]map[string]int // generations of the events being handled, by function and request id
	events  map[string]int            // the same, by request id alone
	signers map[string]string         // request id by SecretId, of handlers in this process
	keys    map[string]cos.Credential // credentials by request id
}

func (c *chains) start(function, requestID string, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == nil {
		c.running, c.events = map[string]map[string]int{}, map[string]int{}
	}
	if c.running[function] == nil {
		c.running[function] = map[string]int{}
	}
	c.running[function][requestID] = generation
	c.events[requestID] = generation
}

func (c *chains) end(function, requestID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running[function], requestID)
	delete(c.events, requestID)
	if k, ok := c.keys[requestID]; ok {
		delete(c.keys, requestID)
		delete(c.signers, k.SecretID)
	}
}

// next returns the generation of a change signed with secretID; owner is the function whose temporary key that is, if any. Of several
// events that a function process may be handling at once the earliest generation counts: a chain is rather
// found late than an innocent event stopped.
func (c *chains) next(secretID, owner string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, ok := c.signers[secretID]; ok {
		return c.events[id] + 1
	}
	next := 0
	for _, generation := range c.running[owner] {
		if next == 0 || generation+1 < next {
			next = generation + 1
		}
	}
	return next
}

// credentials gives the clients of a Cloud the main key, and inside an invocation one of that invocation's own.
type credentials struct{ *Cloud }

func (c credentials) Credential(ctx context.Context) (cos.Credential, error) {
	main := cos.Credential{SecretID: c.config.secretID, SecretKey: c.config.secretKey}
	f, ok := function.FromContext(ctx)
	if !ok {
		return main, nil
	}
	c.chains.mu.Lock()
	defer c.chains.mu.Unlock()
	if _, ok := c.chains.events[f.RequestID]; !ok {
		return main, nil // called by hand, not by an event
	}
	k, ok := c.chains.keys[f.RequestID]
	if !ok {
		k = cos.Credential{SecretID: "AKIDrun" + rand.Text(), SecretKey: rand.Text(), Token: rand.Text()}
		if c.chains.keys == nil {
			c.chains.keys, c.chains.signers = map[string]cos.Credential{}, map[string]string{}
		}
		c.chains.keys[f.RequestID], c.chains.signers[k.SecretID] = k, f.RequestID
		c.cos.AddCredentials(k.SecretID, k.SecretKey, k.Token, c.clock.Now().Add(24*time.Hour))
	}
	return k, nil
}
