// Package http1 is the part of HTTP/1.1 that a function needs: one exchange after another on a connection, with whole bodies in
// memory. It rejects whatever it does not understand.
//
// net/http is the oracle of the tests. It is not linked into a function because it adds 3.9 MB to its binary, which is 2.7 MB
// without it, and 0.7 ms to its start (Go 1.26, linux/amd64, stripped).
package http1
