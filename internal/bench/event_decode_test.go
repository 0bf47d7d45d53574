package bench

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	goccy "github.com/goccy/go-json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

// payloadOf makes a payload as the platform sends it since 2022, about 1 KB for each record.
func payloadOf(records int) []byte {
	types := event.Types()
	events := make([]event.Event, records)
	for i := range events {
		events[i] = eventtest.New(types[i%len(types)], eventtest.Key(fmt.Sprintf("2022/04/a b %d.png", i)), eventtest.Meta("owner", "li"),
			eventtest.Authorization("q-sign-algorithm=sha1&q-ak=AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE&q-sign-time=1650016156;1650019756"+
				"&q-key-time=1650016156;1650019756&q-header-list=content-length;host&q-url-param-list=&q-signature=0123456789abcdef0123456789abcdef01234567"))
	}
	return eventtest.Payload(events...)
}

// decoders are what is compared: this module's, and others into notification.
var decoders = []struct {
	name   string
	decode func([]byte) (int, error)
}{
	{"cosevent", func(p []byte) (int, error) {
		events, err := event.Decode(p)
		return len(events), err
	}},
	{"encoding-json", func(p []byte) (int, error) {
		var n notification
		err := json.Unmarshal(p, &n)
		return len(n.Records), err
	}},
	{"sonic", func(p []byte) (int, error) {
		var n notification
		err := sonic.Unmarshal(p, &n)
		return len(n.Records), err
	}},
	{"goccy", func(p []byte) (int, error) {
		var n notification
		err := goccy.Unmarshal(p, &n)
		return len(n.Records), err
	}},
	{"json-experiment", func(p []byte) (int, error) {
		var n notification
		err := jsonv2.Unmarshal(p, &n)
		return len(n.Records), err
	}},
}

func BenchmarkDecode(b *testing.B) {
	for _, records := range []int{1, 100} {
		payload := payloadOf(records)
		for _, d := range decoders {
			b.Run(fmt.Sprintf("records=%d/%s", records, d.name), func(b *testing.B) {
				b.SetBytes(int64(len(payload)))
				b.ReportAllocs()
				for b.Loop() {
					if n, err := d.decode(payload); n != records || err != nil {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}

// TestDecodersAgree guards the comparison: all of them read the same.
func TestDecodersAgree(t *testing.T) {
	payload := payloadOf(3)
	for _, d := range decoders {
		n, err := d.decode(payload)
		require.NoError(t, err, d.name)
		assert.Equal(t, 3, n, d.name)
	}
	var want notification
	require.NoError(t, json.Unmarshal(payload, &want))
	events, err := event.Decode(payload)
	require.NoError(t, err)
	for i, e := range events {
		r, w := e.Common().Record, want.Records[i]
		assert.Equal(t, w.COS.Object.Key, r.COS.Object.Key)
		assert.Equal(t, w.COS.Object.Meta, r.COS.Object.Meta.Map())
		assert.Equal(t, w.Event.RequestParameters.Headers, r.Event.RequestParameters.Headers.Fields().Map())
		assert.Equal(t, w.Event.Time, r.Event.Time)
	}
}

func BenchmarkEncode(b *testing.B) {
	events, err := event.Decode(payloadOf(1))
	require.NoError(b, err)
	made := event.Notification{Records: []event.Record{eventtest.Record(event.TypeObjectCreatedPut)}}
	decoded := event.Notification{Records: []event.Record{*events[0].Common().Record}}
	for name, n := range map[string]event.Notification{"made": made, "decoded": decoded} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := event.Encode(n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
