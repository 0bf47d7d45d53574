package scftest

import (
	"bytes"
	"os"
	"strconv"
	"sync"
	"time"
)

// output reads what a process prints and gives it to the execution that runs. Standard output and standard error are one pipe,
// so their order holds. The write end stays open here too: [output.sync] writes a mark into it, and when the reader meets
// the mark, everything printed before has been read.
type output struct {
	r, w *os.File
	mark []byte
	done chan struct{}

	mu    sync.Mutex
	to    *userLog
	seq   int
	acks  map[int]chan struct{}
	ended bool
}

func newOutput(to *userLog) (*output, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	o := &output{r: r, w: w, to: to, mark: []byte("\x00scftest-" + secret(8) + "-"), done: make(chan struct{}), acks: map[int]chan struct{}{}}
	go o.read()
	return o, nil
}

// give directs what follows to another log.
func (o *output) give(to *userLog) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.to = to
}

func (o *output) read() {
	defer close(o.done)
	var held []byte // may be the beginning of a mark
	buf := make([]byte, 32<<10)
	for {
		n, err := o.r.Read(buf)
		data := append(held, buf[:n]...)
		held = nil
		for {
			i := bytes.Index(data, o.mark)
			if i < 0 {
				break
			}
			end := bytes.IndexByte(data[i:], '\n')
			if end < 0 {
				held = append([]byte(nil), data[i:]...)
				data = data[:i]
				break
			}
			o.write(data[:i])
			seq, _ := strconv.Atoi(string(data[i+len(o.mark) : i+end]))
			o.ack(seq)
			data = data[i+end+1:]
		}
		if held == nil {
			if i := bytes.LastIndexByte(data, 0); i >= 0 && bytes.HasPrefix(o.mark, data[i:min(len(data), i+len(o.mark))]) {
				held = append([]byte(nil), data[i:]...)
				data = data[:i]
			}
		}
		o.write(data)
		if err != nil {
			o.mu.Lock()
			o.ended = true
			for _, ch := range o.acks {
				close(ch)
			}
			o.acks = nil
			o.mu.Unlock()
			return
		}
	}
}

func (o *output) write(p []byte) {
	if len(p) == 0 {
		return
	}
	o.mu.Lock()
	to := o.to
	o.mu.Unlock()
	_, _ = to.Write(p)
}

func (o *output) ack(seq int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if ch := o.acks[seq]; ch != nil {
		close(ch)
		delete(o.acks, seq)
	}
}

// sync waits until everything printed so far has been read, a second at most.
func (o *output) sync() {
	ch := make(chan struct{})
	o.mu.Lock()
	if o.ended {
		o.mu.Unlock()
		return
	}
	o.seq++
	seq := o.seq
	o.acks[seq] = ch
	o.mu.Unlock()
	if _, err := o.w.Write([]byte(string(o.mark) + strconv.Itoa(seq) + "\n")); err != nil {
		return
	}
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case <-ch:
	case <-t.C:
	}
}

// close ends the reading, when the process is gone.
func (o *output) close() {
	o.sync()
	_ = o.w.Close()
	_ = o.r.Close()
	<-o.done
}
