package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// world is where the tour takes place: the fakes or the cloud. Both are spoken to with the same clients.
type world struct {
	*settings
	functions *scf.Client
	triggers  *trigger.Client
	bucket    func(event.Bucket) *cossdk.Client
	http      *http.Client // for the form upload
	scheme    string
	where     string
	close     func()
}

// open makes the clients, and in the cloud asks whether the tour can take place; it makes nothing there.
func open(ctx context.Context, s *settings) (*world, error) {
	if !s.cloud {
		return openFakes(s)
	}
	cred := cos.StaticCredentials(s.secretID, s.secretKey, s.token)
	functions, err := scf.New(common.NewTokenCredential(s.secretID, s.secretKey, s.token), s.bucket.Region)
	if err != nil {
		return nil, err
	}
	w := &world{
		settings:  s,
		functions: functions,
		triggers:  trigger.New(functions),
		bucket:    func(b event.Bucket) *cossdk.Client { return cos.NewClient(b, cred) },
		http:      http.DefaultClient,
		scheme:    "https",
		where:     "in the cloud, region " + s.bucket.Region,
		close:     func() {},
	}
	return w, w.checkBucket(ctx)
}

func openFakes(s *settings) (*world, error) {
	cloud, err := triggertest.Start(triggertest.AppID(s.bucket.AppID))
	if err != nil {
		return nil, err
	}
	s.secretID, s.secretKey = cloud.Credentials()
	s.token = ""
	proxy, err := url.Parse(cloud.Proxy())
	if err != nil {
		cloud.Close()
		return nil, err
	}
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	return &world{
		settings:  s,
		functions: cloud.SCF(s.bucket.Region),
		triggers:  cloud.Triggers(s.bucket.Region),
		bucket:    cloud.COS,
		http:      &http.Client{Transport: transport},
		scheme:    "http",
		where:     "on the fakes at " + cloud.URL(),
		close: func() {
			transport.CloseIdleConnections()
			cloud.Close()
		},
	}, nil
}

// checkBucket refuses a bucket that exists in another region: its events never reach a function here.
func (w *world) checkBucket(ctx context.Context) error {
	b := w.settings.bucket
	region, err := w.region(ctx, b)
	if err != nil {
		return err
	}
	if region != "" && region != b.Region {
		return fmt.Errorf("bucket %s is in region %s, not in %s: a function and its bucket share a region, so give -region %s", b.ID(), region, b.Region, region)
	}
	return nil
}

// region returns where a bucket of this account is; it is empty if there is no such bucket.
func (w *world) region(ctx context.Context, b event.Bucket) (string, error) {
	list, _, err := w.bucket(b).Service.Get(ctx)
	if err != nil {
		return "", fmt.Errorf("list the buckets of the account: %w", err)
	}
	for _, have := range list.Buckets {
		if strings.EqualFold(have.Name, b.ID()) {
			return have.Region, nil
		}
	}
	return "", nil
}
