package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"time"

	"github.com/cosevent/cosevent-go/scf"
)

// deployed is a function in the cloud.
type deployed struct {
	client *scf.Client
	name   string
	async  bool
}

func (d deployed) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if d.async {
		_, err := d.client.InvokeAsync(ctx, d.name, payload)
		return nil, err
	}
	result, err := d.client.Invoke(ctx, d.name, payload)
	if result == nil {
		return nil, err
	}
	return result.Payload, err
}

// program is a command that reads one event from its standard input.
type program []string

func (p program) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p[0], p[1:]...)
	cmd.WaitDelay = 5 * time.Second
	var said tail
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(payload), &said, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", p[0], err, bytes.TrimSpace(said))
	}
	return nil, nil
}

// tail keeps the end of what a program says.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	const most = 1 << 10
	*t = append(*t, p[max(0, len(p)-most):]...)
	*t = (*t)[max(0, len(*t)-most):]
	return len(p), nil
}
