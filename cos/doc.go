// Package cos reads the object an event is about and writes new ones.
//
// [Objects] is what a handler needs: it opens, asks about, writes, lists, copies, tags and deletes objects of any bucket, with one
// cached client for each.
//
//	objects := cos.NewObjects(cos.EnvCredentials())
//	r, err := objects.Open(ctx, e, cos.IfUnchanged())
//	switch {
//	case errors.Is(err, cos.ErrNotFound): // deleted since: normal, events are asynchronous
//	case errors.Is(err, cos.ErrChanged):  // overwritten since: a later event is about the new content
//	}
//
// [Objects.Open] and [Objects.Head] take an event; [Objects.OpenKey], [Objects.Stat] and everything that writes take a bucket and a
// key. What a function writes it should mark with [Mark], so that [event.LoopGuard] stops it from calling itself.
//
// [NewClient] gives the official client (github.com/tencentyun/cos-go-sdk-v5) for everything else, with the same credentials,
// time-outs and retries.
//
// # Where requests go
//
// A request goes to the bucket's own host over HTTPS. With [WithEndpoint], or with the environment variable COSEVENT_ENDPOINT
// (for example http://127.0.0.1:9000), it goes to that address instead and keeps the bucket's host in its Host header; this is
// how a function under test reaches a fake.
//
// # Retries
//
// A read (GET or HEAD) that fails without an answer, or with 408, 429 or a 5xx status, is repeated with jittered, growing pauses,
// [DefaultAttempts] times in all unless [WithAttempts] says otherwise, each time signed anew. A body that breaks off is resumed at
// its place, on condition that the object is still the same one ([Reader]). The official client's own retries, which do not pause,
// are off. Writes made through the official client are not repeated; [Objects.Put] says what it repeats.
//
// # Errors
//
// Every failure is an [*Error]: one line with the operation, the bucket, the key, the service's message, its code and the request id,
// and what to try where the answer does not say: the answer to a HEAD has no body, and a signature may have expired because a clock is
// wrong. A successful answer without an ETag or a request id is not from COS, but from a proxy or a login page, and is an error too.
//
// # Keys
//
// Keys are sent byte for byte, whatever they hold. The official client's Get refuses keys that clean to the root ("/", "a/.."),
// and its other methods send the keys "." and ".." to the bucket itself; [Objects] sends both as they are.
//
// # Secrets
//
// Secret keys, tokens and signatures never appear in an error or in the text of a value of this package.
package cos
