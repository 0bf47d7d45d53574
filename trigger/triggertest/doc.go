// Package triggertest joins the fake COS and the fake SCF to a cloud in miniature: a write to a bucket becomes an event, the event an
// invocation of the functions bound to the bucket, with retries, dead letters, logs, and a reason for every event that reached
// no function.
//
// [New] starts one for a test:
//
//	cloud := triggertest.New(t)
//	cloud.CreateBucket(photos)
//	cloud.Handle("thumb", handler)                             // or deploy a zip with cloud.SCF(region)
//	cloud.Triggers(photos.Region).Bind(ctx, trigger.Trigger{…})
//	cloud.COS(photos).Object.Put(…)                            // the official client
//	cloud.Wait(ctx)
//	cloud.Deliveries()                                         // what became of each event
//
// [Start] starts one for a program. Everything is served on one loopback address ([Cloud.URL]) over plain HTTP, with signatures
// checked; other clients reach it by the Host header or with the address as their HTTP_PROXY. Function processes that the fake starts
// get that address as HTTP_PROXY and as COSEVENT_ENDPOINT, which package cos heeds, and temporary credentials that the fake COS
// accepts.
//
// # Time
//
// One clock rules retries, event age, restores, expiry of credentials and signatures. It runs with real time plus what
// [Cloud.Advance] added. [Cloud.Wait] moves it by itself, to the next instant at which something is due, so that a test of
// three attempts a minute apart takes milliseconds; [ManualClock] turns that off. Clients know nothing of it and sign with the
// real time: the fakes translate.
//
// # What an event is
//
// The payload is what functions printed in 2022: one record, the key raw and the url encoded. [Shape2019] gives the older form,
// [WildcardNames] the rule's name in place of the event's; both were seen in the service. A trigger matches if its event, prefix and
// suffix all do. Each trigger that matches gets the event once: the service lets only one function have a rule, so two only match
// where their rules do not overlap, or where an option of the fake lets them.
//
// # Loops
//
// A function whose writes cause events for itself goes on for ever, and costs money, in the service. The fake follows the chain: an
// event caused by an invocation is one generation after the event of that invocation. The credentials tell: a function process has
// temporary ones of its function; a handler in this process signs with keys of its invocation where it passes the
// [context.Context] it was given to [Cloud.COS] or [Cloud.Objects]. After [LoopLimit] generations the event is not sent, and its
// [Delivery] says so.
//
// # Other languages
//
// GET /healthz answers once the address serves; GET /_cosevent/deliveries gives the deliveries as JSON; POST
// /_cosevent/advance?by=1m moves the clock. The program examples/emulator serves all of it on a fixed address.
package triggertest
