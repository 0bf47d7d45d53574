package scftest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/internal/clock"
	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/internal/loopback"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest/internal/apiv3"
)

// TB is what [NewServer] needs of a testing.TB.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server is a fake SCF: the API, the asynchronous queue, function instances and logs, all in memory but for running code.
// Its methods are safe for concurrent use.
type Server struct {
	cfg      config
	clock    *clock.Clock
	ownClock bool
	faults   *faults.Faults
	ln       *loopback.Server
	keys     apiv3.Keys
	logs     *logStore
	limits   apiv3.RateLimiter

	ctx      context.Context // ends when the server closes
	cancel   context.CancelFunc
	wg       sync.WaitGroup // everything the server started
	handling sync.WaitGroup // handlers of this process

	issuer issuer
	spawn  *spawner
	slots  *slots

	dirMu sync.Mutex
	dir   string

	mu       sync.Mutex
	room     *sync.Cond // the queue has room, or the server closes
	regions  map[string]*region
	handlers map[string]function.Handler // by namespace/name
	queue    queue
	busy     int           // executions that run, and events that could
	quiet    chan struct{} // closed when busy is 0; nil when nobody waits
	requests requestStore
	rnd      *rand.Rand
	closed   bool
}

// NewServer starts a server that closes when the test ends.
func NewServer(tb TB, opts ...Option) *Server {
	tb.Helper()
	s, err := Start(opts...)
	if err != nil {
		tb.Fatalf("scftest: %v", err)
		return nil
	}
	tb.Cleanup(s.Close)
	return s
}

// Start starts a server outside a test. Close it.
func Start(opts ...Option) (*Server, error) {
	cfg := defaults()
	for _, o := range opts {
		o(&cfg)
	}
	s := &Server{
		cfg:      cfg,
		clock:    cfg.clock,
		faults:   cfg.faults,
		regions:  map[string]*region{},
		handlers: map[string]function.Handler{},
		rnd:      rand.New(rand.NewPCG(cfg.routeSeed, 1)),
	}
	s.room = sync.NewCond(&s.mu)
	if s.clock == nil {
		s.clock, s.ownClock = clock.New(), true
	}
	if s.faults == nil {
		s.faults = &faults.Faults{}
	}
	s.keys.Add(cfg.secretID, apiv3.Key{Secret: cfg.secretKey})
	s.logs = newLogStore(cfg.logLimit)
	s.requests.limit = cfg.logLimit
	s.queue.init(cfg)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.spawn = newSpawner()
	s.slots = newSlots(cfg.maxInstances)
	if !cfg.noListener {
		ln, err := loopback.Listen(cfg.addr, s)
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("scftest: %w", err)
		}
		s.ln = ln
	}
	return s, nil
}

// URL returns the address to send calls to, "http://127.0.0.1:port"; "" without a listener.
func (s *Server) URL() string {
	if s.ln == nil {
		return ""
	}
	return s.ln.URL()
}

// Transport returns a transport that reaches this server whatever host a URL names; nil without a listener.
func (s *Server) Transport() *http.Transport {
	if s.ln == nil {
		return nil
	}
	return s.ln.Transport()
}

// Credentials returns the key pair that signs calls.
func (s *Server) Credentials() (id, key string) { return s.cfg.secretID, s.cfg.secretKey }

// AddCredentials accepts a further key pair. A token makes it a temporary one: calls must carry the token, and the pair ends at
// expires; a zero expires means never.
func (s *Server) AddCredentials(id, key, token string, expires time.Time) {
	s.keys.Add(id, apiv3.Key{Secret: key, Token: token, Expires: expires})
}

// CredentialOwner tells which function's instances a temporary secret id was given to, as "region/namespace/name".
func (s *Server) CredentialOwner(id string) (function string, ok bool) {
	key, _ := s.keys.Get(id)
	return key.Owner, key.Owner != ""
}

// Faults returns the plan of failures; operations are the API's actions, and [OpExecute].
func (s *Server) Faults() *Faults { return s.faults }

// Now returns the time of the server's clock.
func (s *Server) Now() time.Time { return s.clock.Now() }

// Advance moves the clock: status changes, retries, timer triggers and idle instances fall due in order, and what they start
// finishes before time goes on.
func (s *Server) Advance(d time.Duration) {
	s.clock.Advance(d, func() { _ = s.Settle(s.ctx) })
}

// Close stops everything: calls that run are cut, handlers see their context end, processes are killed, files removed. It may
// be called more than once.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.wg.Wait()
		return
	}
	s.closed = true
	s.queue.stop()
	s.room.Broadcast()
	s.signalQuiet(true)
	pools := s.allPools()
	s.mu.Unlock()

	s.cancel()
	if s.ownClock {
		s.clock.Close()
	}
	s.slots.close()
	for _, p := range pools {
		p.retire()
	}
	if s.ln != nil {
		s.ln.Close()
	}
	s.wg.Wait()
	s.waitHandlers(5 * time.Second)
	s.spawn.close()
	s.dirMu.Lock()
	defer s.dirMu.Unlock()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// waitHandlers waits for handlers of this process to return; one that does not heed its context cannot be stopped.
func (s *Server) waitHandlers(d time.Duration) {
	done := make(chan struct{})
	go func() {
		s.handling.Wait()
		close(done)
	}()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}
}

// tempDir makes a new directory under the server's own.
func (s *Server) tempDir(pattern string) (string, error) {
	s.dirMu.Lock()
	defer s.dirMu.Unlock()
	if s.dir == "" {
		dir, err := os.MkdirTemp(s.cfg.dir, "scftest-")
		if err != nil {
			return "", fmt.Errorf("make a directory for instances: %w", err)
		}
		s.dir = dir
	}
	return os.MkdirTemp(s.dir, pattern)
}

// Handle makes h the code of a function, in this process: "name", or "namespace/name". It takes the place of any uploaded code
// in every region. Where the function was not created through the API it is made: Active, with 128 MB, a time-out of a
// minute and a dead-letter queue; CreateFunction may still take the name. A nil h gives the name back to uploaded code.
func (s *Server) Handle(name string, h function.Handler) {
	key := handlerKey(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if h == nil {
		delete(s.handlers, key)
		return
	}
	s.handlers[key] = h
	for _, r := range s.regions {
		s.materialise(r, key)
	}
}
