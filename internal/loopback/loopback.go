// Package loopback serves a fake on this machine, and makes clients that reach it whatever host their requests name.
package loopback

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is a plain HTTP server. Its methods are safe for concurrent use.
type Server struct {
	ln   net.Listener
	http *http.Server
	done chan struct{}

	mu         sync.Mutex
	transports []*http.Transport
	closed     bool
}

// Listen serves h on addr. An empty addr means a free port of 127.0.0.1.
func Listen(addr string, h http.Handler) (*Server, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	s := &Server{
		ln:   ln,
		done: make(chan struct{}),
		http: &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 10 * time.Second, // for a client that does not finish its header
			MaxHeaderBytes:    64 << 10,
		},
	}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(ln) // always ErrServerClosed: nothing else closes the listener
	}()
	return s, nil
}

// Addr returns the address served, as host:port.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// URL returns the address served, as http://host:port.
func (s *Server) URL() string { return "http://" + s.Addr() }

// Transport returns a new transport that connects to this server whatever host the URL of a request names. [Server.Close] closes
// its idle connections.
func (s *Server) Transport() *http.Transport {
	addr := s.Addr()
	t := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", addr)
		},
		MaxIdleConnsPerHost: 64,
		MaxIdleConns:        256,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.transports = append(s.transports, t)
	return t
}

// Close stops listening, waits up to 2 s for running requests, and then closes their connections. It may be called more than
// once.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	transports := s.transports
	s.mu.Unlock()
	for _, t := range transports {
		t.CloseIdleConnections()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	for _, t := range transports {
		t.CloseIdleConnections()
	}
	<-s.done
}
