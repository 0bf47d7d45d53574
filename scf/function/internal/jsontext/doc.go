// Package jsontext checks and writes JSON texts without reflection. encoding/json judges it in the tests.
package jsontext
