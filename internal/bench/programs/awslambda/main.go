// Program awslambda is aws-lambda-go with the same handler. Built with the tag lambda.norpc it has its HTTP runtime only.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/cosevent/cosevent-go/internal/bench/programs/seen"
	"github.com/cosevent/cosevent-go/internal/bench/programs/shape"
)

func main() {
	lambda.Start(func(_ context.Context, n shape.Notification) error {
		for i := range n.Records {
			seen.Key(n.Records[i].COS.Object.Key)
		}
		return nil
	})
}
