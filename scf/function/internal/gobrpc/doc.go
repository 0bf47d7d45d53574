// Package gobrpc reads and writes the messages of the Go1 runtime: the frames of net/rpc in the encoding of encoding/gob, and of
// those just the requests and responses that the platform exchanges with a function. It is the server's side.
//
// The packages of the standard library are the oracle of the tests. They are not linked into a function because they add
// 3.5 MB to its binary, which is 2.7 MB without them, and 1.0 ms to its start (Go 1.26, linux/amd64, stripped).
package gobrpc

import (
	"errors"
	"fmt"
)

// Errors of reading. Errors of the connection are returned as they are.
var (
	// ErrMalformed is returned for a stream that is not valid gob. Nothing after it can be read.
	ErrMalformed = errors.New("gobrpc: malformed stream")
	// ErrTooLarge is returned for a message over the limit, and for more type definitions than a peer may send.
	ErrTooLarge = errors.New("gobrpc: message too large")
)

// What no encoder writes is rejected, though encoding/gob accepts it.
var (
	// errInternalType is returned for a value of one of the types with which the encoding itself describes types.
	errInternalType = fmt.Errorf("%w: a value of a type reserved for definitions", ErrMalformed)
	// errTwoKinds is returned for a definition that makes one type, say, both a struct and a map.
	errTwoKinds = fmt.Errorf("%w: a type of two kinds", ErrMalformed)
	// errElements is returned for a list that claims more elements than its message has bytes left. encoding/gob loops over
	// the elements if it passes over a map whose values take no bytes.
	errElements = fmt.Errorf("%w: more elements than bytes", ErrMalformed)
)

// A MismatchError is returned for a value of the wrong type in a valid stream. The message is lost; the next one can be read.
type MismatchError struct {
	Field string // "" if the value itself is not a struct
}

func (e *MismatchError) Error() string {
	if e.Field == "" {
		return "gobrpc: the value is not a struct"
	}
	return "gobrpc: field " + e.Field + " has the wrong type"
}

// The encoding's numbers for its basic types.
const (
	idBool = iota + 1
	idInt
	idUint
	idFloat
	idBytes
	idString
	idComplex
	idInterface
)

const (
	firstUserID = 64       // smaller numbers are reserved for the encoding
	maxTypes    = 4096     // definitions read from one peer
	maxDefined  = 64 << 10 // bytes of definitions read from one peer; those of an event take about 600
	maxDepth    = 10000    // nesting of values that are passed over
)
