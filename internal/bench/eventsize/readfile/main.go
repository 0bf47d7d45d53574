// Command readfile reads a file and does nothing with it: what a program that also decodes it is compared with.
package main

import "os"

func main() {
	payload, err := os.ReadFile(os.Args[1])
	if err != nil {
		os.Exit(1)
	}
	println(len(payload))
}
