package replay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"sync"
)

// window is how far items may be done ahead of the oldest that is not: it bounds memory when one takes long.
const window = 1024

// compactAfter is how many lines a checkpoint grows by before it is written anew.
const compactAfter = 20_000

// ErrOtherJob says that a checkpoint belongs to another source or target.
var ErrOtherJob = errors.New("the checkpoint is of another job")

// line is one line of a checkpoint: first a state, then one line for every item that was done.
type line struct {
	Job      string `json:"job,omitempty"`      // source and target
	Mark     string `json:"mark,omitempty"`     // everything up to this position is done
	Upto     int64  `json:"upto,omitempty"`     // the number of the item at the mark
	Done     string `json:"done,omitempty"`     // and this position
	Number   int64  `json:"number,omitempty"`   // of the item at this position, counted in the run that wrote the line
	Size     int64  `json:"size,omitempty"`     // of what is done: in all, or of this item
	Count    int64  `json:"count,omitempty"`    // of done items, in a state
	Failed   int64  `json:"failed,omitempty"`   // of them; 1 on the line of an item that failed
	Finished bool   `json:"finished,omitempty"` // nothing is left
}

// outstanding is an item that was begun and may be done.
type outstanding struct {
	Item
	number int64
	done   bool
}

// journal remembers what is done, in memory and in a file that is appended to before the next item is begun. What was written
// outlives the process, not the machine: there it is as old as the system's last write to the disk.
type journal struct {
	path, job string
	file      *os.File // nil without a checkpoint
	failures  *os.File // opened when there is one

	mu       sync.Mutex
	mark     string
	upto     int64            // number of the item at the mark
	begun    int64            // number of the newest item
	ahead    map[string]int64 // numbers of the items that are done behind the mark; 0 if an earlier run did them
	list     []*outstanding   // begun in this run, in the source's order, from the mark on
	room     chan struct{}    // a token for each place in list
	lines    int
	done     int64
	failed   int64
	size     int64
	finished bool
}

// openJournal reads the checkpoint at path, if there is one, and opens it to go on.
func openJournal(path, job string) (*journal, error) {
	j := &journal{path: path, job: job, ahead: map[string]int64{}, room: make(chan struct{}, window)}
	if path == "" {
		return j, nil
	}
	f, err := os.Open(path)
	if err == nil {
		err = errors.Join(j.load(f), f.Close())
	} else if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	for position := range j.ahead {
		j.ahead[position] = 0 // numbers start again
	}
	if err := j.compact(); err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return j, nil
}

// load reads a checkpoint. A last line without its end was being written when the process ended, and says nothing.
func (j *journal) load(f io.Reader) error {
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		text, err := r.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var l line
		if err := json.Unmarshal(bytes.TrimSuffix(text, []byte("\n")), &l); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		switch {
		case n == 1 && l.Job != j.job:
			return fmt.Errorf("%w: it is %q, not %q", ErrOtherJob, l.Job, j.job)
		case n == 1:
			j.mark, j.done, j.failed, j.size, j.finished = l.Mark, l.Count, l.Failed, l.Size, l.Finished
			continue
		}
		if l.Done != "" {
			if _, again := j.ahead[l.Done]; !again {
				j.done++
			}
			j.ahead[l.Done] = l.Number
		}
		if l.Mark != "" {
			j.mark = l.Mark
			maps.DeleteFunc(j.ahead, func(_ string, number int64) bool { return number > 0 && number <= l.Upto })
		}
		j.failed += l.Failed
		j.size += l.Size
		j.finished = j.finished || l.Finished
	}
}

// compact writes the state to a new file, which takes the place of the old one at once, with all it needs to be whole.
func (j *journal) compact() error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	_ = e.Encode(line{Job: j.job, Mark: j.mark, Count: j.done - int64(len(j.ahead)), Failed: j.failed, Size: j.size, Finished: j.finished})
	for position, number := range j.ahead {
		_ = e.Encode(line{Done: position, Number: number})
	}
	f, err := os.OpenFile(j.path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text.Bytes())
	err = errors.Join(err, f.Sync())
	if err == nil {
		err = os.Rename(j.path+".new", j.path)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if j.file != nil {
		err = j.file.Close()
	}
	j.file, j.lines = f, 0
	return err
}

// begin notes that an item is begun, unless it is done. It waits while too many are outstanding.
func (j *journal) begin(ctx context.Context, item Item) (o *outstanding, todo bool, err error) {
	select {
	case j.room <- struct{}{}:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begun++
	_, done := j.ahead[item.Position]
	o = &outstanding{Item: item, number: j.begun, done: done}
	j.list = append(j.list, o)
	if !done {
		return o, true, nil
	}
	j.ahead[o.Position] = o.number
	return o, false, j.write(j.step(o))
}

// advance moves the mark over what is done without a gap.
func (j *journal) advance() {
	n := 0
	for ; n < len(j.list) && j.list[n].done; n++ {
		j.mark, j.upto = j.list[n].Position, j.list[n].number
		delete(j.ahead, j.mark)
		<-j.room
	}
	clear(j.list[:n])
	j.list = j.list[n:]
}

// end notes that an item is done, and if it failed keeps it with the failures first.
func (j *journal) end(o *outstanding, failure error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	failed := int64(0)
	if failure != nil {
		if err := j.keep(o.Item, failure); err != nil {
			return err
		}
		failed = 1
	}
	o.done, o.Payload = true, nil
	j.ahead[o.Position] = o.number
	j.done, j.failed, j.size = j.done+1, j.failed+failed, j.size+o.Size
	l := j.step(o)
	l.Size, l.Failed = o.Size, failed
	return j.write(l)
}

// step moves the mark and returns the line that says so, and that an item is done.
func (j *journal) step(o *outstanding) line {
	l := line{Done: o.Position, Number: o.number}
	before := j.upto
	if j.advance(); j.upto != before {
		l.Mark, l.Upto = j.mark, j.upto
	}
	return l
}

func (j *journal) write(l line) error {
	if j.file == nil {
		return nil
	}
	if j.lines++; j.lines > compactAfter {
		return j.compact()
	}
	text, err := json.Marshal(l)
	if err == nil {
		_, err = j.file.Write(append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// keep appends an item to the failures, in the form of a dead letter: the file of failures can be replayed like any other.
func (j *journal) keep(item Item, failure error) error {
	if j.path == "" {
		return nil
	}
	type body struct{ ClientContext string }
	text, err := json.Marshal(struct {
		ErrorMessage string
		Body         body
	}{failure.Error(), body{string(item.Payload)}})
	if err != nil {
		return err
	}
	if j.failures == nil {
		if j.failures, err = os.OpenFile(j.path+".failed", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
			return err
		}
	}
	_, err = j.failures.Write(append(text, '\n'))
	return err
}

// finish notes that nothing is left.
func (j *journal) finish() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.finished = true
	return j.write(line{Finished: true})
}

func (j *journal) close() error {
	var errs []error
	for _, f := range []*os.File{j.file, j.failures} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
