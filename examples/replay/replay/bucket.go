package replay

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
)

// Bucket is the objects that a bucket has, as events that say they were just put: for what was there before the trigger was.
type Bucket struct {
	Bucket   event.Bucket
	Prefix   string
	Client   *cossdk.Client
	Function event.Target // whom the events are for
	Count    bool         // list twice, first to know how many there are
}

// Name is the bucket's and the prefix.
func (s Bucket) Name() string { return s.Bucket.String() + "/" + s.Prefix }

// Total counts the objects, if Count is set.
func (s Bucket) Total(ctx context.Context) (int64, error) {
	if !s.Count {
		return -1, nil
	}
	n := int64(0)
	for page, err := range s.pages(ctx, "") {
		if err != nil {
			return 0, err
		}
		n += int64(len(page))
	}
	return n, nil
}

// Items yields an event for each object, in order of the keys; a position is a key. What is written while it runs may or may not be
// among them, but has an event of its own by the trigger.
func (s Bucket) Items(ctx context.Context, after string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for page, err := range s.pages(ctx, after) {
			if err != nil {
				yield(Item{}, err)
				return
			}
			for _, o := range page {
				payload, err := event.Encode(event.Notification{Records: []event.Record{s.record(o)}})
				if !yield(Item{Position: o.Key, Payload: payload, Size: 1, Err: err}, nil) {
					return
				}
			}
		}
	}
}

// pages yields the listing behind a key, 1,000 objects at a time, keys decoded.
func (s Bucket) pages(ctx context.Context, after string) iter.Seq2[[]cossdk.Object, error] {
	return func(yield func([]cossdk.Object, error) bool) {
		for {
			page, _, err := s.Client.Bucket.Get(ctx, &cossdk.BucketGetOptions{Prefix: s.Prefix, Marker: after, EncodingType: "url", MaxKeys: 1000})
			if err != nil {
				yield(nil, fmt.Errorf("list %s: %w", s.Name(), err))
				return
			}
			for i := range page.Contents {
				o := &page.Contents[i]
				if o.Key, err = cossdk.DecodeURIComponent(o.Key); err != nil {
					yield(nil, fmt.Errorf("list %s: key %q: %w", s.Name(), o.Key, err))
					return
				}
				after = o.Key
			}
			if !yield(page.Contents, nil) || !page.IsTruncated || len(page.Contents) == 0 {
				return
			}
		}
	}
}

// record is what the trigger would have sent.
func (s Bucket) record(o cossdk.Object) event.Record {
	var r event.Record
	b := s.Bucket
	path := strings.ReplaceAll(url.PathEscape(o.Key), "%2F", "/")
	r.COS = event.RecordCOS{
		Bucket:         event.RecordBucket{AppID: b.AppID, CosRegion: b.Region, Name: b.Name, Region: b.RegionCode(), S3Region: b.Region},
		NotificationID: "unkown", SchemaVersion: "1.0",
		Object: event.RecordObject{
			Key: "/" + b.AppID + "/" + b.Name + "/" + o.Key, URL: "http://" + b.Host() + "/" + path, Size: o.Size,
			Meta: event.Fields{{Name: "Content-Type"}, {Name: "ETag", Value: o.ETag}, {Name: "x-cos-storage-class", Value: o.StorageClass}},
		},
	}
	function := s.Function
	function.Region, function.AppID = b.Region, b.AppID
	r.Event = event.RecordEvent{Name: string(event.TypeObjectCreatedPut), Queue: function.Queue(), Source: "qcs::cos", Version: "1.0"}
	r.Event.RequestParameters.Headers = event.NewHeaders(event.Field{Name: "Authorization"})
	if t, err := time.Parse(time.RFC3339, o.LastModified); err == nil {
		r.Event.Time = t.Unix()
	}
	return r
}
