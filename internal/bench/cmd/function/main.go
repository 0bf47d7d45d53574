// Command function measures what a function costs: the size of its program, the time from exec until it can take an event,
// its memory while idle, and the time and allocations of an invocation. It measures this SDK beside aws-lambda-go, a stand-in
// for scf-go-lib, and floors that do the least of the kind, all in one run with the turns interleaved. Only ratios within
// one run mean anything.
//
//	go run ./cmd/function
//
// It runs on Linux and needs the go command. In the tables, "of" is the row's figure divided by that of the row it names.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"time"
)

// program is one thing that is measured.
type program struct {
	name   string
	pkg    string // folder under programs
	tags   string
	go1    bool // listens on _LAMBDA_SERVER_PORT
	calls  bool // answers calls there
	custom api  // asks for events over HTTP
	allocs bool // its handler tells allocations

	path string // of the binary
}

var programs = []*program{
	{name: "cosevent", pkg: "cosevent", go1: true, calls: true, custom: scfAPI, allocs: true},
	{name: "scf-go-lib stand-in", pkg: "scfrpc", go1: true, calls: true, allocs: true},
	{name: "aws-lambda-go", pkg: "awslambda", go1: true, calls: true, custom: awsAPI, allocs: true},
	{name: "aws-lambda-go norpc", pkg: "awslambda", tags: "lambda.norpc", custom: awsAPI, allocs: true},
	{name: "floor: bare listener", pkg: "floorlisten", go1: true},
	{name: "floor: raw gob", pkg: "floorgob", go1: true, calls: true},
	{name: "floor: raw HTTP", pkg: "floorhttp", custom: scfAPI},
}

func main() {
	var m measure
	flag.IntVar(&m.starts, "starts", 30, "starts of each program")
	flag.IntVar(&m.rounds, "rounds", 20, "turns of each program")
	flag.IntVar(&m.calls, "calls", 100, "invocations in a turn; a tenth of it with 100 records")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := m.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type measure struct {
	starts, rounds, calls int
}

func (m *measure) run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "cosevent-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, p := range programs {
		if err := p.build(ctx, dir); err != nil {
			return err
		}
	}
	fmt.Printf("%s %s/%s, %d CPUs\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	for _, step := range []func(context.Context) error{m.sizes, m.exec, m.idle, m.go1, m.custom} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (m *measure) sizes(context.Context) error {
	t := newTable("stripped binary, MB (aim: at most 3.0)", "scf-go-lib stand-in", "aws-lambda-go norpc")
	for _, p := range programs {
		st, err := os.Stat(p.path)
		if err != nil {
			return err
		}
		t.add(p.name, float64(st.Size())/1e6)
	}
	t.print()
	return nil
}

func (m *measure) exec(ctx context.Context) error {
	t := newTable(fmt.Sprintf("exec to ready, ms, median of %d starts (aim: at most 1.2 of the bare listener)", m.starts), "floor: bare listener", "scf-go-lib stand-in")
	for range m.starts {
		for _, i := range rand.Perm(len(programs)) { // what ran before must not always be the same
			p := programs[i]
			for _, way := range p.ways() {
				start := time.Now()
				c, err := p.start(ctx, way)
				if err != nil {
					return err
				}
				t.add(p.name+way.suffix(p), float64(time.Since(start).Microseconds())/1000)
				c.kill()
			}
		}
	}
	t.print()
	return nil
}

func (m *measure) idle(ctx context.Context) error {
	t := newTable("memory while idle after one event, resident MB", "floor: bare listener", "scf-go-lib stand-in")
	for range 3 {
		for _, p := range programs {
			for _, way := range p.ways() {
				c, err := p.start(ctx, way)
				if err != nil {
					return err
				}
				if p.calls || way == overHTTP {
					if err := c.call(payload(1)); err != nil {
						c.kill()
						return fmt.Errorf("%s: %w", p.name, err)
					}
				}
				mb, err := c.resident()
				c.kill()
				if err != nil {
					return err
				}
				t.add(p.name+way.suffix(p), mb)
			}
		}
	}
	t.print()
	return nil
}

func (m *measure) go1(ctx context.Context) error {
	return m.warm(ctx, overRPC, "Go1 runtime", map[int]string{
		1:   "(aim: at most 0.7 of scf-go-lib)",
		100: "(aim: at most 0.3 of scf-go-lib)",
	}, "scf-go-lib stand-in", "floor: raw gob")
}

func (m *measure) custom(ctx context.Context) error {
	return m.warm(ctx, overHTTP, "Custom Runtime", map[int]string{1: "(aim: at most 0.6 of aws-lambda-go)"}, "aws-lambda-go norpc", "floor: raw HTTP")
}

// warm lets all programs that can take events this way run at once, and gives them turns.
func (m *measure) warm(ctx context.Context, w way, title string, aims map[int]string, against ...string) error {
	var running []*process
	defer func() {
		for _, c := range running {
			c.kill()
		}
	}()
	for _, p := range programs {
		if w == overRPC && !p.calls || w == overHTTP && p.custom == noAPI {
			continue
		}
		c, err := p.start(ctx, w)
		if err != nil {
			return err
		}
		running = append(running, c)
	}
	for _, records := range []int{1, 100} {
		calls, body := m.calls, payload(records)
		if records > 1 {
			calls = max(1, calls/10)
		}
		t := newTable(fmt.Sprintf("%s, warm invoke, %d records, µs, median of %d %s", title, records, calls*m.rounds, aims[records]), against...)
		for round := -1; round < m.rounds; round++ { // the first turn warms up
			for _, c := range running {
				for range calls {
					start := time.Now()
					if err := c.call(body); err != nil {
						return fmt.Errorf("%s: %w", c.p.name, err)
					}
					if round >= 0 {
						t.add(c.p.name, float64(time.Since(start).Nanoseconds())/1000)
					}
				}
			}
		}
		t.print()
		a := newTable(fmt.Sprintf("%s, allocations of an invoke, %d records", title, records), against[0])
		for _, c := range running {
			if !c.p.allocs {
				continue
			}
			n, err := c.allocations(body)
			if err != nil {
				return err
			}
			a.add(c.p.name, n)
		}
		a.print()
	}
	return nil
}
