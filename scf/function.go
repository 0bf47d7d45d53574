package scf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Runtimes of Go programs. A function's runtime cannot be changed after its creation.
const (
	// RuntimeGo1 runs a binary, named by the handler, that serves Go RPC.
	RuntimeGo1 = "Go1"
	// RuntimeCustom runs a file named bootstrap that fetches its events over HTTP.
	RuntimeCustom = "CustomRuntime"
)

// Clear, as the value of a text field of a [Function], makes [Client.Deploy] empty that field. (An empty text leaves it as it
// is.)
const Clear = "\x00clear"

// Function is a function as it should be. Name and Code suffice.
//
// Zero fields mean the following: [Client.Create] takes the default named at the field; [Client.Deploy] does the same for a
// function it creates, and leaves the field of an existing function as it is. Deploy therefore never takes away what was set
// elsewhere, such as in the console, unless it is asked to: Clear for texts, an empty map or an empty struct for the others.
type Function struct {
	// Name has 2 to 60 letters, digits, '-' and '_', begins with a letter and ends with a letter or digit.
	Name string
	// Namespace is the client's own if empty.
	Namespace string
	// Description has at most 1000 characters.
	Description string
	// Runtime is what Code knows, if empty: [RuntimeGo1] or [RuntimeCustom]; any other runtime of the service by its name.
	Runtime string
	// Handler is what Code knows, if empty. For Go1 it is the name of the binary, for other languages "file.function".
	Handler string
	// Code is the package: from [BuildGo], [ZipFile], [ZipDir] or [FromCOS].
	Code Code
	// Memory in MB: 64, or 128 to 3072 in steps of 128. The default is 128.
	Memory int
	// Timeout bounds one invocation: 1 s to 900 s in whole seconds. The default is 30 s (the service's own, 3 s, is shorter
	// than the download of many an object).
	Timeout time.Duration
	// InitTimeout bounds the start of an instance: 3 s to 300 s in whole seconds. The default is the service's: 65 s.
	InitTimeout time.Duration
	// Environment: names of 2 to 64 letters, digits and '_' that begin with a letter and not with SCF_, QCLOUD_ or
	// TENCENTCLOUD_; names and values together have at most 4 KB. A non-nil map is the whole environment: Deploy removes
	// what is not in it.
	Environment map[string]string
	// Role is the name of the CAM role whose temporary credentials the function gets.
	Role string
	// VPC is the private network the function is in.
	VPC *VPC
	// Log is where the function's log goes.
	Log *Log
	// Retry is the rule for failed asynchronous invocations.
	Retry *Retry
}

// VPC is a private network. The empty one takes the function out of its network.
type VPC struct {
	// ID is like "vpc-1a2b3c4d", Subnet like "subnet-1a2b3c4d".
	ID, Subnet string
}

// Log is where a function's log goes: a topic of the Cloud Log Service. The empty one ends the delivery.
type Log struct {
	LogsetID, TopicID string
	// Auto has the service make, at the function's creation, a topic with the index that [Client.Logs] needs, if TopicID is
	// empty. It says nothing about an existing function that has a topic.
	Auto bool
}

// Retry is the rule for asynchronous invocations that fail, such as those by a trigger.
type Retry struct {
	// Attempts is how often an invocation that failed in the function is tried again, a minute apart: 0 to 2. The service's
	// own default is 2.
	Attempts int
	// MaxAge is how long an event waits at most for an instance or for a sound service: 60 s to 6 h in whole seconds; 0
	// means 6 h.
	MaxAge time.Duration
}

func (r Retry) maxAge() time.Duration {
	if r.MaxAge == 0 {
		return 6 * time.Hour
	}
	return r.MaxAge
}

// String shows the function without the values of its environment.
func (f Function) String() string {
	return fmt.Sprintf("scf.Function{%s runtime=%s handler=%s code=%s memory=%d timeout=%v environment=%s role=%s}",
		ref{f.Namespace, f.Name, ""}, f.Runtime, f.Handler, f.Code, f.Memory, f.Timeout, keysOf(f.Environment), f.Role)
}

// GoString is String: values of an environment are often secrets.
func (f Function) GoString() string { return f.String() }

func keysOf(env map[string]string) string {
	return "[" + strings.Join(slices.Sorted(maps.Keys(env)), " ") + "]"
}

// ref is a function's name taken apart.
type ref struct{ namespace, name, qualifier string }

func (r ref) String() string {
	s := r.name
	if r.namespace != "" && r.namespace != DefaultNamespace {
		s = r.namespace + "/" + s
	}
	if r.qualifier != "" {
		s += ":" + r.qualifier
	}
	return s
}

// ref takes "namespace/name:qualifier" apart and checks it.
func (c *Client) ref(name string) (ref, error) {
	r := ref{namespace: c.namespace}
	rest := name
	if ns, after, ok := strings.Cut(rest, "/"); ok {
		r.namespace, rest = ns, after
	}
	r.name = rest
	var bad faultList
	if n, q, ok := strings.Cut(rest, ":"); ok {
		r.name, r.qualifier = n, q
		bad.check("qualifier", checkQualifier(q))
	}
	bad.check("namespace", checkNamespace(r.namespace))
	bad.check("name", checkName(r.name))
	return r, bad.err(fmt.Sprintf("function name %q", name))
}

// plainRef is ref for methods that mean the function as a whole.
func (c *Client) plainRef(name string) (ref, error) {
	r, err := c.ref(name)
	if err == nil && r.qualifier != "" {
		err = &InvalidError{fmt.Sprintf("function name %q", name), []Fault{{"qualifier", "this concerns the function as a whole"}}}
	}
	return r, err
}
