// Program scfrpc stands for scf-go-lib and does what that library does on each call: net/rpc, a handler called by
// reflection, encoding/json into the same shape, and the environment set.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net"
	"net/rpc"
	"os"
	"reflect"
	"time"

	"github.com/cosevent/cosevent-go/internal/bench/programs/gobwire"
	"github.com/cosevent/cosevent-go/internal/bench/programs/seen"
	"github.com/cosevent/cosevent-go/internal/bench/programs/shape"
)

// Function is the service's name on the wire.
type Function struct{ handler reflect.Value }

// Ping answers the platform's question whether the process is there.
func (f *Function) Ping(_ gobwire.Empty, _ *gobwire.Empty) error { return nil }

// Invoke handles one event.
func (f *Function) Invoke(req gobwire.Request, resp *gobwire.Response) error {
	ctx, cancel := context.WithDeadline(context.Background(), time.Unix(req.Deadline.Seconds, req.Deadline.Nanos))
	defer cancel()
	if req.Environment != "" {
		var vars map[string]string
		if err := json.Unmarshal([]byte(req.Environment), &vars); err != nil {
			resp.Error = &gobwire.Error{Message: err.Error()}
			return nil
		}
		for k, v := range vars {
			_ = os.Setenv(k, v)
		}
	}
	in := reflect.New(f.handler.Type().In(1))
	if err := json.Unmarshal(req.Payload, in.Interface()); err != nil {
		resp.Error = &gobwire.Error{Message: err.Error()}
		return nil
	}
	out := f.handler.Call([]reflect.Value{reflect.ValueOf(ctx), in.Elem()})
	if err, _ := out[0].Interface().(error); err != nil {
		resp.Error = &gobwire.Error{Message: err.Error(), Type: reflect.TypeOf(err).String()}
		return nil
	}
	var err error
	resp.Payload, err = json.Marshal(nil)
	return err
}

func handle(_ context.Context, n shape.Notification) error {
	for i := range n.Records {
		seen.Key(n.Records[i].COS.Object.Key)
	}
	return nil
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("_LAMBDA_SERVER_PORT"))
	if err != nil {
		log.Fatal(err)
	}
	if err := rpc.RegisterName("Function", &Function{reflect.ValueOf(handle)}); err != nil {
		log.Fatal(err)
	}
	rpc.Accept(l)
}
