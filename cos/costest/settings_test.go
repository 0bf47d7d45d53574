package costest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

func TestSettingsThereAndBack(t *testing.T) {
	_, c, rec := newServer(t)
	tags := []cossdk.BucketTaggingTag{{Key: "team", Value: "a&b"}}
	_, _, err := c.Bucket.GetTagging(ctx)
	assert.Equal(t, "NoSuchTagSet", code(err))
	_, err = c.Bucket.PutTagging(ctx, &cossdk.BucketPutTaggingOptions{TagSet: tags})
	require.NoError(t, err)
	gotTags, _, err := c.Bucket.GetTagging(ctx)
	require.NoError(t, err)
	assert.Equal(t, tags, gotTags.TagSet)
	_, err = c.Bucket.DeleteTagging(ctx)
	require.NoError(t, err)

	_, _, err = c.Bucket.GetLifecycle(ctx)
	assert.Equal(t, "NoSuchLifecycleConfiguration", code(err))
	_, err = c.Bucket.PutLifecycle(ctx, &cossdk.BucketPutLifecycleOptions{Rules: []cossdk.BucketLifecycleRule{
		{ID: "1", Status: "Enabled", Filter: &cossdk.BucketLifecycleFilter{Prefix: "tmp/"}, Expiration: &cossdk.BucketLifecycleExpiration{Days: 1}}}})
	require.NoError(t, err)
	life, _, err := c.Bucket.GetLifecycle(ctx)
	require.NoError(t, err)
	require.Len(t, life.Rules, 1)
	assert.Equal(t, 1, life.Rules[0].Expiration.Days)
	_, err = c.Bucket.PutLifecycle(ctx, &cossdk.BucketPutLifecycleOptions{Rules: []cossdk.BucketLifecycleRule{{ID: "1", Status: "On"}}})
	assert.Equal(t, "MalformedXML", code(err))
	_, err = c.Bucket.DeleteLifecycle(ctx)
	require.NoError(t, err)

	_, _, err = c.Bucket.GetPolicy(ctx)
	assert.Equal(t, "NoSuchBucketPolicy", code(err))
	policy := &cossdk.BucketPutPolicyOptions{Version: "2.0", Statement: []cossdk.BucketStatement{{Effect: "allow", Action: []string{"name/cos:GetObject"},
		Resource: []string{"qcs::cos:ap-guangzhou:uid/1250000000:photos-1250000000/*"}, Principal: map[string][]string{"qcs": {"qcs::cam::anyone:anyone"}}}}}
	_, err = c.Bucket.PutPolicy(ctx, policy)
	require.NoError(t, err)
	gotPolicy, _, err := c.Bucket.GetPolicy(ctx)
	require.NoError(t, err)
	assert.Equal(t, policy.Statement, gotPolicy.Statement)
	_, err = c.Bucket.PutPolicy(ctx, &cossdk.BucketPutPolicyOptions{})
	assert.Equal(t, "MalformedPolicy", code(err))
	_, err = c.Bucket.DeletePolicy(ctx)
	require.NoError(t, err)

	_, err = c.Bucket.PutWebsite(ctx, &cossdk.BucketPutWebsiteOptions{Index: "index.html"})
	require.NoError(t, err)
	site, _, err := c.Bucket.GetWebsite(ctx)
	require.NoError(t, err)
	assert.Equal(t, "index.html", site.Index)
	_, err = c.Bucket.DeleteWebsite(ctx)
	require.NoError(t, err)
	_, err = c.Bucket.PutEncryption(ctx, &cossdk.BucketPutEncryptionOptions{Rule: &cossdk.BucketEncryptionConfiguration{SSEAlgorithm: "AES256"}})
	require.NoError(t, err)
	enc, _, err := c.Bucket.GetEncryption(ctx)
	require.NoError(t, err)
	assert.Equal(t, "AES256", enc.Rule.SSEAlgorithm)
	_, err = c.Bucket.PutReferer(ctx, &cossdk.BucketPutRefererOptions{Status: "Enabled", RefererType: "White-List", DomainList: []string{"*.example.com"}})
	require.NoError(t, err)
	ref, _, err := c.Bucket.GetReferer(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{"*.example.com"}, ref.DomainList)
	v, _, err := c.Bucket.GetVersioning(ctx)
	require.NoError(t, err)
	assert.Empty(t, v.Status)
	_, err = c.Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Perhaps"})
	assert.Equal(t, "MalformedXML", code(err))
	_, err = c.Bucket.PutAccelerate(ctx, &cossdk.BucketPutAccelerateOptions{Status: "Enabled", Type: "COS"})
	require.NoError(t, err)
	acc, _, err := c.Bucket.GetAccelerate(ctx)
	require.NoError(t, err)
	assert.Equal(t, "Enabled", acc.Status)
	for _, id := range []string{"b", "a"} {
		_, err = c.Bucket.PutIntelligentTieringV2(ctx, &cossdk.BucketPutIntelligentTieringOptions{Id: id, Status: "Enabled"})
		require.NoError(t, err)
	}
	tiers, _, err := c.Bucket.ListIntelligentTiering(ctx)
	require.NoError(t, err)
	require.Len(t, tiers.Configurations, 2)
	assert.Equal(t, "a", tiers.Configurations[0].Id)
	_, err = c.Bucket.DeleteIntelligentTiering(ctx, "a")
	require.NoError(t, err)
	_, _, err = c.Bucket.GetIntelligentTieringV2(ctx, "a")
	assert.Equal(t, "NoSuchConfiguration", code(err))
	_, err = c.Bucket.PutInventory(ctx, "daily", &cossdk.BucketPutInventoryOptions{ID: "daily", IsEnabled: "true"})
	require.NoError(t, err)
	inv, _, err := c.Bucket.ListInventoryConfigurations(ctx, "")
	require.NoError(t, err)
	require.Len(t, inv.InventoryConfigurations, 1)
	meta, _, err := c.Bucket.GetMeta(ctx)
	require.NoError(t, err, "the client asks for every setting")
	assert.Equal(t, "ap-guangzhou", meta.Location)
	assert.Empty(t, rec.take(), "settings are no events")
}

func TestObjectTagging(t *testing.T) {
	s, c, rec := newServer(t)
	_, err := c.Object.Put(ctx, "k", strings.NewReader("x"), &cossdk.ObjectPutOptions{ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{
		XOptionHeader: &http.Header{"x-cos-tagging": {"a%20b=c%3D&d="}}}})
	require.NoError(t, err)
	got, _, err := c.Object.GetTagging(ctx, "k")
	require.NoError(t, err)
	assert.Equal(t, []cossdk.ObjectTaggingTag{{Key: "a b", Value: "c="}, {Key: "d"}}, got.TagSet)
	head, err := c.Object.Head(ctx, "k", nil)
	require.NoError(t, err)
	assert.Equal(t, "2", head.Header.Get("x-cos-tagging-count"))
	rec.take()
	_, err = c.Object.PutTagging(ctx, "k", &cossdk.ObjectPutTaggingOptions{TagSet: []cossdk.ObjectTaggingTag{{Key: "e", Value: "f"}}})
	require.NoError(t, err)
	o, err := s.Get(photos, "k")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"e": "f"}, o.Tags)
	_, err = c.Object.PutTagging(ctx, "k", &cossdk.ObjectPutTaggingOptions{TagSet: make([]cossdk.ObjectTaggingTag, 11)})
	assert.Equal(t, "InvalidTag", code(err))
	_, err = c.Object.DeleteTagging(ctx, "k")
	require.NoError(t, err)
	got, _, err = c.Object.GetTagging(ctx, "k")
	require.NoError(t, err)
	assert.Empty(t, got.TagSet)
	assert.Empty(t, rec.take(), "tagging is no event")
}

func TestReplication(t *testing.T) {
	s := costest.NewServer(t)
	require.NoError(t, s.CreateBucket(photos))
	require.NoError(t, s.CreateBucket(backup, costest.Versioned()))
	rec := record(s)
	c, cb := s.Client(photos), s.Client(backup)
	conf := &cossdk.PutBucketReplicationOptions{Role: "qcs::cam::uin/100001250000000:uin/100001250000000", Rule: []cossdk.BucketReplicationRule{{
		ID: "1", Status: "Enabled", Prefix: "in/", DeleteMarkerReplication: &cossdk.DeleteMarkerReplication{Status: "Enabled"},
		Destination: &cossdk.ReplicationDestination{Bucket: "qcs::cos:ap-shanghai::backup-1250000000", StorageClass: "Standard_IA"}}}}
	_, err := c.Bucket.PutBucketReplication(ctx, conf)
	assert.Equal(t, "BucketVersionNotOpen", code(err))
	_, err = c.Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Enabled"})
	require.NoError(t, err)
	_, err = c.Bucket.PutBucketReplication(ctx, conf)
	require.NoError(t, err)
	_, err = c.Bucket.PutVersioning(ctx, &cossdk.BucketPutVersionOptions{Status: "Suspended"})
	assert.Equal(t, "InvalidBucketState", code(err))

	put(t, c, "in/a", "x")
	put(t, c, "out/a", "x")
	got := rec.take()
	require.Len(t, got, 3)
	assert.Equal(t, event.TypeObjectCreatedPut, got[0].Type)
	assert.Equal(t, event.TypeObjectCreatedReplication, got[1].Type)
	assert.Equal(t, backup, got[1].Bucket)
	assert.Equal(t, "in/a", got[1].Key)
	assert.Equal(t, "STANDARD_IA", got[1].StorageClass)
	assert.NotEmpty(t, got[1].VersionID)
	head, err := c.Object.Head(ctx, "in/a", nil)
	require.NoError(t, err)
	assert.Equal(t, "Complete", head.Header.Get("x-cos-replication-status"))
	head, err = cb.Object.Head(ctx, "in/a", nil)
	require.NoError(t, err)
	assert.Equal(t, "Replica", head.Header.Get("x-cos-replication-status"))
	_, err = c.Object.Delete(ctx, "in/a")
	require.NoError(t, err)
	got = rec.take()
	require.Len(t, got, 2)
	assert.Equal(t, event.TypeObjectRemoveDeleteMarkerCreated, got[1].Type)
	assert.Equal(t, backup, got[1].Bucket)
	back := *conf
	back.Rule = []cossdk.BucketReplicationRule{{Status: "Enabled", Prefix: "in/", Destination: &cossdk.ReplicationDestination{Bucket: "qcs::cos:ap-guangzhou::photos-1250000000"}}}
	_, err = cb.Bucket.PutBucketReplication(ctx, &back)
	require.NoError(t, err)
	put(t, c, "in/b", "x")
	assert.Len(t, rec.take(), 2, "a replica goes no further")
	_, err = c.Bucket.DeleteBucketReplication(ctx)
	require.NoError(t, err)
	put(t, c, "in/c", "x")
	assert.Len(t, rec.take(), 1)
}

func TestListUploads(t *testing.T) {
	_, c, _ := newServer(t)
	for _, k := range []string{"b", "a/1", "a/2", "a/1"} {
		_, _, err := c.Object.InitiateMultipartUpload(ctx, k, nil)
		require.NoError(t, err)
	}
	all, _, err := c.Bucket.ListMultipartUploads(ctx, nil)
	require.NoError(t, err)
	require.Len(t, all.Uploads, 4)
	page, _, err := c.Bucket.ListMultipartUploads(ctx, &cossdk.ListMultipartUploadsOptions{MaxUploads: 1})
	require.NoError(t, err)
	assert.True(t, page.IsTruncated)
	rest, _, err := c.Bucket.ListMultipartUploads(ctx, &cossdk.ListMultipartUploadsOptions{KeyMarker: page.NextKeyMarker, UploadIDMarker: page.NextUploadIDMarker})
	require.NoError(t, err)
	assert.Equal(t, all.Uploads[1:], rest.Uploads)
	folded, _, err := c.Bucket.ListMultipartUploads(ctx, &cossdk.ListMultipartUploadsOptions{Delimiter: "/"})
	require.NoError(t, err)
	assert.Equal(t, []string{"a/"}, folded.CommonPrefixes)
	require.Len(t, folded.Uploads, 1)
	other, _, err := c.Object.ListUploads(ctx, &cossdk.ObjectListUploadsOptions{Delimiter: "/"})
	require.NoError(t, err)
	assert.Equal(t, []string{"a/"}, other.CommonPrefixes)
}

func TestLabels(t *testing.T) {
	s, c, _ := newServer(t)
	put(t, c, "cat.jpg", "x")
	none, _, err := c.CI.PicTag(ctx, "cat.jpg")
	require.NoError(t, err)
	assert.Empty(t, none.Labels)
	s.SetLabels(photos, "cat.jpg", costest.Label{Name: "cat", Confidence: 97, FirstCategory: "animal"})
	got, _, err := c.CI.PicTag(ctx, "cat.jpg")
	require.NoError(t, err)
	assert.Equal(t, []cossdk.PicTag{{Name: "cat", Confidence: 97}}, got.Labels)
	_, _, err = c.CI.PicTag(ctx, "none.jpg")
	assert.Equal(t, "NoSuchKey", code(err))
}
