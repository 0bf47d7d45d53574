// Package scf packages, creates, updates, tests and reads the logs of functions in Tencent Cloud SCF.
//
// The way of a deployment:
//
//	code, err := scf.BuildGo(ctx, "./cmd/thumbnail")        // cross-compiled, checked, zipped
//	change, err := client.Deploy(ctx, scf.Function{Name: "thumbnail", Code: code})
//	result, err := client.Invoke(ctx, "thumbnail", payload) // synchronous, with the end of its log
//	for entry, err := range client.Logs(ctx, "thumbnail", scf.LogQuery{RequestID: result.RequestID}) { … }
//
// # Names
//
// Every method that takes a function's name takes "name", "namespace/name", "name:qualifier" or
// "namespace/name:qualifier". Without a namespace the client's own is meant ([WithNamespace]); a qualifier is a version or
// an alias, and without one the service's default holds, which is $LATEST.
//
// # Errors
//
// Errors of the service come as [*Error]. errors.Is sorts them: [ErrNotFound], [ErrExists], [ErrConflict], [ErrThrottled],
// [ErrNotReady], [ErrDenied], [ErrLimit]. errors.As finds the official client's error
// (*errors.TencentCloudSDKError of tencentcloud/common) with its code, message and request id. Input that the service would
// refuse is refused before any call with an [*InvalidError] that lists every fault, a function's own failure is a
// [*FunctionError], a function that does not become Active is a [*StateError].
//
// # Retries
//
// Reads are repeated when throttled, when the service fails and when the connection does. Writes are repeated by themselves
// only when they cannot have had an effect: throttled, or the connection was never made. When a write's answer was lost the
// method reads back what became of it, and repeats it only if it did not happen; [Client.Invoke] and [Client.InvokeAsync]
// cannot read back and return an error that Is [ErrUnknownOutcome]. Attempts and their total time are bounded by [Backoff].
//
// # Concurrency
//
// A [Client] is safe for concurrent use. Two concurrent deployments of one function do not make a second function; the later
// write wins, as it does in the console.
package scf
