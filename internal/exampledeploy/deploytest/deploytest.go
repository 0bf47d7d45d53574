// Package deploytest deploys an example to the fakes as its deploy program does it in the cloud: built, zipped, and run as a
// process of its own under the real Go1 runtime protocol.
package deploytest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/exampledeploy"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// Bucket is the one that the examples are deployed for.
var Bucket = event.Bucket{Name: "photos", AppID: triggertest.DefaultAppID, Region: "ap-guangzhou"}

// Cloud is a cloud with an example in it.
type Cloud struct {
	*triggertest.Cloud
	tb testing.TB
}

// New makes a cloud with nothing in it but Bucket.
func New(tb testing.TB, opts ...costest.BucketOption) *Cloud {
	tb.Helper()
	c := &Cloud{triggertest.New(tb), tb}
	c.CreateBucket(Bucket, opts...)
	return c
}

// Deploy deploys an example to a new cloud. env is the environment of the deploy program beside keys and address.
func Deploy(tb testing.TB, e exampledeploy.Example, env map[string]string, opts ...costest.BucketOption) *Cloud {
	tb.Helper()
	c := New(tb, opts...)
	output, err := c.Run(e, env, "-bucket", Bucket.ID(), "-region", Bucket.Region, "-role", "example", "-deploy")
	require.NoError(tb, err, output)
	return c
}

// Run runs the deploy program with flags and returns what it wrote.
func (c *Cloud) Run(e exampledeploy.Example, env map[string]string, args ...string) (string, error) {
	id, key := c.Credentials()
	var out bytes.Buffer
	err := exampledeploy.Run(c.tb.Context(), e, args, func(name string) string {
		switch name {
		case "TENCENTCLOUD_SECRET_ID":
			return id
		case "TENCENTCLOUD_SECRET_KEY":
			return key
		case "COSEVENT_ENDPOINT":
			return c.URL()
		}
		return env[name]
	}, &out)
	return out.String(), err
}

// Put writes an object and waits until the function has handled all events.
func (c *Cloud) Put(key, content string) {
	c.tb.Helper()
	_, err := c.COS(Bucket).Object.Put(c.tb.Context(), key, bytes.NewReader([]byte(content)), nil)
	require.NoError(c.tb, err)
	c.Settle()
}

// Remove deletes an object and waits until the function has handled all events.
func (c *Cloud) Remove(key string) {
	c.tb.Helper()
	_, err := c.COS(Bucket).Object.Delete(c.tb.Context(), key)
	require.NoError(c.tb, err)
	c.Settle()
}

// Settle waits for every event and requires that those with a function were handled at the first attempt.
func (c *Cloud) Settle() {
	c.tb.Helper()
	ctx, cancel := context.WithTimeout(c.tb.Context(), time.Minute)
	defer cancel()
	require.NoError(c.tb, c.Wait(ctx))
	for _, d := range c.Deliveries() {
		if d.Function != "" {
			assert.Equal(c.tb, triggertest.Delivered, d.State, "%s", d)
			assert.Len(c.tb, d.Attempts, 1, "%s", d)
		}
	}
}

// Get returns the content of an object.
func (c *Cloud) Get(key string) string {
	c.tb.Helper()
	o, err := c.COSServer().Get(Bucket, key)
	require.NoError(c.tb, err, key)
	return string(o.Body)
}
