package event

import (
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

// route is one registration.
type route struct {
	name    string // of the registration, like "OnCreated"
	classes uint32
	is      func(Event) bool // whether the handler can be given the event; nil: any
	bucket  Bucket           // zero: any
	prefix  string
	suffix  string
	handler Handler
}

// classOf tells the class of an event by its Go type, which is what handlers are registered for; for Unknown, and for types
// from outside of this package, by its name's family.
func classOf(e Event) int {
	if i := goType(e); i >= 0 {
		return i
	}
	return classUnknown + int(e.EventType().Family())
}

// goType is the place in kinds of an event's Go type, kindUnknown for any other.
func goType(e Event) int {
	switch e.(type) {
	case *ObjectCreatedPut:
		return kindPut
	case *ObjectCreatedPost:
		return kindPost
	case *ObjectCreatedCopy:
		return kindCopy
	case *ObjectCreatedCompleteMultipartUpload:
		return kindCompleteMultipartUpload
	case *ObjectCreatedAppend:
		return kindAppend
	case *ObjectCreatedOrigin:
		return kindOrigin
	case *ObjectCreatedReplication:
		return kindReplication
	case *ObjectRemoveDelete:
		return kindDelete
	case *ObjectRemoveDeleteMarkerCreated:
		return kindDeleteMarkerCreated
	case *ObjectRestorePost:
		return kindRestorePost
	case *ObjectRestoreCompleted:
		return kindRestoreCompleted
	case *ObjectCreated:
		return kindCreated
	case *ObjectRemove:
		return kindRemoved
	}
	return kindUnknown
}

// isGoType reports whether the events of the kind at a place in kinds are of a Go type.
func isGoType[E Event](kind int) bool {
	_, ok := new(box).typed(kind).(E)
	return ok
}

// takes reports whether the route takes an event of one of its classes.
func (r *route) takes(e Event) bool { return r.misses(e) == "" && (r.is == nil || r.is(e)) }

// misses returns the first filter that does not let an event through, "" if all do.
func (r *route) misses(e Event) string {
	b := e.Common()
	switch {
	case r.bucket != Bucket{} && r.bucket != b.Bucket:
		return "InBucket(" + r.bucket.String() + ")"
	case !strings.HasPrefix(b.Object.Key, r.prefix):
		return "Prefix(" + quote(r.prefix) + ")"
	case !strings.HasSuffix(b.Object.Key, r.suffix):
		return "Suffix(" + quote(r.suffix) + ")"
	}
	return ""
}

// nearly names the handlers that would take an event but for a filter, up to five, each with the filter.
func (t *table) nearly(e Event) []string {
	var out []string
	for _, r := range t.byClass[classOf(e)] {
		filter := r.misses(e)
		if filter == "" || r.is != nil && !r.is(e) {
			continue
		}
		if len(out) == 5 {
			return append(out, "and others")
		}
		near := filter + " of " + r.name
		if strings.HasPrefix(r.prefix, "/") && strings.HasPrefix(e.Common().Object.Key, r.prefix[1:]) {
			near += " (keys have no leading slash)"
		}
		out = append(out, near)
	}
	return out
}

// compare orders routes, the more specific first.
func (r *route) compare(o *route) int {
	if d := bits.OnesCount32(r.classes) - bits.OnesCount32(o.classes); d != 0 {
		return d
	}
	if (r.bucket == Bucket{}) != (o.bucket == Bucket{}) {
		if (r.bucket == Bucket{}) {
			return kindPost
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
