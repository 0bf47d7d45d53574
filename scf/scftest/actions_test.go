package scftest_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/scftest"
)

var update = flag.Bool("update", false, "write the table of actions into doc.go")

func TestActionsTable(t *testing.T) {
	const begin, end = "(go test -run TestActionsTable -update).\n", "package scftest\n"
	src, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(src), begin)
	require.True(t, ok)
	table, tail, ok := strings.Cut(rest, end)
	require.True(t, ok)
	want := scftest.ActionsTable()
	if *update {
		require.NoError(t, os.WriteFile("doc.go", []byte(head+begin+want+end+tail), 0o644))
		return
	}
	assert.Equal(t, want, table, "run go test -run TestActionsTable -update")
	assert.Equal(t, len(scftest.Actions()), strings.Count(table, "\n")-1)
}
