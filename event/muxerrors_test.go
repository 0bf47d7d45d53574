package event_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

// TestUnhandledNamesTheHandlers: the error of an event that no handler takes says which ones nearly did, and why not.
func TestUnhandledNamesTheHandlers(t *testing.T) {
	nothing := func(context.Context, event.Event) error { return nil }
	m := event.NewMux()
	m.OnCreated(nothing, event.Prefix("/images/"))
	m.OnRemoved(nothing, event.Prefix("/images/"))
	event.On(m, func(context.Context, *event.ObjectCreatedPut) error { return nil }, event.Suffix(".jpg"))
	event.On(m, nothing, event.InBucket(event.Bucket{Name: "other", AppID: "1250000000", Region: "ap-guangzhou"}))
	err := m.Handle(t.Context(), eventtest.Put(eventtest.Key("images/cat.png")))
	require.ErrorIs(t, err, event.ErrUnhandled)
	assert.Equal(t, `event: no handler for "cos:ObjectCreated:Put": not matched by Suffix(".jpg") of On(cos:ObjectCreated:Put), `+
		`Prefix("/images/") of OnCreated (keys have no leading slash), InBucket(other-1250000000@ap-guangzhou) of On(every event)`, err.Error())

	many := event.NewMux()
	for i := range 20 {
		many.OnCreated(nothing, event.Prefix(fmt.Sprint("dir", i, "/")))
	}
	err = many.Handle(t.Context(), eventtest.Put())
	assert.Equal(t, 5, strings.Count(err.Error(), "of OnCreated"), err.Error())
	assert.Equal(t, `event: no handler for "cos:ObjectRemove:Delete"`, many.Handle(t.Context(), eventtest.Delete()).Error())
}

// stranger is an Event from outside of the package, as a test double or a wrapper is.
type stranger struct{ event.Base }

// TestForeignEvent: an event of a type that is none of the package's reaches the handlers that can take it, and no other.
func TestForeignEvent(t *testing.T) {
	e := &stranger{*eventtest.Put().Common()}
	m := event.NewMux()
	event.On(m, func(context.Context, *event.Unknown) error { return errors.New("not an Unknown") })
	event.On(m, func(context.Context, *event.ObjectCreatedPut) error { return errors.New("not a struct of the package") })
	assert.ErrorIs(t, m.Handle(t.Context(), e), event.ErrUnhandled)

	m = event.NewMux()
	event.On(m, func(context.Context, *event.Unknown) error { return errors.New("not an Unknown") })
	got := 0
	m.OnCreated(func(context.Context, event.Event) error { got++; return nil })
	assert.NoError(t, m.Handle(t.Context(), e))
	assert.Equal(t, 1, got)
	for _, none := range []event.Event{nil, &stranger2{}} {
		assert.ErrorContains(t, m.Handle(t.Context(), none), "nil event")
	}
}

// stranger2 has nothing in common with any event.
type stranger2 struct{}

func (*stranger2) EventType() event.Type { return "" }
func (*stranger2) Common() *event.Base   { return nil }

// TestZeroMux: the zero value is a Mux without handlers.
func TestZeroMux(t *testing.T) {
	var m event.Mux
	_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.Put()))
	assert.ErrorIs(t, err, event.ErrUnhandled)
	var used event.Mux
	used.Use(event.Recover())
	got := ""
	used.OnCreated(func(_ context.Context, e event.Event) error { got = e.Common().Object.Key; return nil })
	_, err = used.Invoke(t.Context(), eventtest.Payload(eventtest.Put()))
	assert.NoError(t, err)
	assert.Equal(t, "in/cat.png", got)
}

// TestStrictCountsRecords: a member beside the records is not counted as one.
func TestStrictCountsRecords(t *testing.T) {
	m := event.NewMux(event.WithDecoding(event.Strict()))
	event.On(m, func(context.Context, event.Event) error { return nil })
	payload := strings.Replace(string(eventtest.Sample(event.TypeObjectCreatedPut)), `{"Records"`, `{"page":1,"Records"`, 1)
	_, err := m.Invoke(t.Context(), []byte(payload))
	var all *event.InvokeError
	require.ErrorAs(t, err, &all)
	assert.Equal(t, 1, all.Records)
	assert.Equal(t, "event: 0 of 1 records failed\nevent: beside the records: page: is not a member that the wire is known to have (at byte 8)", err.Error())
}

// TestErrorTextOfManyFailures: at most ten are listed, a line each, and the text is made in linear time: in quadratic time this
// test takes minutes.
func TestErrorTextOfManyFailures(t *testing.T) {
	all := &event.InvokeError{Records: 200_000}
	for i := range all.Records {
		all.Errors = append(all.Errors, &event.HandlerError{Index: i, Event: eventtest.Put(), Err: errors.Join(errors.New("first\r\nline"), errors.New("second"))})
	}
	lines := strings.Split(all.Error(), "\n")
	require.Len(t, lines, 12)
	assert.Equal(t, "event: 200000 of 200000 records failed", lines[0])
	assert.True(t, strings.HasSuffix(lines[10], ": first; line; second"), lines[10])
	assert.Equal(t, "(and 199990 more)", lines[11])
	assert.Less(t, len(all.Error()), 5000)

	many := make(event.RecordErrors, 200_000)
	for i := range many {
		many[i] = &event.RecordError{Index: i, Problem: "is wrong"}
	}
	assert.Len(t, strings.Split(many.Error(), "\n"), 11)
}

// TestPanicKeepsTheOtherErrors: what else failed in the payload is in the panic's error, and the text has the stack.
func TestPanicKeepsTheOtherErrors(t *testing.T) {
	sentinel := errors.New("disk full")
	m := event.NewMux()
	m.OnCreated(func(_ context.Context, e event.Event) error {
		switch e.Common().Object.Key {
		case "1":
			return sentinel
		case "2":
			panicInAHandler()
		}
		return nil
	})
	defer func() {
		p, ok := recover().(*event.PanicError)
		require.True(t, ok)
		assert.ErrorIs(t, p, sentinel)
		assert.ErrorIs(t, p, errOwn)
		assert.Contains(t, p.Error(), "disk full")
		assert.Contains(t, p.Error(), "panicInAHandler(")
		value, callers, others := p.Panic()
		assert.Equal(t, errOwn, value)
		assert.NotEmpty(t, callers)
		assert.ErrorIs(t, others, sentinel)
		assert.NotErrorIs(t, others, errOwn)
	}()
	_, _ = m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2")), eventtest.Put(eventtest.Key("3"))))
}

var errOwn = errors.New("own error")

func panicInAHandler() { panic(errOwn) }

// TestPanicIsPrinted: a program that ends by a handler's panic prints where it was and what else failed.
func TestPanicIsPrinted(t *testing.T) {
	if os.Getenv("EVENT_TEST_PANIC") != "" {
		m := event.NewMux()
		m.OnCreated(func(_ context.Context, e event.Event) error {
			if e.Common().Object.Key == "1" {
				return errors.New("disk full")
			}
			panicInAHandler()
			return nil
		})
		_, _ = m.Invoke(context.Background(), eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2"))))
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestPanicIsPrinted$")
	cmd.Env = append(os.Environ(), "EVENT_TEST_PANIC=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "own error")
	assert.Contains(t, string(out), "panicInAHandler(")
	assert.Contains(t, string(out), "disk full")
}

// TestSkipFolders: objects that stand for a folder reach no handler and are no failure.
func TestSkipFolders(t *testing.T) {
	m := event.NewMux()
	m.Use(event.SkipFolders())
	var got []string
	m.OnCreated(func(_ context.Context, e event.Event) error { got = append(got, e.Common().Object.Key); return nil }, event.Prefix("in/"))
	put := func(key string, size int64) event.Event {
		return eventtest.Put(eventtest.Key(key), eventtest.Size(size))
	}
	_, err := m.Invoke(t.Context(), eventtest.Payload(put("in/", 0), put("in/a", 0), put("in/b/", 1), put("other/", 0)))
	assert.NoError(t, err)
	assert.Equal(t, []string{"in/a", "in/b/"}, got)
}
