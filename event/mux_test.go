package event_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

// named returns a handler that notes its name.
func named(to *[]string, name string) func(context.Context, event.Event) error {
	return func(context.Context, event.Event) error {
		*to = append(*to, name)
		return nil
	}
}

func TestMuxMostSpecificWins(t *testing.T) {
	here := eventtest.DefaultBucket
	other := event.Bucket{Name: "other", AppID: "1250000000", Region: "ap-guangzhou"}
	var got []string
	register := []func(m *event.Mux){
		func(m *event.Mux) { event.On(m, named(&got, "all")) },
		func(m *event.Mux) { m.OnCreated(named(&got, "created")) },
		func(m *event.Mux) { m.OnCreated(named(&got, "created a/"), event.Prefix("a/")) },
		func(m *event.Mux) { m.OnCreated(named(&got, "created a/b/"), event.Prefix("a/b/")) },
		func(m *event.Mux) { m.OnCreated(named(&got, "created .png"), event.Suffix(".png")) },
		func(m *event.Mux) {
			m.OnCreated(named(&got, "created a/ .png"), event.Prefix("a/"), event.Suffix(".png"))
		},
		func(m *event.Mux) { m.OnCreated(named(&got, "created other"), event.InBucket(other)) },
		func(m *event.Mux) {
			event.On(m, func(context.Context, *event.ObjectCreatedCopy) error { got = append(got, "copy"); return nil })
		},
		func(m *event.Mux) {
			event.On(m, func(context.Context, *event.ObjectCreated) error { got = append(got, "wildcard"); return nil }, event.InBucket(here))
		},
		func(m *event.Mux) {
			event.On(m, func(context.Context, *event.Unknown) error { got = append(got, "unknown"); return nil }, event.Prefix("u/"))
		},
		func(m *event.Mux) { m.OnRemoved(named(&got, "removed")) },
		func(m *event.Mux) { m.OnRestored(named(&got, "restored")) },
	}
	key := eventtest.Key
	for _, tt := range []struct {
		e    event.Event
		want string
	}{
		{eventtest.Put(key("x")), "created"},
		{eventtest.Put(key("a/x")), "created a/"},
		{eventtest.Put(key("a/b/x.png")), "created a/b/"},
		{eventtest.Put(key("a/x.png")), "created a/ .png"},
		{eventtest.Put(key("x.png")), "created .png"},
		{eventtest.Put(key("a/b/x.png"), eventtest.Bucket(other)), "created other"},
		{eventtest.Copy(key("a/b/x.png")), "copy"},
		{eventtest.Created(key("a/b/x.png")), "wildcard"},
		{eventtest.Created(key("a/x"), eventtest.Bucket(other)), "created other"},
		{eventtest.Unknown("cos:ObjectCreated:Later", key("a/x")), "created a/"},
		{eventtest.Unknown("cos:ObjectCreated:Later", key("u/x")), "unknown"},
		{eventtest.Unknown("cos:InventoryReportCreated:Put", key("a/x")), "all"},
		{eventtest.Unknown("cos:InventoryReportCreated:Put", key("u/x")), "unknown"},
		{eventtest.Delete(key("a/x")), "removed"},
		{eventtest.DeleteMarkerCreated(), "removed"},
		{eventtest.Removed(), "removed"},
		{eventtest.RestorePost(), "restored"},
		{eventtest.RestoreCompleted(), "restored"},
	} {
		for _, backwards := range []bool{false, true} {
			m := event.NewMux()
			for i := range register {
				if backwards {
					i = len(register) - 1 - i
				}
				register[i](m)
			}
			got = nil
			_, err := m.Invoke(t.Context(), eventtest.Payload(tt.e))
			require.NoError(t, err)
			assert.Equal(t, []string{tt.want}, got, "%v, backwards %v", tt.e, backwards)
		}
	}
}

// TestMuxFilterOverlap: prefix and suffix apply each for itself, as a trigger's do; an event that the service sends for a rule
// reaches the handler with the same filters.
func TestMuxFilterOverlap(t *testing.T) {
	m := event.NewMux()
	m.OnCreated(func(context.Context, event.Event) error { return nil }, event.Prefix("aba"), event.Suffix("ba"))
	assert.NoError(t, m.Handle(t.Context(), eventtest.Put(eventtest.Key("ababa"))))
	assert.NoError(t, m.Handle(t.Context(), eventtest.Put(eventtest.Key("aba"))))
	assert.ErrorIs(t, m.Handle(t.Context(), eventtest.Put(eventtest.Key("ab"))), event.ErrUnhandled)
}

func TestMuxRegistrationPanics(t *testing.T) {
	nothing := func(context.Context, event.Event) error { return nil }
	put := func(context.Context, *event.ObjectCreatedPut) error { return nil }
	b := eventtest.DefaultBucket
	for name, f := range map[string]func(m *event.Mux){
		"twice": func(m *event.Mux) { event.On(m, put); event.On(m, put) },
		"twice with filters": func(m *event.Mux) {
			event.On(m, put, event.Prefix("a"), event.InBucket(b))
			event.On(m, put, event.InBucket(b), event.Prefix("a"))
		},
		"twice by narrowing": func(m *event.Mux) {
			event.On(m, put, event.Prefix("ab"))
			event.On(m, put, event.Prefix("a"), event.Prefix("ab"))
		},
		"family twice":          func(m *event.Mux) { m.OnCreated(nothing); m.OnCreated(nothing) },
		"all twice":             func(m *event.Mux) { event.On(m, nothing); event.On(m, nothing) },
		"nil handler":           func(m *event.Mux) { event.On[*event.ObjectCreatedPut](m, nil) },
		"nil family handler":    func(m *event.Mux) { m.OnCreated(nil) },
		"nil filter":            func(m *event.Mux) { event.On(m, put, nil) },
		"nil unhandled":         func(m *event.Mux) { m.OnUnhandled(nil) },
		"nil middleware":        func(m *event.Mux) { m.Use(nil) },
		"prefixes that exclude": func(m *event.Mux) { event.On(m, put, event.Prefix("a"), event.Prefix("b")) },
		"suffixes that exclude": func(m *event.Mux) { event.On(m, put, event.Suffix("a"), event.Suffix("b")) },
		"buckets that exclude": func(m *event.Mux) {
			event.On(m, put, event.InBucket(b), event.InBucket(event.Bucket{Name: "o", AppID: "1250000000", Region: b.Region}))
		},
		"bucket without region":  func(*event.Mux) { event.InBucket(event.Bucket{Name: "photos", AppID: "1250000000"}) },
		"a type of no event":     func(m *event.Mux) { event.On(m, func(context.Context, foreign) error { return nil }) },
		"no concurrency":         func(*event.Mux) { event.WithConcurrency(0) },
		"nil decoder":            func(*event.Mux) { event.WithDecoder(nil) },
		"after the first event":  func(m *event.Mux) { _ = m.Handle(context.Background(), eventtest.Put()); event.On(m, put) },
		"middleware when frozen": func(m *event.Mux) { _, _ = m.Invoke(context.Background(), nil); m.Use(event.Recover()) },
		"unhandled when frozen":  func(m *event.Mux) { _, _ = m.Invoke(context.Background(), nil); m.OnUnhandled(nothing) },
	} {
		assert.Panics(t, func() { f(event.NewMux()) }, name)
	}
	m := event.NewMux()
	event.On(m, put)
	event.On(m, put, event.Prefix("a"))
	assert.PanicsWithValue(t, `event: On: there is a handler for this already: cos:ObjectCreated:Put with prefix "a"`, func() { event.On(m, put, event.Prefix("a")) })
}

// foreign is an Event that is none of the package's.
type foreign struct{ event.Event }

func TestMuxEveryRecordHandledAndOneError(t *testing.T) {
	sentinel := errors.New("disk full")
	m := event.NewMux()
	var handled []string
	m.OnCreated(func(_ context.Context, e event.Event) error {
		handled = append(handled, e.Common().Object.Key)
		if e.Common().Object.Key == "3" {
			return fmt.Errorf("write: %w", sentinel)
		}
		return nil
	})
	p := string(eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Delete(eventtest.Key("2")), eventtest.Put(eventtest.Key("3")), eventtest.Put(eventtest.Key("4"))))
	p = strings.Replace(p, `{"Records":[`, `{"Records":[5,`, 1)
	p = strings.TrimSuffix(p, `]}`) + `,null]}`
	out, err := m.Invoke(t.Context(), []byte(p))
	assert.Nil(t, out)
	assert.Equal(t, []string{"1", "3", "4"}, handled)
	var all *event.InvokeError
	require.ErrorAs(t, err, &all)
	assert.Equal(t, 6, all.Records)
	require.Len(t, all.Unwrap(), 4)
	var index []int
	for _, e := range all.Errors {
		var r *event.RecordError
		var h *event.HandlerError
		if errors.As(e, &r) {
			index = append(index, r.Index)
		} else if errors.As(e, &h) {
			index = append(index, h.Index)
		}
	}
	assert.Equal(t, []int{0, 2, 3, 5}, index, "in the records' order, with the records' indexes")
	assert.ErrorIs(t, err, sentinel)
	assert.ErrorIs(t, err, event.ErrUnhandled)
	assert.Equal(t, 5, len(strings.Split(err.Error(), "\n")))
	assert.Contains(t, err.Error(), "record 3 (cos:ObjectCreated:Put photos-1250000000@ap-guangzhou/3")

	_, err = m.Invoke(t.Context(), []byte(`{}`))
	assert.ErrorIs(t, err, event.ErrNotNotification)
	_, err = m.Invoke(t.Context(), []byte(`{"Records":[]}`))
	assert.NoError(t, err)
}

func TestMuxUnhandled(t *testing.T) {
	m := event.NewMux()
	var got []event.Type
	m.OnUnhandled(func(_ context.Context, e event.Event) error { got = append(got, e.EventType()); return nil })
	_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(), eventtest.Unknown("cos:Later:Thing")))
	require.NoError(t, err)
	assert.Equal(t, []event.Type{event.TypeObjectCreatedPut, "cos:Later:Thing"}, got)
}

func TestMuxMiddlewareOrder(t *testing.T) {
	var trace []string
	mw := func(name string) event.Middleware {
		return func(next event.Handler) event.Handler {
			return func(ctx context.Context, e event.Event) error {
				trace = append(trace, name+" in")
				defer func() { trace = append(trace, name+" out") }()
				return next(ctx, e)
			}
		}
	}
	m := event.NewMux()
	m.Use(mw("1"), mw("2"))
	event.On(m, named(&trace, "handler"))
	m.Use(mw("3"))
	require.NoError(t, m.Handle(t.Context(), eventtest.Put()))
	assert.Equal(t, []string{"1 in", "2 in", "3 in", "handler", "3 out", "2 out", "1 out"}, trace)
}

func TestMuxOptions(t *testing.T) {
	odd := []byte(`{"Records":[{"later":1,"cos":{"cosObject":{"key":"k"}},"event":{"eventName":"cos:ObjectCreated:Put"}}]}`)
	handler := func(context.Context, event.Event) error { return nil }
	lenient := event.NewMux()
	event.On(lenient, handler)
	_, err := lenient.Invoke(t.Context(), odd)
	assert.NoError(t, err)
	strict := event.NewMux(event.WithDecoding(event.Strict()))
	event.On(strict, handler)
	_, err = strict.Invoke(t.Context(), odd)
	var wrong *event.RecordError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "later", wrong.Path)

	step := []byte(`{"ObjectInfo":{"BucketId":"photos-1250000000","Region":"ap-guangzhou","Object":"a"}}`)
	forms := event.NewMux(event.WithDecoder(event.DecodeAny))
	seen := ""
	event.On(forms, func(_ context.Context, e *event.Unknown) error { seen = e.Object.Key; return nil })
	_, err = forms.Invoke(t.Context(), step)
	assert.NoError(t, err)
	assert.Equal(t, "a", seen)
}

func TestMuxConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most, total atomic.Int32
		release := make(chan struct{})
		m := event.NewMux(event.WithConcurrency(3))
		event.On(m, func(context.Context, event.Event) error {
			if n := running.Add(1); n > most.Load() {
				most.Store(n)
			}
			<-release
			running.Add(-1)
			total.Add(1)
			return errors.New("no")
		})
		var events []event.Event
		for i := range 10 {
			events = append(events, eventtest.Put(eventtest.Key(fmt.Sprint(i))))
		}
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err = m.Invoke(context.Background(), eventtest.Payload(events...))
		}()
		synctest.Wait()
		assert.Equal(t, int32(3), running.Load())
		close(release)
		<-done
		assert.Equal(t, int32(10), total.Load())
		assert.Equal(t, int32(3), most.Load())
		var all *event.InvokeError
		require.ErrorAs(t, err, &all)
		require.Len(t, all.Errors, 10)
		for i, e := range all.Errors {
			assert.Equal(t, i, e.(*event.HandlerError).Index)
		}
	})
}

func TestMuxPanicAfterTheOthers(t *testing.T) {
	for _, n := range []int{1, 4} {
		m := event.NewMux(event.WithConcurrency(n))
		var handled atomic.Int32
		event.On(m, func(_ context.Context, e event.Event) error {
			if e.Common().Object.Key == "1" {
				panic("oh no")
			}
			handled.Add(1)
			return nil
		})
		func() {
			defer func() {
				p, ok := recover().(*event.PanicError)
				require.True(t, ok)
				assert.Equal(t, "oh no", p.Value)
				assert.Contains(t, string(p.Stack), "TestMuxPanicAfterTheOthers")
			}()
			_, _ = m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2")), eventtest.Put(eventtest.Key("3"))))
			assert.Fail(t, "it panics")
		}()
		assert.Equal(t, int32(2), handled.Load())
	}
}

func TestMuxGoexitIsNoSuccess(t *testing.T) {
	m := event.NewMux(event.WithConcurrency(2))
	event.On(m, func(context.Context, event.Event) error { runtime.Goexit(); return nil })
	_, err := m.Invoke(t.Context(), eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2")), eventtest.Put(eventtest.Key("3"))))
	var all *event.InvokeError
	require.ErrorAs(t, err, &all)
	assert.Len(t, all.Errors, 3)
}

func TestMuxContextOver(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := event.NewMux()
	calls := 0
	event.On(m, func(context.Context, event.Event) error { calls++; cancel(); return nil })
	_, err := m.Invoke(ctx, eventtest.Payload(eventtest.Put(eventtest.Key("1")), eventtest.Put(eventtest.Key("2"))))
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, calls)
}

// TestMuxServesConcurrently is for the race detector: many calls at once, the first one closing the registration.
func TestMuxServesConcurrently(t *testing.T) {
	m := event.NewMux()
	m.Use(event.Dedup(nil), event.LoopGuard(), event.Recover())
	var n atomic.Int32
	event.On(m, func(context.Context, event.Event) error { n.Add(1); return nil })
	var wg sync.WaitGroup
	for i := range 20 {
		payload := eventtest.Payload(eventtest.Put(eventtest.Key(fmt.Sprint(i))), eventtest.Delete(eventtest.Key(fmt.Sprint(i))))
		wg.Go(func() {
			_, err := m.Invoke(t.Context(), payload)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.Equal(t, int32(40), n.Load())
}
