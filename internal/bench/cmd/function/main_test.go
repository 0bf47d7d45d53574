package main

import (
	"os"
	"testing"
)

// The harness works, and a function is as small as it should be.
func TestRun(t *testing.T) {
	m := measure{starts: 1, rounds: 1, calls: 10}
	if err := m.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := *programs[0]
	if err := p.build(t.Context(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(p.path)
	if err != nil {
		t.Fatal(err)
	}
	if st.Size() > 3_000_000 {
		t.Errorf("a stripped function has %d bytes, more than 3 MB", st.Size())
	}
}
