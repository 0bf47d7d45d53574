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
//   - Custom Runtime: the process asks the platform for events over HTTP (document "Custom Runtime"). Any request other than
//     the one that waits for an event may take 10 s. A request that fails is tried again until the platform has been away for
//     10 s.
//   - Image function: the platform posts events to /event-invoke on port 9000 (document "Usage of images").
//   - Your own machine: go run . < event.json handles one event and prints the result; go run . -h explains.
//
// Payloads over 64 MB are rejected in every mode; the platform's own limit is 6 MB.
//
// # What an invocation sees
//
// The context of an invocation carries a [Context]. It has a deadline if the platform sent one: the Go1 runtime sends an
// instant, the others a limit of time, which counts from the arrival of the event. When the process is told to end (SIGTERM),
// it takes no more events and lets running invocations finish. After a grace their contexts are cancelled, see [WithGrace].
//
// The Go1 runtime may send environment variables with an invocation, among them the temporary credentials. Those that differ
// from the ones sent with the invocation before are set in the process, where [os.Getenv] finds them. A variable that is no
// longer sent, or sent as null, stays as it is. [Context].Environment has what was sent with the invocation itself, whatever
// is sent with others meanwhile.
//
// # What is answered
//
// The bytes that a handler returns are the answer. No bytes, which is what event.Mux returns, are sent as null. Bytes that are
// not valid JSON are sent as a JSON string.
//
// An error is reported with its text and a type: the outermost exported Go type in its tree, so that wrapping with [fmt.Errorf]
// hides nothing, or what an [ErrorTyper] chooses. The Go1 runtime's report is {Message, Type, StackTrace, ShouldExit}. The
// others get a JSON object, an image function with HTTP status 500:
//
//	{"errorCode":1,"errorMessage":"…","errorType":"QuotaError","requestId":"…"}
//
// A panic is reported as an error with its stack. The process then ends with status 1, so that the platform replaces it, after
// running invocations had their grace. Only a panic has a stack, and only a panic or an [ErrorExiter] ends the process.
//
// # Small and quick
//
// A function starts often. This package reads and writes the few messages it needs itself, over package net. A function that
// only uses [HandlerFunc] is a binary of 2.7 MB; net/rpc with encoding/gob would add 3.5 MB and 1.0 ms to its start, net/http
// 3.9 MB and 0.7 ms. encoding/json is linked only if [JSON], [Reflect] or [NewLogHandler] is used. The packages of the standard
// library are the oracle of the tests.
//
// A new process collects garbage each time its heap has grown by a few megabytes. If events come with many records at a time,
// GOGC=400 in the function's environment saves a fifth of the time of an invocation with 100 records, for about 12 MB.
package function
