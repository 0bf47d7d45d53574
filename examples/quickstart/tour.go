package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/trigger"
)

const (
	handler = "github.com/cosevent/cosevent-go/examples/thumbnail" // the program that becomes the function
	edge    = 160                                                  // pixels of a thumbnail's longer side
)

// tour goes through the steps and remembers what there is to check and to remove.
type tour struct {
	*world
	out      io.Writer
	made     []event.Bucket // buckets that did not exist before
	marks    bool           // the first bucket has versions too
	deployed bool
	bound    bool
	expected []expectation
}

func (t *tour) walk(ctx context.Context) error {
	fmt.Fprintf(t.out, "A COS event notification, from a bucket write to a handled event, %s\n", t.where)
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"prepare two buckets", t.prepare},
		{"create a function", t.create},
		{"test the function with a sample event", t.test},
		{"bind triggers", t.bind},
		{"check that it works", t.check},
	} {
		start := time.Now()
		fmt.Fprintf(t.out, "\n== %s\n", step.name)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Fprintf(t.out, "   (%.1f s)\n", time.Since(start).Seconds())
	}
	return nil
}

// prepare makes the buckets that do not exist yet.
func (t *tour) prepare(ctx context.Context) error {
	for _, b := range t.buckets() {
		region, err := t.region(ctx, b)
		if err != nil {
			return err
		}
		if region != "" {
			fmt.Fprintf(t.out, "   %s exists\n", b.ID())
			continue
		}
		if _, err := t.bucket(b).Bucket.Put(ctx, nil); err != nil {
			return fmt.Errorf("create bucket %s: %w", b.ID(), err)
		}
		t.made = append(t.made, b)
		fmt.Fprintf(t.out, "   %s made\n", b.ID())
	}
	_, err := t.bucket(t.versions).Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Enabled"})
	if err != nil {
		return fmt.Errorf("turn on versions of %s: %w", t.versions.ID(), err)
	}
	versioning, _, err := t.bucket(t.settings.bucket).Bucket.GetVersioning(ctx)
	if err != nil {
		return fmt.Errorf("ask for versions of %s: %w", t.settings.bucket.ID(), err)
	}
	t.marks = versioning.Status != ""
	return nil
}

func (t *tour) buckets() []event.Bucket { return []event.Bucket{t.settings.bucket, t.versions} }

// create builds the handler program and makes a function of it.
func (t *tour) create(ctx context.Context) error {
	code, err := scf.BuildGo(ctx, handler)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "   built %s for linux/amd64: a zip of %.1f MB\n", handler, float64(code.Size())/1e6)
	t.deployed = true // from here on there may be something to remove
	f := scf.Function{
		Name:        t.function,
		Description: "cosevent quickstart: thumbnails of images",
		Code:        code,
		Memory:      256,
		Timeout:     30 * time.Second,
		Environment: map[string]string{
			"THUMBNAIL_SOURCE": t.source,
			"THUMBNAIL_TARGET": t.target,
			"THUMBNAIL_EDGE":   fmt.Sprint(edge),
		},
		Role: t.role,
	}
	if t.topic != "" {
		f.Log = &scf.Log{LogsetID: t.logset, TopicID: t.topic}
	}
	change, err := t.functions.DeployReport(ctx, f)
	if err != nil {
		return err
	}
	info, err := t.functions.Get(ctx, t.function)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "   function %s, now %s (runtime %s, %d MB, %v)\n", change, info.State, info.Runtime, info.Memory, info.Timeout)
	return nil
}

// test calls the function with an event as the console's test templates have it, for an image that is there.
func (t *tour) test(ctx context.Context) error {
	image, err := picture(640, 480, 1, false)
	if err != nil {
		return err
	}
	key := t.source + "sample.jpg"
	if err := t.put(ctx, t.settings.bucket, key, image); err != nil {
		return err
	}
	sample := eventtest.Payload(eventtest.Put(eventtest.Bucket(t.settings.bucket), eventtest.Key(key), eventtest.Size(int64(len(image)))))
	result, err := t.functions.Invoke(ctx, t.function, sample)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "   sample event %s for %s\n", event.TypeObjectCreatedPut, key)
	fmt.Fprintf(t.out, "   result %s, %v, %.1f MB, request %s\n", result.Payload, result.Duration.Round(100*time.Microsecond), float64(result.Memory)/1e6, result.RequestID)
	for line := range bytes.Lines([]byte(result.Log)) {
		fmt.Fprintf(t.out, "   | %s\n", bytes.TrimRight(line, "\n"))
	}
	return t.hasThumbnail(ctx, t.settings.bucket, key)
}

// bind plans and applies one trigger for created and one for removed images of each bucket.
func (t *tour) bind(ctx context.Context) error {
	var want []trigger.Trigger
	for _, b := range t.buckets() {
		for _, typ := range []event.Type{event.AnyObjectCreated, event.AnyObjectRemove} {
			want = append(want, trigger.Trigger{
				Function: t.function, Bucket: b, Event: typ, Prefix: t.source, Suffix: ".jpg",
			})
		}
	}
	plan, err := t.triggers.Plan(ctx, t.function, want)
	if err != nil {
		return err
	}
	for line := range bytes.Lines([]byte(plan.String())) {
		fmt.Fprintf(t.out, "   %s\n", bytes.TrimRight(line, "\n"))
	}
	t.bound = true
	return t.triggers.Apply(ctx, plan)
}

func (t *tour) put(ctx context.Context, b event.Bucket, key string, content []byte) error {
	_, err := t.bucket(b).Object.Put(ctx, key, bytes.NewReader(content), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{ContentType: "image/jpeg"},
	})
	if err != nil {
		return fmt.Errorf("put %s/%s: %w", b.ID(), key, err)
	}
	return nil
}
