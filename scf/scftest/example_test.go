package scftest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// An event fails once and is retried a minute later, by a clock that the test moves.
func Example() {
	s, err := scftest.Start() // in a test: scftest.NewServer(t)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	calls := 0
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		if calls++; calls == 1 {
			return nil, errors.New("not yet")
		}
		return []byte(`"done"`), nil
	}))

	ended := make(chan scftest.Outcome, 1)
	_, err = s.Enqueue(scftest.AsyncEvent{
		Region: "ap-guangzhou", Function: "thumb", Payload: []byte(`{"Records":[]}`), Source: "TRIGGER_COS",
		Done: func(o scftest.Outcome) { ended <- o },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Advance(time.Minute)
	o := <-ended
	for _, a := range o.Attempts {
		fmt.Printf("attempt %d: status %d\n", a.RetryNum, a.StatusCode)
	}
	fmt.Println(o.State)
	// Output:
	// attempt 0: status 430
	// attempt 1: status 200
	// Delivered
}

// The vendor's own client works against the server as it is.
func ExampleServer_Transport() {
	s, err := scftest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	s.Handle("hello", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return []byte(`"hello"`), nil }))

	id, key := s.Credentials()
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme = "HTTP"
	client, err := scfsdk.NewClient(common.NewCredential(id, key), "ap-guangzhou", p)
	if err != nil {
		fmt.Println(err)
		return
	}
	client.WithHttpTransport(s.Transport())

	name := "hello"
	r := scfsdk.NewInvokeRequest()
	r.FunctionName = &name
	resp, err := client.Invoke(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*resp.Response.Result.RetMsg)
	// Output: "hello"
}
