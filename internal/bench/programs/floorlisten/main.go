// Program floorlisten is the least that a Go1 function can be: it listens.
package main

import (
	"net"
	"os"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("_LAMBDA_SERVER_PORT"))
	if err != nil {
		os.Exit(1)
	}
	held := map[net.Conn]bool{} // open until the end
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		held[c] = true
	}
}
