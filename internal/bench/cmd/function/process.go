package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cosevent/cosevent-go/internal/bench/programs/gobwire"
	"github.com/cosevent/cosevent-go/internal/bench/programs/seen"
)

// way is how a program gets its events.
type way int

const (
	overRPC way = iota
	overHTTP
)

func (p *program) ways() (w []way) {
	if p.go1 {
		w = append(w, overRPC)
	}
	if p.custom != noAPI {
		w = append(w, overHTTP)
	}
	return w
}

// suffix tells the ways of a program apart that has two.
func (w way) suffix(p *program) string {
	switch {
	case len(p.ways()) < 2:
		return ""
	case w == overRPC:
		return " (Go1)"
	}
	return " (Custom)"
}

func (p *program) build(ctx context.Context, dir string) error {
	p.path = filepath.Join(dir, p.pkg+p.tags)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", p.tags, "-o", p.path,
		"github.com/cosevent/cosevent-go/internal/bench/programs/"+p.pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// process is a program that runs.
type process struct {
	p    *program
	cmd  *exec.Cmd
	out  *bufio.Reader
	rpc  *rpc.Client
	conn net.Conn
	api  *platform
}

// start returns when the program can take an event.
func (p *program) start(ctx context.Context, w way) (*process, error) {
	c := &process{p: p, cmd: exec.CommandContext(ctx, p.path)}
	c.cmd.Stderr = os.Stderr
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(stdout)
	var addr string
	if w == overRPC {
		if addr, err = freeAddr(); err != nil {
			return nil, err
		}
		_, port, _ := net.SplitHostPort(addr)
		c.cmd.Env = []string{"_LAMBDA_SERVER_PORT=" + port, "COSEVENT_HOST=127.0.0.1"}
	} else {
		if c.api, err = newPlatform(p.custom); err != nil {
			return nil, err
		}
		c.cmd.Env = c.api.env()
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	if w == overRPC {
		err = c.dial(addr)
	} else {
		err = c.api.wait()
	}
	if err != nil {
		c.kill()
		return nil, fmt.Errorf("%s does not get ready: %w", p.name, err)
	}
	return c, nil
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (c *process) dial(addr string) (err error) {
	// The runtime's own Sleep may take a millisecond for less, too coarse for what is measured here.
	pause := syscall.NsecToTimespec(int64(20 * time.Microsecond))
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); _ = syscall.Nanosleep(&pause, nil) {
		if c.conn, err = net.Dial("tcp", addr); err == nil {
			c.rpc = rpc.NewClient(c.conn)
			return nil
		}
	}
	return err
}

func (c *process) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	if c.rpc != nil {
		_ = c.rpc.Close()
	}
	if c.api != nil {
		c.api.close()
	}
}

var deadline = gobwire.Timestamp{Seconds: time.Now().Add(24 * time.Hour).Unix()}

// call hands over one event and waits for the answer.
func (c *process) call(body []byte) error {
	if c.api != nil {
		return c.api.call(body)
	}
	var resp gobwire.Response
	err := c.rpc.Call("Function.Invoke", gobwire.Request{
		Payload: body, RequestId: "2c5a1a6e-0000-4000-8000-000000000001", Deadline: deadline, Namespace: "default",
		FunctionName: "thumbnail", FunctionVersion: "$LATEST", MemoryLimitInMb: 128, TimeLimitInMs: 3000,
		Environment:        `{"SCF_NAMESPACE":"default","TENCENTCLOUD_REGION":"ap-guangzhou"}`,
		TencentcloudRegion: "ap-guangzhou", TencentcloudAppID: "1250000000", TencentcloudUin: "100000000001",
	}, &resp)
	if err == nil && resp.Error != nil {
		err = errors.New(resp.Error.Message)
	}
	return err
}

// resident is the resident memory in MB.
func (c *process) resident() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			return kb / 1024, err
		}
	}
	return 0, errors.New("no VmRSS")
}

// allocations asks the program itself, before and after many events.
func (c *process) allocations(body []byte) (float64, error) {
	const n = 500
	count := func() (float64, error) {
		if err := c.call(payload(1, seen.Stats)); err != nil {
			return 0, err
		}
		line, err := c.out.ReadString('\n')
		if err != nil {
			return 0, err
		}
		f := strings.Fields(line) // "mallocs", the count, and what keeps the handler's work from being nothing
		if len(f) != 3 {
			return 0, errors.New("the program does not tell its allocations: " + line)
		}
		return strconv.ParseFloat(f[1], 64)
	}
	before, err := count()
	if err != nil {
		return 0, err
	}
	for range n {
		if err := c.call(body); err != nil {
			return 0, err
		}
	}
	after, err := count()
	return (after - before) / n, err
}
