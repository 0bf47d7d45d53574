package replay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"

	"github.com/cosevent/cosevent-go/event"
)

// MaxLine bounds one line of a file, in bytes: a payload has 6 MB at most, and in a dead letter it is quoted.
const MaxLine = 16 << 20

// File is a file of events: JSON, one on each line, or a file that is one JSON value. Each is a payload as a function gets it, one
// record of it, a dead letter, or any other form that event.DecodeAny reads.
type File struct{ Path string }

// Name has a digest of the first line, so that another file of that name is not taken for it.
func (f File) Name() string {
	file, err := os.Open(f.Path)
	if err != nil {
		return f.Path
	}
	defer file.Close()
	first, _ := bufio.NewReaderSize(io.LimitReader(file, 4096), 4096).ReadBytes('\n')
	sum := sha256.Sum256(first)
	return fmt.Sprintf("%s (%x)", f.Path, sum[:8])
}

// Total is the file's length in bytes.
func (f File) Total(context.Context) (int64, error) {
	info, err := os.Stat(f.Path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Items yields the lines of the file; a position is the number of bytes up to the end of a line.
func (f File) Items(ctx context.Context, after string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if err := f.each(ctx, after, func(i Item) bool { return yield(i, nil) }); err != nil {
			yield(Item{}, fmt.Errorf("read %s: %w", f.Path, err))
		}
	}
}

func (f File) each(ctx context.Context, after string, yield func(Item) bool) error {
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	var at int64
	if after != "" {
		if at, err = strconv.ParseInt(after, 10, 64); err != nil {
			return fmt.Errorf("position %q: %w", after, err)
		}
	} else if whole, ok := oneValue(file); ok {
		item := itemOf(bytes.TrimSpace(whole))
		item.Position, item.Size = strconv.Itoa(len(whole)), int64(len(whole))
		yield(item)
		return nil
	}
	if _, err := file.Seek(at, io.SeekStart); err != nil {
		return err
	}
	for r := bufio.NewReaderSize(file, 64<<10); ctx.Err() == nil; {
		text, skipped, err := readLine(r)
		if err != nil && err != io.EOF {
			return err
		}
		size := int64(len(text)) + skipped
		at += size
		if len(bytes.TrimSpace(text)) > 0 {
			item := itemOf(bytes.TrimSpace(text))
			if skipped > 0 {
				item = Item{Payload: text[:1024], Err: fmt.Errorf("a line of %d bytes is over the limit of %d", size, MaxLine)}
			}
			item.Position, item.Size = strconv.FormatInt(at, 10), size
			if !yield(item) {
				return nil
			}
		}
		if err == io.EOF {
			return nil
		}
	}
	return ctx.Err()
}

// oneValue returns the content of a file that is a single JSON value of several lines.
func oneValue(file *os.File) ([]byte, bool) {
	info, err := file.Stat()
	if err != nil || info.Size() > MaxLine {
		return nil, false
	}
	first, err := bufio.NewReader(file).ReadBytes('\n')
	if err != nil || json.Valid(first) {
		return nil, false // one line, or many values
	}
	whole := make([]byte, info.Size())
	if _, err := file.ReadAt(whole, 0); err != nil || !json.Valid(whole) {
		return nil, false
	}
	return whole, true
}

// readLine returns a line with its end, cut at the limit, and how many bytes were left out.
func readLine(r *bufio.Reader) (text []byte, skipped int64, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if room := MaxLine - len(text); len(part) > room {
			skipped += int64(len(part) - room)
			part = part[:room]
		}
		text = append(text, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, skipped, err
		}
	}
}

// itemOf finds the payload in a JSON text.
func itemOf(text []byte) Item {
	if letter, err := event.DecodeDeadLetter(text); len(letter.Payload()) > 0 {
		var bad event.RecordErrors // what else is in the payload is the function's to judge, as it was then
		if err == nil || errors.As(err, &bad) {
			return Item{Payload: letter.Payload()}
		}
		return Item{Payload: letter.Payload(), Err: err}
	}
	var bad event.RecordErrors
	if _, err := event.DecodeAny(text); err == nil || errors.As(err, &bad) {
		return Item{Payload: text}
	} else if record := append(append([]byte(`{"Records":[`), text...), `]}`...); isRecord(record) {
		return Item{Payload: record}
	} else {
		return Item{Payload: text, Err: err}
	}
}

func isRecord(payload []byte) bool {
	events, err := event.Decode(payload)
	return err == nil && len(events) == 1 && events[0].EventType() != ""
}
