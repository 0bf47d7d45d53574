package event_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

func Example() {
	m := event.NewMux()
	event.On(m, func(_ context.Context, e *event.ObjectCreatedPut) error {
		fmt.Println("new:", e.Object.Key, e.Object.Size)
		return nil
	}, event.Prefix("in/"), event.Suffix(".png"))
	m.OnRemoved(func(_ context.Context, e event.Event) error {
		fmt.Println("gone:", e.Common().Object.Key)
		return nil
	})

	payload := eventtest.Payload(
		eventtest.Put(eventtest.Key("in/cat 1.png"), eventtest.Size(2048)),
		eventtest.Delete(eventtest.Key("old.png")),
		eventtest.Copy(eventtest.Key("in/dog.png")),
	)
	_, err := m.Invoke(context.Background(), payload)
	fmt.Println(errors.Is(err, event.ErrUnhandled))
	// Output:
	// new: in/cat 1.png 2048
	// gone: old.png
	// true
}

func ExampleDecode() {
	payload := []byte(`{"Records":[{"cos":{"cosBucket":{"name":"photos","appid":"1250000000","region":"gz"},
		"cosObject":{"key":"/1250000000/photos/a+b c.txt","size":"12"}},"event":{"eventName":"cos: ObjectCreated:Put"}}, 5]}`)
	events, err := event.Decode(payload)
	for _, e := range events {
		switch e := e.(type) {
		case *event.ObjectCreatedPut:
			fmt.Println("put", e.Bucket.Host(), e.Object.Key, e.Object.Size)
		case *event.Unknown:
			fmt.Println("unknown", e.Type)
		default:
			fmt.Println("other", e.EventType())
		}
	}
	var record *event.RecordError
	if errors.As(err, &record) {
		fmt.Println("record", record.Index, record.Problem)
	}
	// Output:
	// put photos-1250000000.cos.ap-guangzhou.myqcloud.com a+b c.txt 12
	// record 1 is a number, want a record
}

func ExampleEncode() {
	n, err := event.DecodeNotification([]byte(`{"Records":[{"cos":{"cosObject":{"key":"/1250000000/photos/x","later":1.50}}}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	n.Records[0].COS.Object.Size = 7
	payload, err := event.Encode(n)
	fmt.Println(string(payload), err)
	// Output:
	// {"Records":[{"cos":{"cosObject":{"key":"/1250000000/photos/x","later":1.50,"size":7}}}]} <nil>
}

func ExampleDedup() {
	m := event.NewMux()
	m.Use(event.Dedup(event.NewMemoryStore(1000)))
	tries := 0
	m.OnCreated(func(_ context.Context, e event.Event) error {
		fmt.Println("handle", e.Common().Object.Key)
		if tries++; tries == 2 {
			return errors.New("disk full")
		}
		return nil
	})
	payload := eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2")))
	_, err := m.Invoke(context.Background(), payload)
	fmt.Println(strings.HasSuffix(err.Error(), "disk full"))
	_, err = m.Invoke(context.Background(), payload) // as SCF retries it
	fmt.Println(err)
	// Output:
	// handle 1
	// handle 2
	// true
	// handle 2
	// <nil>
}

func ExampleDecodeAny() {
	events, err := event.DecodeAny([]byte(`{"ObjectInfo":{"BucketId":"photos-1250000000","Region":"ap-guangzhou","Object":"in/film.mp4"},"Upstream":{}}`))
	fmt.Println(events, err)
	// Output:
	// [cos:Workflow photos-1250000000@ap-guangzhou/in/film.mp4] <nil>
}
