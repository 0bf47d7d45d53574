// Package function runs your code inside a function of Tencent Cloud SCF. One program runs everywhere: [Start] finds out from
// the environment how events arrive, see [WithMode].
//
//	func main() {
//		mux := event.NewMux()
//		event.On(mux, func(ctx context.Context, e *event.ObjectCreatedPut) error { … })
//		function.Start(mux)
//	}
//
// # Where it runs
//
//   - Go1 runtime: the platform dials the process and speaks Go's RPC. The messages are those of scf-go-lib, which this
//     package replaces; [Reflect] takes its handlers.
//   - Custom Runtime: the process asks the platform for events over HTTP (document "Custom Runtime"). A request other than the
//     one that waits for an event may take 10 s; what fails is tried again until the platform has been away for 10 s.
//   - Image function: the platform posts events to /event-invoke on port 9000 (document "Usage of images").
//   - Laptop: go run . < event.json handles one event and prints the result; go run . -h explains.
//
// # What an invocation sees
//
// The context of an invocation carries a [Context]. It has a deadline if the platform sent one: the Go1 runtime sends an
// instant, the others a limit of time, which counts from the arrival of the event. When the process is told to end (SIGTERM),
// it takes no more events and lets running invocations finish; after a grace their contexts are cancelled, see [WithGrace].
//
// The Go1 runtime may send environment variables with an invocation, the temporary credentials among them. Those that differ
// from the ones sent with the invocation before are set in the process, so that os.Getenv sees them; a variable that is no
// longer sent, or sent as null, stays as it is. What a call itself was sent is in [Context].Environment, whatever other calls are sent
// meanwhile.
//
// # What is answered
//
// The bytes that a handler returns are the answer. No bytes, which is what event.Mux returns, are answered as null; bytes
// that are no JSON text are answered as a JSON string.
//
// An error is reported with its text and a type: the outermost exported Go type in its tree, so that wrapping with fmt.Errorf
// hides nothing, or what an [ErrorTyper] chooses. The Go1 runtime's reply is {Message, Type, StackTrace, ShouldExit}; the others
// get a JSON object:
//
//	{"errorCode":1,"errorMessage":"…","errorType":"QuotaError","requestId":"…"}
//
// A panic is reported as an error with its stack, and the process ends with status 1 to be replaced, once running
// invocations had their grace. Only a panic has a stack, and only a panic or an [ErrorExiter] asks for an end.
//
// An image function answers errors with HTTP status 500.
//
// # Small and quick
//
// A function starts often. This package reads and writes the few messages it needs itself, over package net; net/http, net/rpc
// and encoding/gob are not linked, and encoding/json is only if [JSON] or [Reflect] is used. The standard library is the
// oracle of its tests.
package function
