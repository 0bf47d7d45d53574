package scftest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/internal/clock"
)

// instance is a function process. One execution at a time uses it.
type instance struct {
	pool  *pool
	code  *code
	proc  *process
	rt    runtimeHost
	tmp   string
	creds issued
	reap  *clock.Timer
	first *userLog // what it printed before its first execution

	stopOnce sync.Once
}

// runtimeHost is the platform's side of a runtime protocol.
type runtimeHost interface {
	// ready waits until the runtime can take events.
	ready(ctx context.Context) error
	// send hands an event over; one reply comes on the channel.
	send(inv *invocation, env string, limit time.Duration) <-chan result
	// forget ends the wait for the reply of the last send.
	forget()
	close()
}

const memoryWatch = 10 * time.Millisecond

var errExited = errors.New("the process exited")

// start unpacks the code if need be, starts a process and waits until it is ready. Without an instance the result says why.
func (p *pool) start(ctx context.Context, inv *invocation) (*instance, result) {
	if !canRun {
		return nil, failed(statusInit, -1, "ContainerInitError: function processes run on Linux only; give the function a handler with Handle")
	}
	dir, err := p.s.unpack(inv.code)
	if err != nil {
		return nil, failed(statusInit, -1, "ContainerInitError: %v", err)
	}
	started := false
	defer func() {
		if !started {
			inv.code.leave()
		}
	}()
	path := filepath.Join(dir, filepath.FromSlash(inv.cfg.entry()))
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, failed(statusNoHandler, -1, "HandlerNotFound: %s", inv.cfg.entry())
	}
	in := &instance{pool: p, code: inv.code, first: &userLog{}}
	if in.tmp, err = p.s.tempDir("tmp-"); err != nil {
		return nil, failed(status500, -1, "InternalError: %v", err)
	}
	in.creds = p.s.credentials(inv)
	out, err := newOutput(in.first)
	if err != nil {
		return nil, failed(status500, -1, "InternalError: %v", err)
	}
	var vars [][2]string
	switch inv.cfg.runtime {
	case runtimeGo:
		_ = os.Chmod(path, 0o755) // archives made on Windows tell no modes
		in.rt, vars, err = newGoHost()
	default:
		in.rt, vars, err = newCustomHost(inv.cfg.handler)
	}
	if err != nil {
		out.close()
		return nil, failed(status500, -1, "InternalError: %v", err)
	}
	env := environ(append(p.s.processEnv(inv, dir, in.tmp, in.creds), vars...)...)
	in.proc, err = p.s.spawn.start(path, dir, env, inv.cfg.memory<<20, out)
	if err != nil {
		in.rt.close()
		out.close()
		_ = os.RemoveAll(in.tmp)
		// Not executable, made for another machine, or a script without its interpreter.
		return nil, failed(statusUserCode, -1, "UserCodeError: start %s: %v", inv.cfg.entry(), err)
	}
	started = true // from here on stop leaves the code
	sl := p.s.slots
	sl.mu.Lock()
	sl.live[in] = struct{}{}
	closed := sl.closed
	sl.mu.Unlock()
	if closed {
		in.stop()
		return nil, canceled()
	}
	limit := time.Duration(inv.cfg.initTimeout) * time.Second
	ready, cancel := context.WithTimeoutCause(ctx, limit, context.DeadlineExceeded)
	defer cancel()
	go func() {
		select {
		case <-in.proc.exited:
			cancel()
		case <-ready.Done():
		}
	}()
	err = in.rt.ready(ready)
	if err == nil {
		return in, result{}
	}
	exited := in.proc.dead()
	timedOut := errors.Is(ready.Err(), context.DeadlineExceeded)
	in.stop()
	inv.out.before(in.first.take())
	switch {
	case exited:
		return nil, failed(statusUserCode, -1, "UserCodeError: %s: %v during initialization", inv.cfg.entry(), in.proc.cmd.ProcessState)
	case timedOut:
		return nil, failed(statusTimeout, -1, "Initializing task timed out after %d seconds", inv.cfg.initTimeout)
	}
	return nil, canceled()
}

// invoke runs one event. healthy says whether the instance may take another.
func (in *instance) invoke(ctx context.Context, inv *invocation) (res result, healthy bool) {
	inv.out.before(in.first.take())
	in.proc.out.give(inv.out)
	limit := time.Duration(inv.cfg.timeout) * time.Second
	began := time.Now()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	watch := time.NewTicker(memoryWatch)
	defer watch.Stop()
	reply := in.rt.send(inv, in.pool.s.environmentJSON(inv), limit)
	most := inv.cfg.memory << 20
	var peak int64
wait:
	for {
		select {
		case res = <-reply:
			healthy = res.status == statusOK || res.status == statusUserError && !res.aborted
			if res.status == statusExit {
				res, healthy = in.gone(inv), false
			}
			break wait
		case <-in.proc.exited:
			select {
			case res = <-reply: // it answered, then left
				if res.status == statusExit {
					res = in.gone(inv)
				}
			default:
				res = in.gone(inv)
			}
			break wait
		case <-timer.C:
			res = inv.timeout()
			break wait
		case <-ctx.Done():
			in.wait(inv)
			res = canceled()
			break wait
		case <-watch.C:
			if m := in.proc.memory(); m > most {
				peak = m
				res = memoryExceeded(inv)
				break wait
			}
		}
	}
	in.rt.forget()
	if healthy {
		if peak = in.proc.memory(); peak > most {
			res, healthy = memoryExceeded(inv), false
		}
	}
	if healthy {
		in.proc.out.sync()
		in.proc.out.give(in.first) // what it prints between executions goes to the next
	} else {
		in.stop()
	}
	res.aborted = res.status == statusCanceled
	res.mem, res.duration = peak, time.Since(began)
	return res, healthy
}

// wait lets a process that is to end gracefully do so, five seconds at most.
func (in *instance) wait(inv *invocation) {
	s := in.pool.s
	s.mu.Lock()
	grace := inv.grace
	s.mu.Unlock()
	if !grace {
		return
	}
	in.proc.terminate()
	t := time.NewTimer(5 * time.Second)
	defer t.Stop()
	select {
	case <-in.proc.exited:
	case <-t.C:
	case <-s.ctx.Done():
	}
}

func memoryExceeded(inv *invocation) result {
	return failed(statusMemory, -1, "MemoryLimitReached: the process used more than %d MB", inv.cfg.memory)
}

// gone is the result of an execution whose process ended.
func (in *instance) gone(inv *invocation) result {
	select {
	case <-in.proc.exited:
	case <-time.After(time.Second): // it broke the connection and lives on
	}
	in.proc.end()
	if inv.out.has("runtime: out of memory", "Cannot allocate memory", "cannot allocate memory", "heap out of memory", "MemoryError") {
		return memoryExceeded(inv)
	}
	return failed(statusExit, -1, "User process exit when running")
}

func (in *instance) dead() bool { return in.proc.dead() }

// stale tells whether the instance's credentials would end before the execution does. Those of the Go1 runtime come with each event.
func (in *instance) stale(inv *invocation) bool {
	if in.creds.id == "" || inv.cfg.runtime == runtimeGo {
		return false
	}
	limit := time.Duration(inv.cfg.timeout) * time.Second
	return in.pool.s.clock.Now().Add(limit).After(in.creds.expires)
}

// stop kills the process with its group and removes its directory. It may be called more than once; each call waits.
func (in *instance) stop() {
	in.stopOnce.Do(func() {
		in.proc.end()
		in.rt.close()
		_ = os.RemoveAll(in.tmp)
		in.code.leave()
		sl := in.pool.s.slots
		sl.mu.Lock()
		delete(sl.live, in)
		sl.mu.Unlock()
	})
}
