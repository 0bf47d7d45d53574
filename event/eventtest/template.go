package eventtest

import "github.com/cosevent/cosevent-go/event"

// Template is the payload of a console test, in the shape of the console's own templates for PUT, POST and DELETE, which differs
// from what is delivered: a space in the event's name, the bucket "testpic" of the vendor's account, the short region only, no
// ETag and no storage class, a reqid, an old eventQueue. There are templates for the types Put, Post and Delete; it panics for
// others.
func Template(t event.Type) []byte {
	name := ""
	switch t {
	case event.TypeObjectCreatedPut:
		name = "cos: ObjectCreated:Put"
	case event.TypeObjectCreatedPost:
		name = "cos: ObjectCreated:Post"
	case event.TypeObjectRemoveDelete:
		name = "cos: ObjectRemove:Delete"
	default:
		panic("eventtest: Template: the console has none for " + string(t))
	}
	e := New(t, Bucket(event.Bucket{Name: "testpic", AppID: "1253970026", Region: "ap-chengdu"}), Key("testfile"), ContentType(""), Size(1029),
		Function(event.Target{Namespace: "default", Name: "printevent", Qualifier: "$LATEST"}), Before2022(),
		Edit(func(r *event.Record) { r.Event.Name = name }))
	return Payload(e)
}
