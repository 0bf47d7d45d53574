package trigger_test

import (
	"context"
	"fmt"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
	"github.com/cosevent/cosevent-go/trigger"
)

// A bucket is bound to a function, then the rule is changed by a plan.
func Example() {
	cloud, err := scftest.Start() // in the cloud: scf.New(credential, "ap-guangzhou")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cloud.Close()
	cloud.Handle("thumbnail", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil }))
	triggers := trigger.New(cloud.Client("ap-guangzhou"))

	ctx := context.Background()
	photos := event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	err = triggers.Bind(ctx, trigger.Trigger{Function: "thumbnail", Bucket: photos, Event: event.TypeObjectCreatedPut, Prefix: "in/"})
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := triggers.Plan(ctx, "thumbnail", []trigger.Trigger{
		{Bucket: photos, Event: event.AnyObjectCreated, Prefix: "in/"},
		{Bucket: photos, Event: event.AnyObjectRemove, Prefix: "in/"},
	}, trigger.WithOutput(photos, "out/"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(plan)
	fmt.Println("applied:", triggers.Apply(ctx, plan) == nil)
	// Output:
	// function default/thumbnail: 2 to add, 1 to remove, 0 to enable or disable, 0 unchanged
	//   photos-1250000000 (ap-guangzhou)
	//   + cos:ObjectCreated:* prefix "in/"
	//   - cos:ObjectCreated:Put prefix "in/"
	//   + cos:ObjectRemove:* prefix "in/"
	// applied: true
}

// Rules that cannot be together are found before anything is sent.
func ExampleCheck() {
	photos := event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	err := trigger.Check([]trigger.Trigger{
		{Function: "log", Bucket: photos, Event: event.AnyObjectCreated},
		{Function: "thumbnail", Bucket: photos, Event: event.TypeObjectCreatedPut, Suffix: ".jpg"},
	})
	fmt.Println(err)
	// Output:
	// trigger: these overlap: photos-1250000000 cos:ObjectCreated:* -> log; photos-1250000000 cos:ObjectCreated:Put suffix ".jpg" -> thumbnail
}
