// Package http1 is the part of HTTP/1.1 that a function needs: one exchange after another on a connection, whole bodies in
// memory. It refuses whatever it does not understand; net/http judges it in the tests.
package http1
