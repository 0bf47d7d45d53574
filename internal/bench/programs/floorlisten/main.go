// Program floorlisten is the least that a Go1 function can be: it listens.
package main

import (
	"net"
	"os"
)

func main() {
	l, err := net.Listen("tcp", "0.0.0.0:"+os.Getenv("_LAMBDA_SERVER_PORT"))
	if err != nil {
		os.Exit(1)
	}
	var held []net.Conn
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		held = append(held, c)
	}
}
