package replay_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/examples/replay/replay"
)

func ExampleRun() {
	dir, err := os.MkdirTemp("", "replay")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "events.jsonl")
	text := string(eventtest.Sample(event.TypeObjectCreatedPut, eventtest.Key("in/cat.png"))) + "\n" +
		string(eventtest.Sample(event.TypeObjectRemoveDelete, eventtest.Key("in/dog.png"))) + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		panic(err)
	}

	mux := event.NewMux()
	mux.OnCreated(func(_ context.Context, e event.Event) error {
		fmt.Println("created", e.Common().Object.Key)
		return nil
	})
	mux.OnRemoved(func(_ context.Context, e event.Event) error {
		fmt.Println("removed", e.Common().Object.Key)
		return nil
	})
	job := replay.Job{Source: replay.File{Path: file}, Target: mux, Checkpoint: filepath.Join(dir, "checkpoint")}
	for range 2 { // the second run finds nothing left
		p, err := replay.Run(context.Background(), job)
		fmt.Println(p.Here, "replayed,", p.Done, "in all,", err)
	}
	// Output:
	// created in/cat.png
	// removed in/dog.png
	// 2 replayed, 2 in all, <nil>
	// 0 replayed, 2 in all, <nil>
}
