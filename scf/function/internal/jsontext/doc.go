// Package jsontext checks, reads and writes the few JSON texts of the runtime itself.
//
// encoding/json is the oracle of the tests. It is not used because it adds 377 kB (14 %) to the binary of a function that does
// not need it otherwise (Go 1.26, linux/amd64, stripped); it would not change the start-up time.
package jsontext
