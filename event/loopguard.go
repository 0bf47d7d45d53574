package event

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"
)

// ErrLoop is what LoopGuard returns for an event that a function seems to have caused itself.
var ErrLoop = errors.New("event: the function fires itself")

// LoopMark is the metadata, without x-cos-meta-, by which functions mark what they write. See MarkLoop.
const LoopMark = "cosevent-by"

// MarkLoop returns the value for the metadata LoopMark of an object that is written while handling e: the functions that
// had a part in it, this one last. With it LoopGuard recognises a loop at its first turn, even one over several functions and
// buckets.
func MarkLoop(e Event) string {
	b := e.Common()
	by := b.Object.Metadata[LoopMark]
	if by != "" {
		by += ","
	}
	return by + functionMark(b.Function)
}

// functionMark names a function by what stays the same in every event for it.
func functionMark(t Target) string {
	ns := t.Namespace
	if ns == "" {
		ns = "default"
	}
	return t.Region + "/" + ns + "/" + t.Name
}

// LoopOption changes LoopGuard.
type LoopOption func(*loopGuard)

// LoopRepeats sets how many different events that say created, of whatever type, may come for one object within a time. The first
// event of an object starts the time; an event delivered again does not count. The default is 20 in a minute; n < 0 allows any
// number.
func LoopRepeats(n int, within time.Duration) LoopOption {
	if within <= 0 {
		panic("event: LoopRepeats: not a positive duration")
	}
	return func(g *loopGuard) { g.most, g.within = n, within }
}

// LoopCredentials sets how to find the id of the key that this function signs with, to be compared with the one that the
// COS request was signed with. The default reads TENCENTCLOUD_SECRETID, which the platform sets. nil turns the check off.
func LoopCredentials(id func() string) LoopOption {
	return func(g *loopGuard) { g.credentials = id }
}

// OnLoop sets what to do with an event that is part of a loop instead of failing it with why, for which
// errors.Is(why, ErrLoop) holds. Returning nil drops the event, so that SCF does not try it again.
func OnLoop(f func(ctx context.Context, e Event, why error) error) LoopOption {
	if f == nil {
		panic("event: OnLoop: nil function")
	}
	return func(g *loopGuard) { g.onLoop = f }
}

type loopGuard struct {
	most        int
	within      time.Duration
	credentials func() string
	onLoop      func(context.Context, Event, error) error

	mu    sync.Mutex
	mine  [8]string // the latest ids of the function's own key
	last  int
	times map[string]*repeats
}

// repeats counts the events of one object.
type repeats struct {
	since time.Time
	ids   map[string]struct{} // distinct events; a retry is no repeat
}

// loopRoom bounds how many objects are watched at a time.
const loopRoom = 4096

// LoopGuard stops a function that fires itself by writing where its own trigger looks: an endless loop, which costs money.
// An event is part of a loop if it says created, and
//   - the object has this function in its metadata LoopMark (see MarkLoop), or
//   - the COS request was signed with this function's own key, or
//   - this process got too many different events of the object in a short time (see LoopRepeats).
//
// Such an event fails with ErrLoop, which SCF retries as usual; OnLoop can drop it instead. It is a safety net, not a
// substitute for writing elsewhere than one reads.
func LoopGuard(opts ...LoopOption) Middleware {
	g := &loopGuard{
		most: 20, within: time.Minute, credentials: func() string { return os.Getenv("TENCENTCLOUD_SECRETID") },
		onLoop: func(_ context.Context, _ Event, why error) error { return why },
		times:  map[string]*repeats{},
	}
	for _, o := range opts {
		o(g)
	}
	return func(next Handler) Handler {
		return func(ctx context.Context, e Event) error {
			if why := g.check(e); why != "" {
				return g.onLoop(ctx, e, &loopError{why})
			}
			return next(ctx, e)
		}
	}
}

type loopError struct{ why string }

func (e *loopError) Error() string        { return ErrLoop.Error() + ": " + e.why }
func (e *loopError) Is(target error) bool { return target == ErrLoop }

// check says why the event is part of a loop, "" if it is not.
func (g *loopGuard) check(e Event) string {
	b := e.Common()
	if b.Type.Family() != FamilyCreated {
		return ""
	}
	if by := b.Object.Metadata[LoopMark]; by != "" && b.Function.Name != "" {
		me := functionMark(b.Function)
		for f := range strings.SplitSeq(by, ",") {
			if strings.TrimSpace(f) == me {
				return "it wrote the object, as x-cos-meta-" + LoopMark + " tells"
			}
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isMine(b) {
		return "the COS request was signed with the function's own key"
	}
	if g.repeated(b, time.Now()) {
		return "too many events of one object in a short time"
	}
	return ""
}

// isMine reports whether the function's own key signed the COS request. Keys rotate, so a few of the latest count.
func (g *loopGuard) isMine(b *Base) bool {
	if g.credentials == nil {
		return false
	}
	if id := g.credentials(); id != "" && id != g.mine[g.last] {
		g.last = (g.last + 1) % len(g.mine)
		g.mine[g.last] = id
	}
	signer := signerOf(b.Record)
	if signer == "" {
		return false
	}
	for _, id := range g.mine {
		if id == signer {
			return true
		}
	}
	return false
}

// signerOf returns the id of the key that the COS request was signed with: q-ak in its Authorization.
func signerOf(r *Record) string {
	if r == nil {
		return ""
	}
	for _, f := range r.Event.RequestParameters.Headers.Fields() {
		if !foldEqual(f.Name, "authorization") {
			continue
		}
		for part := range strings.SplitSeq(f.Value, "&") {
			if id, ok := strings.CutPrefix(part, "q-ak="); ok {
				return id
			}
		}
	}
	return ""
}

// repeated counts the event and reports whether there were too many. The caller has the lock.
func (g *loopGuard) repeated(b *Base, now time.Time) bool {
	if g.most < 0 {
		return false
	}
	object := b.Bucket.ID() + "/" + b.Object.Key
	r := g.times[object]
	if r == nil || now.Sub(r.since) >= g.within {
		if r == nil && len(g.times) >= loopRoom {
			g.forget(now)
		}
		r = &repeats{since: now, ids: map[string]struct{}{}}
		g.times[object] = r
	}
	id := b.ID()
	if _, known := r.ids[id]; !known && len(r.ids) <= g.most {
		r.ids[id] = struct{}{}
	}
	return len(r.ids) > g.most
}

// forget makes room: it drops the objects whose time is over, and if there are none all of them.
func (g *loopGuard) forget(now time.Time) {
	for object, r := range g.times {
		if now.Sub(r.since) >= g.within {
			delete(g.times, object)
		}
	}
	if len(g.times) >= loopRoom {
		clear(g.times)
	}
}
