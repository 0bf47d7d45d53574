package costest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

// Everything that takes more than one lock, at once: it ends, and the server still works.
func TestLocks(t *testing.T) {
	for name, opts := range map[string][]costest.Option{"memory": nil, "directory": {costest.Dir(t.TempDir())}} {
		t.Run(name, func(t *testing.T) {
			s, c, _ := newServer(t, append(opts, costest.WithoutListener())...)
			require.NoError(t, s.CreateBucket(backup, costest.Versioned()))
			cb := s.Client(backup)
			_, err := c.Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Enabled"})
			require.NoError(t, err)
			to := func(b event.Bucket) *cossdk.PutBucketReplicationOptions {
				return &cossdk.PutBucketReplicationOptions{Rule: []cossdk.BucketReplicationRule{{Status: "Enabled",
					Destination: &cossdk.ReplicationDestination{Bucket: "qcs::cos:" + b.Region + "::" + b.ID()}}}}
			}
			s.OnChange(func(c costest.Change) { // which may call the server
				_, _ = s.List(c.Bucket, c.Key)
			})
			var wg sync.WaitGroup
			each := func(f func(i int) error) {
				wg.Go(func() {
					for i := range 40 {
						if err := f(i); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			each(func(int) error { _, err := c.Bucket.PutBucketReplication(ctx, to(backup)); return err })
			each(func(int) error { _, err := cb.Bucket.PutBucketReplication(ctx, to(photos)); return err })
			each(func(i int) error {
				_, err := c.Object.Put(ctx, fmt.Sprint("k", i), strings.NewReader("x"), nil)
				return err
			})
			each(func(i int) error { _, err := cb.Object.Delete(ctx, fmt.Sprint("k", i)); return err })
			each(func(int) error { _, _, err := c.Service.Get(ctx); return err })
			each(func(int) error {
				if s.Snapshot() == nil {
					return fmt.Errorf("no snapshot")
				}
				return nil
			})
			each(func(int) error {
				b := event.Bucket{Name: "short", AppID: "1250000000", Region: "ap-beijing"}
				if err := s.CreateBucket(b); err != nil {
					return err
				}
				if _, _, err := s.Client(b).Object.InitiateMultipartUpload(ctx, "k", nil); err != nil {
					return err
				}
				return s.DeleteBucket(b)
			})
			each(func(int) error {
				init, _, err := c.Object.InitiateMultipartUpload(ctx, "big", nil)
				if err != nil {
					return err
				}
				p, err := c.Object.UploadPart(ctx, "big", init.UploadID, 1, strings.NewReader("x"), nil)
				if err != nil {
					return err
				}
				_, _, err = c.Object.CompleteMultipartUpload(ctx, "big", init.UploadID, &cossdk.CompleteMultipartUploadOptions{
					Parts: []cossdk.Object{{PartNumber: 1, ETag: p.Header.Get("ETag")}}})
				return err
			})
			wg.Wait()
			put(t, c, "after", "x")
			list, err := s.ListVersions(photos, "big")
			require.NoError(t, err)
			assert.GreaterOrEqual(t, len(list), 40)
		})
	}
}
