package triggertest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

func Example() {
	cloud, err := triggertest.Start() // in a test: triggertest.New(t)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cloud.Close()
	ctx := context.Background()
	photos := event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	cloud.CreateBucket(photos)

	m := event.NewMux()
	m.OnCreated(func(_ context.Context, e event.Event) error {
		fmt.Println(e.EventType(), e.Common().Object.Key)
		return nil
	})
	cloud.Handle("thumb", m)
	err = cloud.Triggers(photos.Region).Bind(ctx, trigger.Trigger{
		Function: "thumb", Bucket: photos, Event: event.AnyObjectCreated, Prefix: "images/",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range []string{"images/cat.png", "notes.txt"} {
		if _, err := cloud.COS(photos).Object.Put(ctx, key, strings.NewReader("…"), nil); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := cloud.Wait(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range cloud.Deliveries() {
		fmt.Println(d)
	}
	// Output:
	// cos:ObjectCreated:Put images/cat.png
	// cos:ObjectCreated:Put photos-1250000000/images/cat.png -> default/thumb: delivered
	// cos:ObjectCreated:Put photos-1250000000/notes.txt: not sent (no trigger matches: default/thumb on cos:ObjectCreated:* prefix "images/": the key does not begin with "images/")
}

var _ triggertest.TB = (*testing.T)(nil)
