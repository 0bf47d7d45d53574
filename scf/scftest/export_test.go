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

// IdleDead reports whether the server has noticed that an idle instance's process is gone.
func IdleDead(s *Server) bool {
	s.slots.mu.Lock()
	defer s.slots.mu.Unlock()
	for _, in := range s.slots.idle {
		if in.proc.dead() {
			return true
		}
	}
	return false
}
