package scftest

import (
	"errors"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// spawner starts all processes from one operating-system thread that lives as long as the server: the kernel ends a child
// when the thread that started it ends, so that no child survives this program, however it ends.
type spawner struct {
	jobs chan func()
	done chan struct{}
	once sync.Once
}

func newSpawner() *spawner {
	sp := &spawner{jobs: make(chan func()), done: make(chan struct{})}
	go func() {
		defer close(sp.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for f := range sp.jobs {
			f()
		}
	}()
	return sp
}

func (sp *spawner) close() {
	sp.once.Do(func() { close(sp.jobs) })
	<-sp.done
}

// process is a running child with its group.
type process struct {
	cmd    *exec.Cmd
	out    *output
	exited chan struct{} // closed when it is gone and waited for
	kill   sync.Once
}

// start starts a program. Its standard output and error go to out.
func (sp *spawner) start(path, dir string, env []string, memory int64, out *output) (*process, error) {
	var p *process
	var err error
	for try := 0; ; try++ {
		cmd := exec.Command(path)
		cmd.Dir, cmd.Env = dir, env
		cmd.Stdout, cmd.Stderr = out.w, out.w
		cmd.SysProcAttr = childAttributes()
		done := make(chan struct{})
		sp.jobs <- func() {
			defer close(done)
			if err = cmd.Start(); err == nil {
				limit(cmd.Process.Pid, memory)
			}
		}
		<-done
		if err == nil {
			p = &process{cmd: cmd, out: out, exited: make(chan struct{})}
			break
		}
		// A program forked elsewhere in this process at the moment the file was written still holds it open.
		if !errors.Is(err, syscall.ETXTBSY) || try == 50 {
			return nil, err
		}
		time.Sleep(2 * time.Millisecond)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.exited)
	}()
	return p, nil
}

// end kills the process with its group, and waits for it.
func (p *process) end() {
	p.kill.Do(func() { killGroup(p.cmd.Process.Pid) })
	<-p.exited
	killGroup(p.cmd.Process.Pid) // what it left behind
	p.out.close()
}

// terminate asks the process to end.
func (p *process) terminate() { _ = p.cmd.Process.Signal(syscall.SIGTERM) }

// dead reports whether the process is gone.
func (p *process) dead() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// memory returns the bytes the process and its children hold in memory; 0 where that cannot be told.
func (p *process) memory() int64 { return residentMemory(p.cmd.Process.Pid) }

// environ is the documented environment of an instance.
func environ(pairs ...[2]string) []string {
	out := make([]string, 0, len(pairs))
	for _, p := range pairs {
		out = append(out, p[0]+"="+p[1])
	}
	return out
}
