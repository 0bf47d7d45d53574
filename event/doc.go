// Package event says what happened in a COS bucket: it decodes the notifications that COS sends to functions, routes them to
// typed handlers, and writes them.
//
// # Entry point
//
// A function registers handlers with a [Mux] and starts it; each handler gets one event of its own type:
//
//	m := event.NewMux()
//	m.Use(event.Recover(), event.Log(slog.Default()), event.Dedup(nil))
//	event.On(m, func(ctx context.Context, e *event.ObjectCreatedPut) error { … }, event.Prefix("in/"))
//	m.OnRemoved(func(ctx context.Context, e event.Event) error { … })
//	function.Start(m)
//
// [Decode] does without a Mux: it returns events to switch on.
//
// # What an event holds
//
// Every event embeds [Base]: type, time, bucket, object, function. The awkward facts of the wire are resolved there: the key is
// the one that the COS API takes, the region is the long name, integers may have come as strings. Base.Record has the wire as it
// was, and [Encode] writes it without loss. An event name that this version does not know is an *[Unknown], not an error.
//
// The wire has no event id; [Base.ID] makes a stable one. SCF delivers at least once, in no order, and retries whole payloads.
//
// Objects that stand for folders are objects too, with a key that ends in "/": [SkipFolders] keeps their events from the handlers.
//
// # Errors
//
// One record that cannot be read does not cost the others: see [Decode]. [Mux.Invoke] handles every event of a payload and
// returns one *[InvokeError]. All errors work with errors.Is and errors.As.
//
// # Secrets
//
// The Authorization of the COS request is in Base.Record, which keeps it, and the text that it is a part of, where package fmt,
// log/slog and encoding/json do not reach: see [Headers]. No error holds it either. Only [Encode], [Headers.Fields] and
// [DeadLetter.Payload] hand it out.
//
// # Other forms
//
// [DecodeBody], [DecodeDeadLetter], [DecodeEventBridge] and [DecodeWorkflow] read events where they come in another wrapping,
// [DecodeAny] finds out which.
//
// The package imports the standard library only, and of that neither encoding/json nor net/http, so that functions stay small and
// start fast. What it knows of the wire is from the documents "Event Notifications" of COS and "COS trigger", "Dead letter queue"
// and "Image-based functions" of SCF, and from events that functions printed.
package event
