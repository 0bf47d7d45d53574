package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// settings are what the user asked for.
type settings struct {
	cloud               bool
	bucket              event.Bucket // images without versions; a second bucket, with versions, is named after it
	role                string
	logset, topic       string
	secretID, secretKey string
	token               string
	timeout             time.Duration
	pictures            string

	// What the tour makes. In the cloud the names are of this run alone, so that nothing of the user's is touched.
	function       string
	source, target string // prefixes of images and thumbnails
	versions       event.Bucket
}

// name chooses the names of what the tour makes.
func (s *settings) name() {
	s.function, s.source, s.target = "cosevent-quickstart", "images/", "thumbs/"
	s.versions = s.bucket
	if !s.cloud {
		s.versions.Name += "-versions"
		s.role = cmp.Or(s.role, "thumbnail-role") // without a role the fake, too, gives a function no credentials
		return
	}
	run := strings.ToLower(rand.Text()[:8])
	s.function += "-" + run
	s.source, s.target = "cosevent-quickstart/"+run+"/images/", "cosevent-quickstart/"+run+"/thumbs/"
	s.versions.Name += "-" + run
}

func parse(args []string, getenv func(string) string, stderr io.Writer) (*settings, error) {
	s := &settings{
		secretID:  getenv("TENCENTCLOUD_SECRET_ID"),
		secretKey: getenv("TENCENTCLOUD_SECRET_KEY"),
		token:     getenv("TENCENTCLOUD_TOKEN"),
	}
	fs := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.BoolVar(&s.cloud, "cloud", false, "use the real cloud and your account (TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY); costs apply")
	region := fs.String("region", "ap-guangzhou", "region of the buckets and the function")
	bucket := fs.String("bucket", "photos-1250000000", "bucket, with its APPID; made, and removed afterwards, if it does not exist")
	fs.StringVar(&s.role, "role", "", "execution role of the function, which lets it read and write objects (with -cloud)")
	fs.StringVar(&s.logset, "logset", "", "CLS logset of the function's log (with -cloud)")
	fs.StringVar(&s.topic, "topic", "", "CLS topic of the function's log (with -cloud)")
	fs.DurationVar(&s.timeout, "timeout", 5*time.Minute, "give up after this time")
	fs.StringVar(&s.pictures, "pictures", "", "draw the thumbnails and a trace of the events into this directory")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	var faults []error
	if fs.NArg() > 0 {
		faults = append(faults, fmt.Errorf("unexpected argument %q: only flags are taken, see -h", fs.Arg(0)))
	}
	var err error
	if s.bucket, err = event.ParseBucket(*bucket, *region); err != nil {
		faults = append(faults, fmt.Errorf("-bucket: %w", err))
	}
	if s.timeout <= 0 {
		faults = append(faults, fmt.Errorf("-timeout is %v: want a positive duration", s.timeout))
	}
	s.name()
	if _, err := event.ParseBucket(s.versions.ID(), *region); err != nil && len(faults) == 0 {
		faults = append(faults, fmt.Errorf("-bucket: the second bucket is named after it: %w", err))
	}
	if s.cloud {
		faults = append(faults, s.checkCloud()...)
	}
	return s, errors.Join(faults...)
}

// checkCloud finds what the cloud needs and the fakes do not.
func (s *settings) checkCloud() []error {
	var faults []error
	if s.secretID == "" {
		faults = append(faults, errors.New("TENCENTCLOUD_SECRET_ID is not set: -cloud needs the SecretId of an API key"))
	}
	if s.secretKey == "" {
		faults = append(faults, errors.New("TENCENTCLOUD_SECRET_KEY is not set: -cloud needs the SecretKey of an API key"))
	}
	if s.role == "" {
		faults = append(faults, errors.New("-role is not set: without an execution role the function may not touch the bucket"))
	}
	if (s.logset == "") != (s.topic == "") {
		faults = append(faults, fmt.Errorf("-logset is %q and -topic is %q: give both or neither", s.logset, s.topic))
	}
	return faults
}
