package event

import (
	"context"
	"math/bits"
	"slices"
	"strings"
)

// Events fall into classes: one for each kind, and four for names that are not known, by family. A route takes a set of
// classes, as bits.
const (
	classUnknown = len(kinds)
	classes      = classUnknown + 4
)

type route struct {
	classes uint32
	bucket  Bucket // zero: any
	prefix  string
	suffix  string
	handler Handler
}

// classOf tells the class of an event by its Go type, which is what handlers are registered for; for Unknown, by its name's
// family.
func classOf(e Event) int {
	if i := goType(e); i >= 0 {
		return i
	}
	return classUnknown + int(e.EventType().Family())
}

// goType is the place in kinds of an event's Go type, -1 for Unknown.
func goType(e Event) int {
	switch e.(type) {
	case *ObjectCreatedPut:
		return 0
	case *ObjectCreatedPost:
		return 1
	case *ObjectCreatedCopy:
		return 2
	case *ObjectCreatedCompleteMultipartUpload:
		return 3
	case *ObjectCreatedAppend:
		return 4
	case *ObjectCreatedOrigin:
		return 5
	case *ObjectCreatedReplication:
		return 6
	case *ObjectRemoveDelete:
		return 7
	case *ObjectRemoveDeleteMarkerCreated:
		return 8
	case *ObjectRestorePost:
		return 9
	case *ObjectRestoreCompleted:
		return 10
	case *ObjectCreated:
		return 11
	case *ObjectRemove:
		return 12
	}
	return -1
}

// taken reports whether the events of the kind at a place in kinds, -1 for Unknown, are of a Go type.
func taken[E Event](kind int) bool {
	e, _, _ := makeEvent(kind)
	_, ok := e.(E)
	return ok
}

func (r *route) takes(b *Base) bool {
	return (r.bucket == Bucket{} || r.bucket == b.Bucket) &&
		strings.HasPrefix(b.Object.Key, r.prefix) && strings.HasSuffix(b.Object.Key, r.suffix)
}

// compare orders routes, the more specific first.
func (r *route) compare(o *route) int {
	if d := bits.OnesCount32(r.classes) - bits.OnesCount32(o.classes); d != 0 {
		return d
	}
	if (r.bucket == Bucket{}) != (o.bucket == Bucket{}) {
		if (r.bucket == Bucket{}) {
			return 1
		}
		return -1
	}
	if d := len(o.prefix) - len(r.prefix); d != 0 {
		return d
	}
	return len(o.suffix) - len(r.suffix)
}

// conflicts reports whether one event could match both and neither is more specific.
func (r *route) conflicts(o *route) bool {
	return r.compare(o) == 0 && r.classes&o.classes != 0 && r.bucket == o.bucket && r.prefix == o.prefix && r.suffix == o.suffix
}

func buildTable(routes []*route, wrap func(Handler) Handler) *table {
	sorted := make([]*route, len(routes))
	for i, r := range routes {
		wrapped := *r
		wrapped.handler = wrap(r.handler)
		sorted[i] = &wrapped
	}
	slices.SortStableFunc(sorted, (*route).compare)
	t := &table{}
	for c := range t.byClass {
		for _, r := range sorted {
			if r.classes&(1<<c) != 0 {
				t.byClass[c] = append(t.byClass[c], r)
			}
		}
	}
	return t
}

// Filter narrows which events a handler takes. Filters of one registration all apply.
type Filter func(*route)

// Prefix takes keys that begin with p. The key is Object.Key: it has no leading slash of its own.
func Prefix(p string) Filter {
	return func(r *route) {
		switch {
		case strings.HasPrefix(p, r.prefix):
			r.prefix = p
		case !strings.HasPrefix(r.prefix, p):
			panic("event: filters that exclude each other: Prefix " + quote(r.prefix) + " and " + quote(p))
		}
	}
}

// Suffix takes keys that end in s. Prefix and Suffix apply each for itself, as in a trigger: in a short key they may overlap.
func Suffix(s string) Filter {
	return func(r *route) {
		switch {
		case strings.HasSuffix(s, r.suffix):
			r.suffix = s
		case !strings.HasSuffix(r.suffix, s):
			panic("event: filters that exclude each other: Suffix " + quote(r.suffix) + " and " + quote(s))
		}
	}
}

// InBucket takes events of one bucket. Name, AppID and Region must all be those of the event.
func InBucket(b Bucket) Filter {
	if b.Name == "" || b.AppID == "" || b.Region == "" {
		panic("event: InBucket: name, appid and region are all needed, have " + quote(b.String()))
	}
	return func(r *route) {
		if (r.bucket != Bucket{}) && r.bucket != b {
			panic("event: filters that exclude each other: InBucket " + r.bucket.String() + " and " + b.String())
		}
		r.bucket = b
	}
}

// On registers h for the events whose Go type is E: a pointer to a struct of this package, as in
//
//	event.On(m, func(ctx context.Context, e *event.ObjectCreatedPut) error { … }, event.Suffix(".png"))
//
// or Event for all of them. *ObjectCreated and *ObjectRemove are the wildcard names delivered as such, not the families: for
// these use OnCreated and OnRemoved. *Unknown are all names that this version does not know. On panics if h is nil, if no event
// is an E, if there is such a handler already, or after the first event.
func On[E Event](m *Mux, h func(context.Context, E) error, filters ...Filter) {
	if h == nil {
		panic("event: On: nil handler")
	}
	var set uint32
	for i := range kinds {
		if taken[E](i) {
			set |= 1 << i
		}
	}
	if taken[E](-1) {
		set |= 0b1111 << classUnknown
	}
	m.add("On", set, func(ctx context.Context, e Event) error { return h(ctx, e.(E)) }, filters)
}

// OnCreated registers h for every event that says an object was created: the concrete types, the delivered wildcard, and
// created events of an operation that this version does not know.
func (m *Mux) OnCreated(h func(context.Context, Event) error, filters ...Filter) {
	m.add("OnCreated", familySet(FamilyCreated), h, filters)
}

// OnRemoved registers h for every event that says an object was removed, as OnCreated does for created ones.
func (m *Mux) OnRemoved(h func(context.Context, Event) error, filters ...Filter) {
	m.add("OnRemoved", familySet(FamilyRemove), h, filters)
}

// OnRestored registers h for every event of restoring archived objects: asked for and completed.
func (m *Mux) OnRestored(h func(context.Context, Event) error, filters ...Filter) {
	m.add("OnRestored", familySet(FamilyRestore), h, filters)
}

func familySet(f Family) uint32 {
	set := uint32(1) << (classUnknown + int(f))
	for i := range kinds {
		if kinds[i].typ.Family() == f {
			set |= 1 << i
		}
	}
	return set
}

func (m *Mux) add(what string, set uint32, h Handler, filters []Filter) {
	if h == nil {
		panic("event: " + what + ": nil handler")
	}
	if set == 0 {
		panic("event: " + what + ": no event is of the type that the handler takes")
	}
	r := &route{classes: set, handler: h}
	for _, f := range filters {
		if f == nil {
			panic("event: " + what + ": nil filter")
		}
		f(r)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open(what)
	for _, o := range m.routes {
		if r.conflicts(o) {
			panic("event: " + what + ": there is a handler for this already: " + r.String())
		}
	}
	m.routes = append(m.routes, r)
}

// String describes the route for a panic's message.
func (r *route) String() string {
	var names []string
	for i := range kinds {
		if r.classes&(1<<i) != 0 {
			names = append(names, string(kinds[i].typ))
		}
	}
	if r.classes>>classUnknown != 0 {
		names = append(names, "unknown")
	}
	s := strings.Join(names, ", ")
	if (r.bucket != Bucket{}) {
		s += " in bucket " + r.bucket.String()
	}
	if r.prefix != "" {
		s += " with prefix " + quote(r.prefix)
	}
	if r.suffix != "" {
		s += " with suffix " + quote(r.suffix)
	}
	return s
}
