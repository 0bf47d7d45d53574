package costest

import (
	"net/http"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/clock"
)

// restore is the state of a readable copy of an archived object. The clock decides what it says.
type restore struct {
	Ready   time.Time // when the copy is there
	Expires time.Time // when it goes
	Tier    string
	Days    int
}

func (r *restore) running(now time.Time) bool { return r != nil && now.Before(r.Ready) }

func (r *restore) readable(now time.Time) bool {
	return r != nil && !now.Before(r.Ready) && now.Before(r.Expires)
}

// header is x-cos-restore; "" once the copy is gone.
func (r *restore) header(now time.Time) string {
	switch {
	case r.running(now):
		return `ongoing-request="true"`
	case r.readable(now):
		return `ongoing-request="false", expiry-date="` + r.Expires.UTC().Format(http.TimeFormat) + `"`
	}
	return ""
}

func (r *restore) status(now time.Time) string {
	switch {
	case r.running(now):
		return "ONGOING"
	case r.readable(now):
		return "RESTORED"
	}
	return "NONE"
}

// restoreTimes is how long a restore takes: the longest time the COS document "POST Object restore" gives for each mode.
var restoreTimes = map[string]map[string]time.Duration{
	classArchive:     {"Expedited": 5 * time.Minute, "Standard": 5 * time.Hour, "Bulk": 12 * time.Hour},
	classDeepArchive: {"Standard": 24 * time.Hour, "Bulk": 48 * time.Hour},
}

// restores are the timers of restores that run.
type restores struct {
	mu     sync.Mutex
	timers map[*restore]*clock.Timer
	closed bool
}

func (r *restores) stopAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.stop()
}

func (r *restores) stop() {
	for _, t := range r.timers {
		t.Stop()
	}
	r.timers = nil
}

func (c *call) restore() error {
	var x struct {
		Days int
		Tier string `xml:"CASJobParameters>Tier"`
	}
	if _, err := c.readXML("RestoreRequest", &x); err != nil {
		return err
	}
	if x.Tier == "" {
		x.Tier = "Standard"
	}
	if x.Days < 1 || x.Days > 365 {
		return errInvalidArgument.with("Days must be a number from 1 to 365.")
	}
	var job *restore
	again := false
	o, err := c.s.update(c.b, c.key, c.q.version(), func(o *object) error {
		times := restoreTimes[o.attrs.Class]
		if times == nil {
			return errRestoreNonArchive
		}
		takes, ok := times[x.Tier]
		if !ok {
			return errInvalidArgument.with("The tier %q is not for the class %s.", x.Tier, o.attrs.Class)
		}
		days := time.Duration(x.Days) * 24 * time.Hour
		old := o.more.Restore
		switch {
		case old.running(c.start):
			return errRestoreInProgress
		case old.readable(c.start):
			again = true
			job = &restore{Ready: old.Ready, Expires: c.start.Add(days), Tier: x.Tier, Days: x.Days}
		default:
			ready := c.start.Add(takes)
			job = &restore{Ready: ready, Expires: ready.Add(days), Tier: x.Tier, Days: x.Days}
		}
		o.more.Restore = job
		return nil
	})
	if err != nil {
		return err
	}
	c.versionHeader(o)
	if again {
		// The copy is there and only lives longer: no job is created, so no event.
		c.reply(http.StatusOK)
		return nil
	}
	if c.s.heard() {
		c.s.tell(c.b.change(event.TypeObjectRestorePost, c.key, o, o.version, c.cause()))
	}
	c.s.await(c.b, c.key, o.version, job)
	c.reply(http.StatusAccepted)
	return nil
}

// await tells the end of a restore when the clock gets there.
func (s *Server) await(b *bucket, key string, version uint64, job *restore) {
	r := &s.restores
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	if r.timers == nil {
		r.timers = map[*restore]*clock.Timer{}
	}
	r.timers[job] = s.clock.AfterFunc(job.Ready.Sub(s.clock.Now()), func() {
		r.mu.Lock()
		_, mine := r.timers[job]
		delete(r.timers, job)
		r.mu.Unlock()
		if !mine {
			return
		}
		o := b.head(key).find(version)
		if o == nil || o.x().Restore != job {
			return // deleted or overwritten meanwhile
		}
		if s.heard() {
			s.tell(b.change(event.TypeObjectRestoreCompleted, key, o, version, s.directCause()))
		}
	})
}

// resumeRestores sets the timers of every restore that runs: after a start on a directory, or when a snapshot came back.
func (s *Server) resumeRestores(b *bucket) {
	now := s.clock.Now()
	b.tree.ascend("", func(key string, head *object) bool {
		for o := head; o != nil; o = o.prev {
			if job := o.x().Restore; job.running(now) {
				s.await(b, key, o.version, job)
			}
		}
		return true
	})
}
