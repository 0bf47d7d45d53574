package scftest

import (
	"fmt"
	"strings"
)

// ActionsTable is the table of actions in the package's documentation.
func ActionsTable() string {
	var b strings.Builder
	fmt.Fprintf(&b, "//\n")
	for _, name := range Actions() {
		table, bare := actions[versionSCF], name
		if rest, ok := strings.CutPrefix(name, "cls."); ok {
			table, bare = actions[versionCLS], rest
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("//\t%-35s %s", name, table[bare].note), " ") + "\n")
	}
	return b.String()
}
