// Program floorgob answers the calls of the Go1 runtime with encoding/gob alone: no net/rpc, and the payload is not read.
package main

import (
	"bufio"
	"encoding/gob"
	"net"
	"os"

	"github.com/cosevent/cosevent-go/internal/bench/programs/gobwire"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("_LAMBDA_SERVER_PORT"))
	if err != nil {
		os.Exit(1)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		go serve(c)
	}
}

func serve(c net.Conn) {
	dec, w := gob.NewDecoder(bufio.NewReader(c)), bufio.NewWriter(c)
	enc := gob.NewEncoder(w)
	for {
		var call gobwire.CallHeader
		if dec.Decode(&call) != nil {
			return
		}
		var err error
		if call.ServiceMethod == "Function.Ping" {
			err = dec.Decode(&gobwire.Empty{})
		} else {
			err = dec.Decode(&gobwire.Request{})
		}
		if err != nil || enc.Encode(gobwire.ReplyHeader{ServiceMethod: call.ServiceMethod, Seq: call.Seq}) != nil {
			return
		}
		if call.ServiceMethod == "Function.Ping" {
			err = enc.Encode(gobwire.Empty{})
		} else {
			err = enc.Encode(gobwire.Response{Payload: []byte("null")})
		}
		if err != nil || w.Flush() != nil {
			return
		}
	}
}
