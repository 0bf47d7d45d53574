package function_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cosevent/cosevent-go/scf/function"
)

// An option that cannot work panics where it is given, not at the first event.
func TestOptionsThatCannotWork(t *testing.T) {
	for want, f := range map[string]func(){
		"function: WithMiddleware was given nil":               func() { function.WithMiddleware(nil) },
		"function: WithShutdown was given nil":                 func() { function.WithShutdown(nil) },
		"function: WithGrace was given the negative time -1ns": func() { function.WithGrace(-time.Nanosecond) },
	} {
		assert.PanicsWithValue(t, want, f)
	}
}

// Nil where there is a default means the default.
func TestOptionsOfNil(t *testing.T) {
	defaults := function.NewOptions()
	assert.Equal(t, defaults, function.NewOptions(function.WithErrorLog(nil), function.WithStdin(nil), function.WithStdout(nil)))
}
