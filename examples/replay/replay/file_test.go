package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

func fileOf(t testing.TB, lines ...string) File {
	t.Helper()
	f := File{filepath.Join(t.TempDir(), "events.jsonl")}
	require.NoError(t, os.WriteFile(f.Path, []byte(strings.Join(lines, "\n")), 0o600))
	return f
}

func itemsOf(t *testing.T, s Source, after string) (items []Item) {
	t.Helper()
	for item, err := range s.Items(t.Context(), after) {
		require.NoError(t, err)
		items = append(items, item)
	}
	return items
}

func deadLetter(t testing.TB, payload []byte) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"RequestId": "r", "ErrorCode": -1, "ErrorMessage": "x", "Body": map[string]any{"ClientContext": string(payload), "RetryNum": 2}})
	require.NoError(t, err)
	return string(text)
}

func TestFormsOfAFile(t *testing.T) {
	sample := string(eventtest.Sample(event.TypeObjectCreatedPut))
	record := strings.TrimSuffix(strings.TrimPrefix(sample, `{"Records":[`), `]}`)
	bridge := `{"specversion":"1.0","type":"cos:created:object","source":"cos.cloud.tencent","subject":"qcs::cos:ap-guangzhou:uid/1:photos-1250000000","time":"1650016156000","data":{}}`
	for name, c := range map[string]struct {
		line, payload string
		bad           bool
	}{
		"payload":             {sample, sample, false},
		"record":              {record, sample, false},
		"dead letter":         {deadLetter(t, []byte(sample)), sample, false},
		"event bridge":        {bridge, bridge, false},
		"one bad record":      {`{"Records":[7]}`, `{"Records":[7]}`, false},
		"not JSON":            {"oops", "oops", true},
		"another JSON":        {`{"a":1}`, `{"a":1}`, true},
		"letter of something": {deadLetter(t, []byte("oops")), "oops", true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, lines := range [][]string{{c.line}, {c.line, ""}, {"", " ", c.line + "\r", ""}} {
				items := itemsOf(t, fileOf(t, lines...), "")
				require.Len(t, items, 1)
				assert.Equal(t, c.payload, string(items[0].Payload))
				assert.Equal(t, c.bad, items[0].Err != nil, "%v", items[0].Err)
			}
		})
	}
	var pretty bytes.Buffer
	require.NoError(t, json.Indent(&pretty, []byte(sample), "", "  "))
	f := fileOf(t, pretty.String())
	items := itemsOf(t, f, "")
	require.Len(t, items, 1)
	require.NoError(t, items[0].Err)
	assert.Empty(t, itemsOf(t, f, items[0].Position))
	assert.Empty(t, itemsOf(t, fileOf(t), ""))
}

func TestPositionsOfAFile(t *testing.T) {
	f := fileOf(t, "1", "", "22", "oops", "333")
	items := itemsOf(t, f, "")
	require.Len(t, items, 4)
	size := int64(0)
	for i, item := range items {
		rest := itemsOf(t, f, item.Position)
		require.Len(t, rest, 3-i)
		if i < 3 {
			assert.Equal(t, items[i+1].Position, rest[0].Position)
		}
		size += item.Size
	}
	total, err := f.Total(t.Context())
	require.NoError(t, err)
	assert.Equal(t, total, size+1, "but for the empty line")
	assert.NotEqual(t, f.Name(), File{f.Path + "x"}.Name())
	before := f.Name()
	require.NoError(t, os.WriteFile(f.Path, []byte("other"), 0o600))
	assert.NotEqual(t, before, f.Name())
}

func TestALineOverTheLimitIsNotRead(t *testing.T) {
	long := `"` + strings.Repeat("x", MaxLine+100) + `"`
	items := itemsOf(t, fileOf(t, "1", long, "2"), "")
	require.Len(t, items, 3)
	assert.ErrorContains(t, items[1].Err, "over the limit")
	assert.Less(t, len(items[1].Payload), 2000)
	assert.Equal(t, "2", string(items[2].Payload))
}

func TestReadingFails(t *testing.T) {
	read := func(ctx context.Context, f File, after string) (failed error) {
		for _, err := range f.Items(ctx, after) {
			failed = err
		}
		return failed
	}
	assert.ErrorIs(t, read(t.Context(), File{filepath.Join(t.TempDir(), "none")}, ""), os.ErrNotExist)
	assert.ErrorContains(t, read(t.Context(), fileOf(t, "1"), "here"), `position "here"`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, read(ctx, fileOf(t, "1", "2"), ""), context.Canceled)
}

func FuzzItem(f *testing.F) {
	f.Add(eventtest.Sample(event.TypeObjectCreatedPut))
	f.Add([]byte(deadLetter(f, eventtest.Sample(event.TypeObjectRemoveDelete))))
	f.Add([]byte(`{"cos":{},"event":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		item := itemOf(text)
		if item.Err == nil {
			_, err := event.DecodeAny(item.Payload)
			var bad event.RecordErrors
			assert.True(t, err == nil || assert.ErrorAs(t, err, &bad))
		}
	})
}
