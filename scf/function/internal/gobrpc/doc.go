// Package gobrpc reads and writes the messages of the Go1 runtime: the frames of package net/rpc in the encoding of package
// encoding/gob, and in them just the requests and responses that the platform exchanges with a function. It is the server's
// side. The two packages of the standard library judge it in the tests; they are not used here because reflection and
// compiling of types cost more than the whole exchange, and their size would be in every function.
//
// Gob is self-describing: a peer sends the definition of each of its types once per connection, before the first value, and
// gives the type a number of its own choice. The reader follows those definitions: fields may come in any order, be missing,
// or be unknown, in which case their values are passed over whatever their type.
package gobrpc

import (
	"errors"
	"fmt"
)

// Errors of reading. Errors of the connection come through as they are.
var (
	// ErrMalformed is a stream that is no gob: nothing after it can be understood.
	ErrMalformed = errors.New("gobrpc: malformed stream")
	// ErrTooLarge is a message over the limit, or more type definitions than a peer may send.
	ErrTooLarge = errors.New("gobrpc: message too large")
)

// errOwnType is a value of one of the types in which the encoding describes types. No peer sends such values, though
// encoding/gob would take them.
var errOwnType = fmt.Errorf("%w: a value of a type of the encoding's own", ErrMalformed)

// errTwoKinds is a definition that says of one type that it is of two kinds. encoding/gob takes the first that it looks for.
var errTwoKinds = fmt.Errorf("%w: a type of two kinds", ErrMalformed)

// A MismatchError is a value of the wrong type in a sound stream: the message is lost, the next one can be read.
type MismatchError struct {
	Field string
}

func (e *MismatchError) Error() string {
	if e.Field == "" {
		return "gobrpc: the value is no struct"
	}
	return "gobrpc: field " + e.Field + " has a type that does not fit"
}

// errElements is a list that claims more elements than its message has bytes. encoding/gob loops over them if it passes over
// a map whose values take no bytes.
var errElements = fmt.Errorf("%w: more elements than bytes", ErrMalformed)

// Numbers that the encoding gives to its basic types.
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
	firstUserID = 64       // types with smaller numbers are the encoding's own
	maxTypes    = 4096     // definitions kept of one peer
	maxDefined  = 64 << 10 // bytes of definitions read of one peer; those of an event take about 600
	maxDepth    = 10000    // nesting of values that are passed over
)
