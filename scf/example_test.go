package scf_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// A function is built, deployed, called, and its log read.
func Example() {
	cloud, err := scftest.Start() // in the cloud: scf.New(credential, "ap-guangzhou")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cloud.Close()
	client := cloud.Client("ap-guangzhou")
	ctx := context.Background()

	code, err := scf.BuildGo(ctx, "./testdata/hello")
	if err != nil {
		fmt.Println(err)
		return
	}
	hello := scf.Function{Name: "hello", Code: code}
	for _, memory := range []int{128, 256, 256} {
		hello.Memory = memory
		change, err := client.DeployReport(ctx, hello)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(change)
	}
	cloud.Handle("hello", hand{}) // so that the example runs on systems that cannot run the Linux binary

	result, err := client.Invoke(ctx, "hello", []byte(`{"Name":"gopher"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(result.Payload))
	for entry, err := range client.Logs(ctx, "hello", scf.LogQuery{RequestID: result.RequestID}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if !entry.Platform {
			fmt.Println("log:", entry.Message)
		}
	}
	// Output:
	// hello: created, there was none
	// hello: updated
	//   Memory: 128 MB -> 256 MB
	// hello: unchanged
	// "hello, gopher"
	// log: asked by gopher
}

type hand struct{}

func (hand) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	h := function.JSON(func(ctx context.Context, r struct{ Name string }) (string, error) {
		fmt.Fprintln(scftest.Output(ctx), "asked by", r.Name)
		return "hello, " + r.Name, nil
	})
	return h.Invoke(ctx, payload)
}

// What the service would refuse is refused before any call, with all faults at once.
func ExampleInvalidError() {
	cloud, err := scftest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cloud.Close()
	err = cloud.Client("ap-guangzhou").Create(context.Background(), scf.Function{
		Name: "thumbnail-", Runtime: scf.RuntimeGo1, Handler: "main", Memory: 200, Environment: map[string]string{"SCF_MODE": "x"},
	})
	var invalid *scf.InvalidError
	if errors.As(err, &invalid) {
		for _, fault := range invalid.Faults {
			fmt.Println(fault.Field + ": " + fault.Reason)
		}
	}
	// Output:
	// Name: "thumbnail-" does not have 2 to 60 letters, digits, '-' and '_', a letter first, a letter or digit last
	// Memory: 200 MB is neither 64 nor a multiple of 128 up to 3072
	// Environment[SCF_MODE]: SCF_, QCLOUD_ and TENCENTCLOUD_ are the platform's own
	// Code: missing
}
