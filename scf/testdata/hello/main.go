// Hello is the function of the package's example.
package main

import (
	"context"
	"fmt"

	"github.com/cosevent/cosevent-go/scf/function"
)

type request struct{ Name string }

func main() {
	function.Start(function.JSON(func(_ context.Context, r request) (string, error) {
		fmt.Println("asked by", r.Name)
		return "hello, " + r.Name, nil
	}))
}
