package cos_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// A handler reads the object its event speaks of. Inside a function, cos.NewObjects(cos.EnvCredentials()) is all it takes.
func Example() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Cos-Request-Id", "NjI1OTNmOWNfNGIzN2Y")
		if r.URL.Path == "/hello.txt" {
			_, _ = io.WriteString(w, "hello from "+r.Host)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer srv.Close()
	objects := cos.NewObjects(cos.StaticCredentials("AKIDexample", "secret", ""), cos.WithEndpoint(srv.URL))

	handle := func(ctx context.Context, e *event.ObjectCreatedPut) error {
		r, err := objects.Open(ctx, e, cos.IfUnchanged())
		if errors.Is(err, cos.ErrNotFound) {
			fmt.Println(e.Object.Key, "is gone")
			return nil // events are asynchronous: nothing left to do
		}
		if err != nil {
			return err
		}
		defer r.Close()
		content, err := io.ReadAll(r)
		fmt.Println(string(content))
		return err
	}

	bucket := event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	for _, key := range []string{"hello.txt", "deleted.txt"} {
		e := &event.ObjectCreatedPut{Base: event.Base{Bucket: bucket, Object: event.Object{Key: key, ETag: `"5d41402abc4b2a76b9719d911017c592"`}}}
		if err := handle(context.Background(), e); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// hello from photos-1250000000.cos.ap-guangzhou.myqcloud.com
	// deleted.txt is gone
}

func ExampleSafePath() {
	for _, key := range []string{"2022/a b.png", "../../etc/passwd"} {
		path, err := cos.SafePath("/data/in", key)
		fmt.Println(path, err)
	}
	// Output:
	// /data/in/2022/a b.png <nil>
	//  cos: key is not a safe path: "../../etc/passwd" has a segment ..
}
