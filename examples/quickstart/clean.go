package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
)

// clean removes what the tour made: the triggers, the function, the objects, and the buckets that were not there before. It goes on
// after a failure and returns all of them.
func (t *tour) clean(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	fmt.Fprintf(t.out, "\n== remove what was made\n")
	var faults []error
	if t.bound {
		plan, err := t.triggers.Plan(ctx, t.function, nil)
		if err == nil {
			err = t.triggers.Apply(ctx, plan)
		}
		faults = append(faults, wrap("remove the triggers", err))
	}
	if t.deployed {
		err := t.functions.Delete(ctx, t.function)
		if errors.Is(err, scf.ErrNotFound) {
			err = nil
		}
		faults = append(faults, wrap("delete function "+t.function, err))
	}
	for _, b := range t.buckets() {
		if !t.deployed && !slices.Contains(t.made, b) {
			continue // nothing was written, and the bucket may not be there
		}
		for _, prefix := range []string{t.source, t.target} {
			faults = append(faults, wrap("empty "+b.ID(), t.empty(ctx, b, prefix)))
		}
	}
	for _, b := range t.made {
		_, err := t.bucket(b).Bucket.Delete(ctx)
		faults = append(faults, wrap("delete bucket "+b.ID(), err))
	}
	return errors.Join(faults...)
}

// empty deletes the objects, with all their versions, that the tour made under a prefix.
func (t *tour) empty(ctx context.Context, b event.Bucket, prefix string) error {
	client := t.bucket(b)
	opt := &cossdk.BucketGetObjectVersionsOptions{Prefix: prefix, MaxKeys: 1000}
	for {
		list, _, err := client.Bucket.GetObjectVersions(ctx, opt)
		if err != nil {
			return err
		}
		for _, v := range list.Version {
			if _, err := client.Object.Delete(ctx, v.Key, versionOf(v.VersionId)); err != nil {
				return err
			}
		}
		for _, m := range list.DeleteMarker {
			if _, err := client.Object.Delete(ctx, m.Key, versionOf(m.VersionId)); err != nil {
				return err
			}
		}
		if !list.IsTruncated {
			return nil
		}
		opt.KeyMarker, opt.VersionIdMarker = list.NextKeyMarker, list.NextVersionIdMarker
	}
}

func versionOf(id string) *cossdk.ObjectDeleteOptions {
	if id == "" || id == "null" {
		return nil
	}
	return &cossdk.ObjectDeleteOptions{VersionId: id}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
