// Package replay feeds events to a handler again: a bounded number at a time, no faster than allowed, and with a checkpoint from
// which a killed run goes on.
package replay

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/scf/function"
)

// Item is one payload to replay.
type Item struct {
	// Position says where the source goes on behind this item. It is unique in the source.
	Position string
	Payload  []byte
	// Size is the item's part of the source's total, in units of the source's choice.
	Size int64
	// Err says that the item cannot be replayed; Payload is then what there is instead.
	Err error
}

// Source gives the items in an order that is the same each time.
type Source interface {
	// Name tells the source from others in a checkpoint.
	Name() string
	// Items yields the items behind a position, all of them if it is empty. An error ends it.
	Items(ctx context.Context, after string) iter.Seq2[Item, error]
	// Total is the sum of the sizes of all items, -1 if it is not known.
	Total(ctx context.Context) (int64, error)
}

// Job says what to replay to whom. Target, which is called from several goroutines, and Source are needed.
type Job struct {
	Source     Source
	Target     function.Handler
	TargetName string        // tells the target from others in a checkpoint
	Workers    int           // how many items at a time; 1 if less
	Rate       float64       // items begun each second at most; no limit if 0
	Attempts   int           // how often an item is tried in all; 1 if less
	Pause      time.Duration // before the second attempt, doubled before each one after it
	Checkpoint string        // file that remembers what is done; "" for none
	Progress   func(Progress)
}

// Progress is how far a job is, earlier runs included.
type Progress struct {
	Done, Failed int64 // items; the failed ones are done too
	Size, Total  int64 // of the done items, and of all: -1 if not known
	Here         int64 // items done in this run
	Elapsed      time.Duration
}

// ErrFailed says that items failed. They are in the checkpoint's file of failures.
var ErrFailed = errors.New("some events could not be replayed")

// Run replays until the source ends, ctx is done, or source or checkpoint fail. An item that fails in all attempts is written to
// the file of failures and counts as done: its error is ErrFailed, at the end. When ctx is done, what is in flight is
// waited for.
func Run(ctx context.Context, job Job) (Progress, error) {
	total, err := job.Source.Total(ctx)
	if err != nil {
		return Progress{}, err
	}
	j, err := openJournal(job.Checkpoint, job.Source.Name()+" to "+job.TargetName)
	if err != nil {
		return Progress{}, err
	}
	r := &run{Job: job, journal: j, total: total, began: time.Now(), before: j.done, limiter: limiter{rate: job.Rate}, queue: make(chan *outstanding)}
	ctx, r.stop = context.WithCancelCause(ctx)
	defer r.stop(nil)
	var workers sync.WaitGroup
	for range max(job.Workers, 1) {
		workers.Go(func() {
			for o := range r.queue {
				r.work(ctx, o)
			}
		})
	}
	r.report()
	err = r.feed(ctx)
	close(r.queue)
	workers.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err == nil {
		err = j.finish()
	}
	if err == nil && j.failed > 0 {
		err = fmt.Errorf("%w: %d of %d", ErrFailed, j.failed, j.done)
	}
	return r.progress(), errors.Join(err, j.close())
}

type run struct {
	Job
	*journal
	total, before int64
	began         time.Time
	limiter       limiter
	queue         chan *outstanding
	stop          context.CancelCauseFunc
}

// feed hands the items that are not done to the workers.
func (r *run) feed(ctx context.Context) error {
	if r.finished {
		return nil
	}
	for item, err := range r.Source.Items(ctx, r.mark) {
		if err != nil {
			return err
		}
		o, todo, err := r.begin(ctx, item)
		if err != nil {
			return err
		}
		if !todo {
			continue
		}
		if err := r.limiter.wait(ctx); err != nil {
			return err
		}
		select {
		case r.queue <- o:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

func (r *run) work(ctx context.Context, o *outstanding) {
	err := o.Err
	if err == nil {
		err = r.try(ctx, o.Payload)
	}
	if err != nil && ctx.Err() != nil {
		return // cut short: it stays to be done
	}
	if err := r.end(o, err); err != nil {
		r.stop(err) // nothing is begun that could not be remembered
		return
	}
	r.report()
}

func (r *run) try(ctx context.Context, payload []byte) error {
	pause := r.Pause
	for attempt := 1; ; attempt++ {
		_, err := r.Target.Invoke(ctx, payload)
		if err == nil || attempt >= r.Attempts {
			return err
		}
		if sleep(ctx, pause) != nil {
			return err
		}
		pause *= 2
	}
}

func (r *run) progress() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Progress{Done: r.done, Failed: r.failed, Size: r.size, Total: r.total, Here: r.done - r.before, Elapsed: time.Since(r.began)}
}

func (r *run) report() {
	if r.Progress != nil {
		r.Progress(r.progress())
	}
}
