package costest_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

// A server, the official client, and what a write tells.
func Example() {
	s, err := costest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	photos := event.Bucket{Name: "photos", AppID: costest.DefaultAppID, Region: "ap-guangzhou"}
	if err := s.CreateBucket(photos); err != nil {
		fmt.Println(err)
		return
	}
	s.OnChange(func(c costest.Change) { fmt.Println(c.Type, c.Key, c.Size) })

	client := s.Client(photos)
	if _, err := client.Object.Put(context.Background(), "cat.jpg", strings.NewReader("meow"), nil); err != nil {
		fmt.Println(err)
		return
	}
	o, err := s.Get(photos, "cat.jpg")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s %s\n", o.Body, o.ETag)
	// Output:
	// cos:ObjectCreated:Put cat.jpg 4
	// meow "4a4be40c96ac6314e91d93f38043a634"
}

// The next write is refused, as the service does when it is asked too often.
func ExampleServer_Faults() {
	s, err := costest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	photos := event.Bucket{Name: "photos", AppID: costest.DefaultAppID, Region: "ap-guangzhou"}
	if err := s.CreateBucket(photos); err != nil {
		fmt.Println(err)
		return
	}
	s.Faults().Fail("PutObject", 1, costest.Fault{Status: 503, Code: "SlowDown"})
	client := s.Client(photos)
	for range 2 {
		resp, _ := client.Object.Put(context.Background(), "cat.jpg", strings.NewReader("meow"), nil)
		fmt.Println(resp.StatusCode)
	}
	for _, r := range s.Requests() {
		fmt.Println(r)
	}
	// Output:
	// 503
	// 200
	// PutObject photos-1250000000/cat.jpg 503 SlowDown
	// PutObject photos-1250000000/cat.jpg 200
}

// The clock decides when an archived object can be read.
func ExampleServer_Advance() {
	s, err := costest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	photos := event.Bucket{Name: "photos", AppID: costest.DefaultAppID, Region: "ap-guangzhou"}
	if err := s.CreateBucket(photos); err != nil {
		fmt.Println(err)
		return
	}
	if err := s.Put(photos, "cold", nil, costest.StorageClass("ARCHIVE")); err != nil {
		fmt.Println(err)
		return
	}
	s.OnChange(func(c costest.Change) { fmt.Println(c.Type) })
	if _, err := s.Client(photos).Object.PostRestore(context.Background(), "cold", restoreOneDay); err != nil {
		fmt.Println(err)
		return
	}
	s.Advance(5 * time.Hour)
	// Output:
	// cos:ObjectRestore:Post
	// cos:ObjectRestore:Completed
}
