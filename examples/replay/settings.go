package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/examples/replay/replay"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/function"
)

type settings struct {
	job                                        replay.Job
	file, bucket, prefix, region, function, ns string
	async, count                               bool
	program                                    []string
}

const usage = `usage: replay (-file FILE | -bucket NAME-APPID) (-function NAME | PROGRAM ARG...) [flag...]

Flags go before PROGRAM, which is run for each event and reads it from standard input, as programs with scf/function do on a laptop.
Keys come from TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and TENCENTCLOUD_TOKEN.

`

func settingsFrom(args []string, out io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("replay", flag.ContinueOnError)
	f.SetOutput(out)
	f.Usage = func() { fmt.Fprint(out, usage); f.PrintDefaults() }
	f.StringVar(&s.file, "file", "", "take events or dead letters from this file, one on each line")
	f.StringVar(&s.bucket, "bucket", "", "make an event of each object of this bucket")
	f.StringVar(&s.prefix, "prefix", "", "of the bucket, only keys with this prefix")
	f.BoolVar(&s.count, "count", true, "count the bucket's objects first, so that the bar knows how many are left")
	f.StringVar(&s.region, "region", "ap-guangzhou", "region of bucket and function")
	f.StringVar(&s.function, "function", "", "invoke this function")
	f.StringVar(&s.ns, "namespace", "default", "namespace of the function")
	f.BoolVar(&s.async, "async", false, "queue events at the function, without waiting for what becomes of them")
	f.IntVar(&s.job.Workers, "workers", 4, "how many events at a time")
	f.Float64Var(&s.job.Rate, "rate", 0, "how many events a second at most; 0 for no limit")
	f.IntVar(&s.job.Attempts, "attempts", 3, "how often an event is tried")
	f.DurationVar(&s.job.Pause, "pause", time.Second, "before the second attempt; doubled before each further one")
	f.StringVar(&s.job.Checkpoint, "checkpoint", "replay.checkpoint", "file that remembers what is done; with it a run that was stopped goes on")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	s.program = f.Args()
	switch {
	case (s.file == "") == (s.bucket == ""):
		return s, errors.New("give one of -file and -bucket")
	case (s.function == "") == (len(s.program) == 0):
		return s, errors.New("give one of -function and a program")
	case s.job.Workers < 1 || s.job.Workers > 1000 || s.job.Rate < 0 || s.job.Attempts < 1 || s.job.Pause < 0:
		return s, errors.New("-workers goes from 1 to 1000, -attempts from 1, -rate and -pause from 0")
	}
	return s, nil
}

func (s settings) source(getenv func(string) string) (replay.Source, error) {
	if s.file != "" {
		return replay.File{Path: s.file}, nil
	}
	b, err := event.ParseBucket(s.bucket, s.region)
	if err != nil {
		return nil, err
	}
	cred, err := credential(getenv)
	if err != nil {
		return nil, err
	}
	client := cos.NewClient(b, cos.FromSDK(cred), cos.WithEndpoint(getenv(cos.EndpointVariable)))
	return replay.Bucket{Bucket: b, Prefix: s.prefix, Client: client, Count: s.count, Function: event.Target{Namespace: s.ns, Name: s.function}}, nil
}

func (s settings) target(getenv func(string) string) (function.Handler, string, error) {
	if s.function == "" {
		return program(s.program), s.program[0], nil
	}
	cred, err := credential(getenv)
	if err != nil {
		return nil, "", err
	}
	opts := []scf.Option{scf.WithNamespace(s.ns)}
	if endpoint := getenv(cos.EndpointVariable); endpoint != "" {
		opts = append(opts, scf.WithEndpoint(endpoint))
	}
	client, err := scf.New(cred, s.region, opts...)
	if err != nil {
		return nil, "", err
	}
	return deployed{client, s.function, s.async}, s.region + "/" + s.ns + "/" + s.function, nil
}

func credential(getenv func(string) string) (*common.Credential, error) {
	id, key := getenv("TENCENTCLOUD_SECRET_ID"), getenv("TENCENTCLOUD_SECRET_KEY")
	if id == "" || key == "" {
		return nil, errors.New("TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY must hold an API key")
	}
	return common.NewTokenCredential(id, key, getenv("TENCENTCLOUD_TOKEN")), nil
}
