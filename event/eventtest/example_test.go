package eventtest_test

import (
	"fmt"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

func Example() {
	payload := eventtest.Payload(
		eventtest.Put(eventtest.Key("in/cat 1.png"), eventtest.Size(2048), eventtest.Meta("owner", "li")),
		eventtest.Delete(eventtest.Key("in/dog.png"), eventtest.Version("v1")),
	)
	events, err := event.Decode(payload, event.Strict())
	for _, e := range events {
		fmt.Printf("%T %s\n", e, e.Common().Object.Key)
	}
	fmt.Println(err)
	// Output:
	// *event.ObjectCreatedPut in/cat 1.png
	// *event.ObjectRemoveDelete in/dog.png
	// <nil>
}

func ExampleTemplate() {
	events, err := event.Decode(eventtest.Template(event.TypeObjectRemoveDelete))
	fmt.Println(events[0].Common().Record.Event.Name, "is", events[0].EventType(), err)
	// Output:
	// cos: ObjectRemove:Delete is cos:ObjectRemove:Delete <nil>
}
