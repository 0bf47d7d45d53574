package event

import (
	"context"
	"strings"
)

// On registers h for the events whose Go type is E: a pointer to a struct of this package, as in
//
//	event.On(m, func(ctx context.Context, e *event.ObjectCreatedPut) error { … }, event.Suffix(".png"))
//
// or Event for all of them. *ObjectCreated and *ObjectRemove are the wildcard names delivered as such, not the families: for
// these use OnCreated and OnRemoved. *Unknown are all names that this version does not know. On panics if h is nil, if no event
// is an E, if there is such a handler already, or after the first event.
func On[E Event](m *Mux, h func(context.Context, E) error, filters ...Filter) {
	if h == nil {
		panic("event: On was given a nil handler")
	}
	var set uint32
	for i := range kinds {
		if isGoType[E](i) {
			set |= 1 << i
		}
	}
	if isGoType[E](kindUnknown) {
		set |= 0b1111 << classUnknown
	}
	m.add(&route{
		name: "On", classes: set,
		is:      func(e Event) bool { _, ok := e.(E); return ok },
		handler: func(ctx context.Context, e Event) error { return h(ctx, e.(E)) },
	}, filters)
}

// OnCreated registers h for every event that says an object was created: the concrete types, the delivered wildcard, and
// created events of an operation that this version does not know.
func (m *Mux) OnCreated(h func(context.Context, Event) error, filters ...Filter) {
	m.add(&route{name: "OnCreated", classes: familySet(FamilyCreated), handler: h}, filters)
}

// OnRemoved registers h for every event that says an object was removed, as OnCreated does for created ones.
func (m *Mux) OnRemoved(h func(context.Context, Event) error, filters ...Filter) {
	m.add(&route{name: "OnRemoved", classes: familySet(FamilyRemove), handler: h}, filters)
}

// OnRestored registers h for every event of restoring archived objects: asked for and completed.
func (m *Mux) OnRestored(h func(context.Context, Event) error, filters ...Filter) {
	m.add(&route{name: "OnRestored", classes: familySet(FamilyRestore), handler: h}, filters)
}

// familySet is the set of all classes of a family.
func familySet(f Family) uint32 {
	set := uint32(1) << (classUnknown + int(f))
	for i := range kinds {
		if kinds[i].typ.Family() == f {
			set |= 1 << i
		}
	}
	return set
}

// add registers a route.
func (m *Mux) add(r *route, filters []Filter) {
	what := r.name
	if r.handler == nil {
		panic("event: " + what + " was given a nil handler")
	}
	if r.classes == 0 {
		panic("event: " + what + ": no event is of the type that the handler takes")
	}
	if what == "On" {
		r.name += "(" + r.kinds() + ")"
	}
	for _, f := range filters {
		if f == nil {
			panic("event: " + what + " was given a nil filter")
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

// kinds lists the names of the events that a route takes.
func (r *route) kinds() string {
	var names []string
	for i := range kinds {
		if r.classes&(1<<i) != 0 {
			names = append(names, string(kinds[i].typ))
		}
	}
	if r.classes>>classUnknown != 0 {
		names = append(names, "unknown")
	}
	if len(names) > len(kinds) {
		return "every event"
	}
	return strings.Join(names, ", ")
}

// String describes the route for a panic's message.
func (r *route) String() string {
	s := r.kinds()
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
