// Package eventtest makes sample events: one builder per type, each value of which an option can replace, the console's
// own test templates with their quirks, and random valid events for property tests.
//
// A builder gives the typed event that a handler takes. Payload turns events into what a function receives, for
// scf.Client.Invoke or event.Mux.Invoke:
//
//	payload := eventtest.Payload(
//		eventtest.Put(eventtest.Key("in/cat.png"), eventtest.Size(2048)),
//		eventtest.Delete(eventtest.Key("in/dog.png")),
//	)
//
// Samples are the same on every call: a test that fails once fails again. Two with different options are different
// events, with ids of their own; two with the same options are one event delivered twice.
//
// Everything here panics on misuse rather than return an error, as it is for tests.
package eventtest
