package function

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// A server accepts connections for the modes in which the platform dials.
type server struct {
	e     *engine
	conns sync.WaitGroup
}

// listenAndServe calls serve for each connection, in a goroutine of its own, until the process is to end. Reads fail from then
// on, so that serve answers the requests it has and returns.
func listenAndServe(e *engine, addr string, serve func(*engine, net.Conn)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("function: cannot listen: %w", err)
	}
	defer l.Close()
	defer context.AfterFunc(e.ending, func() { _ = l.Close() })()
	e.opt.onListen(l.Addr().String())
	e.opt.ready()
	s := &server{e: e}
	defer s.conns.Wait()
	for pause := time.Duration(0); ; {
		conn, err := l.Accept()
		if e.ending.Err() != nil {
			if conn != nil {
				_ = conn.Close()
			}
			return nil
		}
		if err != nil {
			// Usually the process has no file descriptors left, and running invocations will release some.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			e.log("cannot accept a connection: " + err.Error())
			select {
			case <-time.After(pause):
			case <-e.ending.Done():
			}
			continue
		}
		pause = 0
		s.conns.Add(1)
		go func() {
			defer s.conns.Done()
			s.handle(conn, serve)
		}()
	}
}

// handle serves one connection.
func (s *server) handle(conn net.Conn, serve func(*engine, net.Conn)) {
	defer conn.Close()
	// The end of the process stops reads; giving up stops writes too.
	defer context.AfterFunc(s.e.ending, func() { _ = conn.SetReadDeadline(longAgo) })()
	defer context.AfterFunc(s.e.abandoned, func() { _ = conn.Close() })()
	serve(s.e, conn)
	if s.e.ending.Err() != nil {
		linger(s.e, conn, endingTime)
	}
}

// endingTime is how long a peer may take to close its side when the process ends.
const endingTime = 250 * time.Millisecond

// linger waits for the peer to close first, for the given time at most: closing a socket with unread bytes in it makes the
// kernel drop what the peer has not received yet, which may be the report of a panic.
func linger(e *engine, conn net.Conn, patience time.Duration) {
	t, ok := conn.(*net.TCPConn)
	if !ok || t.CloseWrite() != nil {
		return
	}
	_ = t.SetReadDeadline(time.Now().Add(patience))
	if e.ending.Err() != nil { // the end of the process sets a deadline too, and may have done so just before
		_ = t.SetReadDeadline(time.Now().Add(min(patience, endingTime)))
	}
	_, _ = io.Copy(io.Discard, t)
}
