package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

type settings struct {
	addr                string
	appID               string
	secretID, secretKey string
	buckets             []event.Bucket
	data                string
	clock               string
	log                 string
}

// parse reads the flags, and the environment for those not given.
func parse(args []string, lookup func(string) (string, bool), stderr io.Writer) (*settings, error) {
	s := &settings{}
	var names []string
	fs := flag.NewFlagSet("emulator", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&s.addr, "addr", "127.0.0.1:9000", "`host:port` to serve on")
	fs.StringVar(&s.appID, "appid", triggertest.DefaultAppID, "APPID that owns everything")
	fs.StringVar(&s.secretID, "secret-id", triggertest.DefaultSecretID, "SecretId that is accepted")
	fs.StringVar(&s.secretKey, "secret-key", triggertest.DefaultSecretKey, "SecretKey that is accepted")
	fs.Func("bucket", "bucket to make at the start, as `name@region`; may be repeated, in the environment separated by commas", func(v string) error {
		names = append(names, strings.Split(v, ",")...)
		return nil
	})
	fs.StringVar(&s.data, "data", "", "`directory` to keep objects in; without it they are in memory")
	fs.StringVar(&s.clock, "clock", "real", "`real`, or manual: time stands still but for /_cosevent/advance")
	fs.StringVar(&s.log, "log", "text", "form of the log: `text` or json")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if err := fromEnvironment(fs, lookup); err != nil {
		return nil, err
	}
	return s, s.check(fs.Args(), names)
}

// fromEnvironment sets the flags that were not given from the variables named after them.
func fromEnvironment(fs *flag.FlagSet, lookup func(string) (string, bool)) error {
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var faults []error
	fs.VisitAll(func(f *flag.Flag) {
		name := "COSEVENT_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		v, ok := lookup(name)
		if !ok || v == "" || given[f.Name] {
			return
		}
		if err := fs.Set(f.Name, v); err != nil {
			faults = append(faults, fmt.Errorf("%s is %q: %w", name, v, err))
		}
	})
	return errors.Join(faults...)
}

func (s *settings) check(rest, names []string) error {
	var faults []error
	if len(rest) > 0 {
		faults = append(faults, fmt.Errorf("unexpected argument %q: only flags are taken, see -h", rest[0]))
	}
	if s.clock != "real" && s.clock != "manual" {
		faults = append(faults, fmt.Errorf("-clock is %q: want real or manual", s.clock))
	}
	if s.log != "text" && s.log != "json" {
		faults = append(faults, fmt.Errorf("-log is %q: want text or json", s.log))
	}
	for _, name := range names {
		b, err := parseBucket(strings.TrimSpace(name), s.appID)
		if err != nil {
			faults = append(faults, fmt.Errorf("-bucket is %q: %w", name, err))
			continue
		}
		s.buckets = append(s.buckets, b)
	}
	return errors.Join(faults...)
}

// parseBucket takes "photos@ap-guangzhou", and "photos-1250000000@ap-guangzhou" too.
func parseBucket(v, appID string) (event.Bucket, error) {
	name, region, ok := strings.Cut(v, "@")
	if !ok {
		return event.Bucket{}, errors.New("want name@region, like photos@ap-guangzhou")
	}
	return event.ParseBucket(strings.TrimSuffix(name, "-"+appID)+"-"+appID, region)
}
