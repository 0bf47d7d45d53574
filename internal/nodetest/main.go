// Command nodetest runs the vendor's Node clients against the fakes: the COS client, the SCF client, and the deployment code of
// tencent-component-toolkit.
//
//	(cd internal/nodetest && npm ci)
//	go run ./internal/nodetest
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

const region = "ap-guangzhou"

func main() {
	dir := flag.String("dir", "", "where package.json is (default: here, or internal/nodetest)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "nodetest:", err)
		os.Exit(1)
	}
}

// run runs the scripts named, or all.
func run(ctx context.Context, dir string, scripts []string) error {
	dir, err := find(dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		return fmt.Errorf("the clients are not installed: (cd %s && npm ci)", dir)
	}
	if _, err := exec.LookPath("node"); err != nil {
		return err
	}
	if len(scripts) == 0 {
		scripts = []string{"cos.mjs", "scf.mjs", "toolkit.mjs"}
	}
	for _, script := range scripts {
		fmt.Printf("%s: ", script)
		start := time.Now()
		if err := one(ctx, dir, script); err != nil {
			return fmt.Errorf("%s: %w", script, err)
		}
		fmt.Printf("%s: %v\n", script, time.Since(start).Round(time.Millisecond))
	}
	return nil
}

func find(dir string) (string, error) {
	for _, d := range []string{dir, ".", "internal/nodetest"} {
		if d == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(d, "lib.mjs")); err == nil {
			return d, nil
		}
	}
	return "", errors.New("no lib.mjs here: run this from the repository's root, or name the directory with -dir")
}

// one runs a script against a cloud of its own.
func one(ctx context.Context, dir, script string) error {
	cloud, err := triggertest.Start()
	if err != nil {
		return err
	}
	defer cloud.Close()
	got := &keys{}
	mux := event.NewMux()
	mux.OnCreated(got.handle)
	mux.OnRemoved(got.handle)
	cloud.Handle("node", mux)
	cloud.Handle("echo", function.HandlerFunc(func(_ context.Context, payload []byte) ([]byte, error) {
		return payload, nil
	}))
	cloud.Handle("broken", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		return nil, errors.New("out of paper")
	}))
	cloud.CreateBucket(event.Bucket{Name: "nodeevents", AppID: cloud.AppID(), Region: region})

	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	id, key := cloud.Credentials()
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "NODETEST_URL="+cloud.URL(), "NODETEST_SECRET_ID="+id, "NODETEST_SECRET_KEY="+key,
		"NODETEST_APPID="+cloud.AppID(), "NODETEST_REGION="+region)
	if err := cmd.Run(); err != nil {
		return err
	}
	if err := cloud.Wait(ctx); err != nil {
		return err
	}
	return got.check(script)
}

// keys is what the function "node" was called for.
type keys struct {
	mu   sync.Mutex
	seen map[string]int
}

func (k *keys) handle(_ context.Context, e event.Event) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen == nil {
		k.seen = map[string]int{}
	}
	k.seen[string(e.EventType())+" "+e.Common().Object.Key]++
	return nil
}

// check compares with what a script did to the bucket while its triggers were bound.
func (k *keys) check(script string) error {
	want := map[string]map[string]int{
		"scf.mjs": {"cos:ObjectCreated:Put in/a b+中.txt": 1, "cos:ObjectRemove:Delete in/a b+中.txt": 1},
		"toolkit.mjs": {
			"cos:ObjectCreated:Put in/1.jpg": 1, "cos:ObjectCreated:CompleteMultipartUpload in/big.jpg": 1, "cos:ObjectCreated:Copy new/2.jpg": 1,
		},
	}[script]
	k.mu.Lock()
	defer k.mu.Unlock()
	if fmt.Sprint(k.seen) != fmt.Sprint(want) { // fmt prints maps in order
		return fmt.Errorf("the function was called for %v, wanted %v", k.seen, want)
	}
	return nil
}
