package scftest

import (
	"context"
	"sync"
	"time"
)

// pool is a version's instances. They share their slots with those of all other versions.
type pool struct {
	s *Server
	v *version

	retired bool // guarded by slots.mu: instances end instead of waiting for work
}

func (s *Server) newPool(v *version) *pool { return &pool{s: s, v: v} }

// slots bounds the function processes that live at once, and keeps the idle ones.
type slots struct {
	mu      sync.Mutex
	free    int
	idle    []*instance // the longest idle first
	waiters []*waiter
	closed  bool
	live    map[*instance]struct{}
}

// waiter wants an instance of its pool, or a slot for a new one.
type waiter struct {
	p  *pool
	ch chan *instance // nil is sent for a slot
}

func newSlots(n int) *slots { return &slots{free: n, live: map[*instance]struct{}{}} }

// get returns a warm instance, or nil with a slot to start one in. An error means that ctx ended first.
func (sl *slots) get(ctx context.Context, p *pool) (*instance, error) {
	sl.mu.Lock()
	for i := len(sl.idle) - 1; i >= 0; i-- {
		if in := sl.idle[i]; in.pool == p {
			sl.idle = append(sl.idle[:i], sl.idle[i+1:]...)
			sl.mu.Unlock()
			in.reap.Stop()
			return in, nil
		}
	}
	if sl.closed {
		sl.mu.Unlock()
		return nil, ErrClosed
	}
	if sl.free > 0 {
		sl.free--
		sl.mu.Unlock()
		return nil, nil
	}
	if len(sl.idle) > 0 { // another function's: it makes room
		in := sl.idle[0]
		sl.idle = sl.idle[1:]
		sl.mu.Unlock()
		in.reap.Stop()
		in.stop()
		return nil, nil
	}
	w := &waiter{p: p, ch: make(chan *instance, 1)}
	sl.waiters = append(sl.waiters, w)
	sl.mu.Unlock()
	select {
	case in := <-w.ch:
		return in, nil
	case <-ctx.Done():
	}
	sl.mu.Lock()
	for i, o := range sl.waiters {
		if o == w {
			sl.waiters = append(sl.waiters[:i], sl.waiters[i+1:]...)
			sl.mu.Unlock()
			return nil, ctx.Err()
		}
	}
	sl.mu.Unlock()
	if in := <-w.ch; in != nil { // it came at the last moment
		p.s.put(in)
	} else {
		sl.release()
	}
	return nil, ctx.Err()
}

// release gives back the slot of an instance that is gone.
func (sl *slots) release() {
	sl.mu.Lock()
	defer sl.mu.Unlock()
	if len(sl.waiters) > 0 {
		w := sl.waiters[0]
		sl.waiters = sl.waiters[1:]
		w.ch <- nil
		return
	}
	sl.free++
}

// put takes a healthy instance back after its work.
func (s *Server) put(in *instance) {
	sl := s.slots
	sl.mu.Lock()
	for i, w := range sl.waiters {
		if w.p == in.pool && !in.pool.retired {
			sl.waiters = append(sl.waiters[:i], sl.waiters[i+1:]...)
			sl.mu.Unlock()
			w.ch <- in
			return
		}
	}
	if in.pool.retired || sl.closed || len(sl.waiters) > 0 {
		sl.mu.Unlock()
		in.stop()
		sl.release()
		return
	}
	in.reap = s.clock.AfterFunc(s.cfg.idle, func() { s.reapIdle(in) })
	sl.idle = append(sl.idle, in)
	sl.mu.Unlock()
}

// reapIdle ends an instance that was idle for too long. It runs on the clock: what blocks goes elsewhere.
func (s *Server) reapIdle(in *instance) {
	sl := s.slots
	sl.mu.Lock()
	found := false
	for i, o := range sl.idle {
		if o == in {
			sl.idle = append(sl.idle[:i], sl.idle[i+1:]...)
			found = true
			break
		}
	}
	sl.mu.Unlock()
	if !found {
		return
	}
	s.background(func() {
		in.stop()
		sl.release()
	})
}

// background runs f in a goroutine that Close and Settle wait for.
func (s *Server) background(f func()) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		f()
		return
	}
	s.goBusy(f)
	s.mu.Unlock()
}

// goBusy is background for callers that hold the lock of a server that is open.
func (s *Server) goBusy(f func()) {
	s.busy++
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		f()
		s.mu.Lock()
		s.leave()
		s.mu.Unlock()
	}()
}

// retire ends the idle instances of p, and lets those at work end when they are done.
func (p *pool) retire() {
	sl := p.s.slots
	sl.mu.Lock()
	p.retired = true
	var mine []*instance
	rest := sl.idle[:0]
	for _, in := range sl.idle {
		if in.pool == p {
			mine = append(mine, in)
			continue
		}
		rest = append(rest, in)
	}
	clear(sl.idle[len(rest):])
	sl.idle = rest
	sl.mu.Unlock()
	for _, in := range mine {
		in.reap.Stop()
		in.stop()
		sl.release()
	}
}

// retireLater retires a pool in the background, and removes its unpacked code if no version has it any more. Server.mu is held.
func (s *Server) retireLater(p *pool, c *code) {
	if s.closed {
		return
	}
	used := false
	for _, o := range s.allPools() {
		used = used || o.v.code == c
	}
	s.goBusy(func() {
		p.retire()
		if !used {
			c.forsake()
		}
	})
}

// close lets no further instance start, and ends those that live.
func (sl *slots) close() {
	sl.mu.Lock()
	sl.closed = true
	sl.idle = nil
	var all []*instance
	for in := range sl.live {
		all = append(all, in)
	}
	sl.mu.Unlock()
	for _, in := range all {
		in.stop()
	}
}

// Instances returns how many function processes live now.
func (s *Server) Instances() int {
	s.slots.mu.Lock()
	defer s.slots.mu.Unlock()
	return len(s.slots.live)
}

// run executes one invocation in a process.
func (p *pool) run(ctx context.Context, inv *invocation) result {
	switch inv.cfg.runtime {
	case runtimeGo, runtimeCustom:
	case runtimeImage:
		return failed(statusNoImage, -1, "PullImageFailed: this fake runs no images; give the function a handler with Handle")
	default:
		return failed(statusInit, -1, "ContainerInitError: this fake runs Go1 and CustomRuntime, not %s; give the function a handler with Handle", inv.cfg.runtime)
	}
	sl := p.s.slots
	for {
		in, err := sl.get(ctx, p)
		if err != nil {
			return canceled()
		}
		cold := in == nil
		var init *initReport
		if cold {
			began := time.Now()
			var res result
			if in, res = p.start(ctx, inv); in == nil {
				sl.release()
				return res
			}
			init = &initReport{duration: time.Since(began), mem: in.proc.memory()}
		} else if in.dead() || in.stale(inv) {
			in.stop()
			sl.release()
			continue
		}
		res, healthy := in.invoke(ctx, inv)
		res.init = init
		if healthy {
			p.s.put(in)
		} else {
			in.stop()
			sl.release()
		}
		return res
	}
}
