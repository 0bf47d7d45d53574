package function

import (
	"os"
	"sync"

	"github.com/cosevent/cosevent-go/scf/function/internal/jsontext"
)

// An environment applies the variables that come with invocations to the process. os.Setenv takes a lock and affects all
// goroutines, so it is called only for what differs from the invocation before: usually nothing, and now and then the
// credentials, which the platform replaces.
type environment struct {
	mu   sync.Mutex
	text string            // as sent last
	vars map[string]string // the same, decoded; shared with Contexts and never changed
}

// apply sets the variables in text, a JSON object, and returns them. If text is not an object, ok is false and nothing is set.
func (v *environment) apply(text string) (vars map[string]string, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if text == v.text {
		return v.vars, true
	}
	if text != "" {
		vars = map[string]string{}
		visit := func(name string, kind byte, value string) {
			if kind == 'n' { // null: the variable is not sent
				delete(vars, name)
				return
			}
			vars[name] = value
		}
		if !jsontext.Object([]byte(text), visit) {
			return nil, false
		}
	}
	for name, value := range vars {
		if old, had := v.vars[name]; had && old == value {
			continue
		}
		if now, set := os.LookupEnv(name); !set || now != value {
			_ = os.Setenv(name, value) // fails only for names that no program can look up
		}
	}
	v.text, v.vars = text, vars
	return vars, true
}
