package cos_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

// exampleObjects is a bucket in a fake COS with a few objects in it.
func exampleObjects() (*costest.Server, *cos.Objects, event.Bucket) {
	server, err := costest.Start()
	if err != nil {
		log.Fatal(err)
	}
	bucket := event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	if err := server.CreateBucket(bucket); err != nil {
		log.Fatal(err)
	}
	id, key := server.Credentials()
	objects := cos.NewObjects(cos.StaticCredentials(id, key, ""), cos.WithEndpoint(server.URL()), cos.WithTransport(server.Transport()))
	for _, key := range []string{"2022/a.txt", "2022/b.txt", "2023/c.txt"} {
		err := objects.Put(context.Background(), bucket, key, strings.NewReader("this is "+key),
			cos.ContentType("text/plain"), cos.Metadata(map[string]string{"owner": "li"}))
		if err != nil {
			log.Fatal(err)
		}
	}
	return server, objects, bucket
}

func ExampleObjects_OpenKey() {
	server, objects, bucket := exampleObjects()
	defer server.Close()

	r, err := objects.OpenKey(context.Background(), bucket, "2022/a.txt")
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	fmt.Println(string(text), err)
	// Output: this is 2022/a.txt <nil>
}

func ExampleObjects_List() {
	server, objects, bucket := exampleObjects()
	defer server.Close()

	for info, err := range objects.List(context.Background(), bucket, "2022/") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(info.Key, info.Size)
	}
	// Output:
	// 2022/a.txt 18
	// 2022/b.txt 18
}

// What an option names is replaced, everything else is kept.
func ExampleObjects_Copy() {
	server, objects, bucket := exampleObjects()
	defer server.Close()
	ctx := context.Background()

	err := objects.Copy(ctx, bucket, "2022/a.txt", bucket, "copies/a.txt", cos.ContentType("text/markdown"))
	if err != nil {
		log.Fatal(err)
	}
	info, err := objects.Stat(ctx, bucket, "copies/a.txt")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.ContentType, info.Metadata)
	// Output: text/markdown map[owner:li]
}

func ExampleObjects_Move() {
	server, objects, bucket := exampleObjects()
	defer server.Close()
	ctx := context.Background()

	if err := objects.Move(ctx, bucket, "2022/a.txt", bucket, "old/a.txt"); err != nil {
		log.Fatal(err)
	}
	_, err := objects.Stat(ctx, bucket, "2022/a.txt")
	fmt.Println(err != nil)
	// Output: true
}

// A handler marks what it writes, so that event.LoopGuard recognises the events of that.
func ExampleMark() {
	server, objects, bucket := exampleObjects()
	defer server.Close()
	ctx := context.Background()
	e := &event.ObjectCreatedPut{Base: event.Base{
		Bucket: bucket, Object: event.Object{Key: "2022/a.txt"},
		Function: event.Target{Region: "ap-guangzhou", Namespace: "default", Name: "archive"},
	}}

	err := objects.Copy(ctx, bucket, e.Object.Key, bucket, "archive/"+e.Object.Key, cos.Mark(e))
	if err != nil {
		log.Fatal(err)
	}
	info, err := objects.Stat(ctx, bucket, "archive/2022/a.txt")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.Metadata)
	// Output: map[cosevent-by:ap-guangzhou/default/archive owner:li]
}

func ExampleObjects_SetTags() {
	server, objects, bucket := exampleObjects()
	defer server.Close()
	ctx := context.Background()

	if err := objects.SetTags(ctx, bucket, "2022/a.txt", map[string]string{"team": "red"}); err != nil {
		log.Fatal(err)
	}
	tags, err := objects.Tags(ctx, bucket, "2022/a.txt")
	fmt.Println(tags, err)
	// Output: map[team:red] <nil>
}
