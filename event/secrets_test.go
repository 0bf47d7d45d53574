package event

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// holder is a user's struct: package fmt cannot call methods of what is in unexported fields.
type holder struct {
	record  Record
	pointer *Record
	params  RequestParameters
	headers Headers
	list    []Record
	n       Notification
	event   Event
	letter  DeadLetter
}

// TestNoSecretsInText prints events and records in every way that logs do, and looks for the Authorization.
func TestNoSecretsInText(t *testing.T) {
	made := sampleRecord(TypeObjectCreatedPut)
	payload := must(Encode(Notification{Records: []Record{made, sampleRecord("cos:Odd:One"), {}}}))
	require.Contains(t, string(payload), secret)
	events, err := Decode(payload)
	require.Error(t, err, "the empty record")
	n, err := DecodeNotification(payload)
	require.Error(t, err)
	letter, _ := DecodeDeadLetter([]byte(`{"Body":{"ClientContext":` + string(payload) + `}}`))
	require.Contains(t, string(letter.Payload()), secret)
	e := events[0]
	b := e.Common()
	failure := &HandlerError{Index: 0, Event: e, Err: errors.New("no")}
	p := newPanicError(e)
	own := holder{*b.Record, b.Record, b.Record.Event.RequestParameters, b.Record.Event.RequestParameters.Headers, n.Records, n, e, letter}
	things := map[string]any{
		"event": e, "events": events, "base": *b, "base pointer": b, "record": b.Record, "record value": *b.Record, "records": n.Records, "notification": n,
		"struct": *e.(*ObjectCreatedPut), "parameters": b.Record.Event.RequestParameters, "record's event": b.Record.Event, "error": failure, "map": map[string]any{"e": e, "r": *b.Record},
		"invoke error": &InvokeError{Records: 1, Errors: []error{failure}}, "made by hand": made, "headers": made.Event.RequestParameters.Headers,
		"letter": letter, "letter pointer": &letter, "own": own, "own pointer": &own, "owns": []holder{own}, "panic": &p, "record error": err,
	}
	for name, thing := range things {
		for _, verb := range "vsdqxXeEfFgGtTcUbopw" {
			for _, flags := range []string{"", "+", "#", "0", "-"} {
				text := fmt.Sprintf("%"+flags+string(verb), thing)
				require.NotContains(t, text, "AKIDSECRETSECRET", "%%%s%c of %s", flags, verb, name)
				require.NotContains(t, strings.ToLower(text), fmt.Sprintf("%x", "AKIDSECRETSECRET"), "%%%s%c of %s", flags, verb, name)
				require.NotContains(t, text, strings.Trim(fmt.Sprint([]byte("AKIDSECRETSECRET")), "[]"), "%%%s%c of %s", flags, verb, name)
			}
		}
		var out bytes.Buffer
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "thing", thing)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "thing", thing)
		assert.NotContains(t, out.String(), "AKIDSECRETSECRET", name)
		assert.NotContains(t, out.String(), "!ERROR", name)
	}
	assert.Contains(t, fmt.Sprint(e), "cos:ObjectCreated:Put photos-1250000000@ap-shanghai/a b/中.png")
	assert.Contains(t, string(must(json.Marshal(b.Record))), `"Authorization":""`)

	// Nor in an error about the very value.
	_, err = Decode([]byte(`{"Records":[{"event":{"requestParameters":{"requestHeaders":"` + secret + `"},"reqid":"` + secret + `"}}]}`))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "AKIDSECRETSECRET")
}

func TestLogOfAnEvent(t *testing.T) {
	var out bytes.Buffer
	m := NewMux()
	m.Use(Log(slog.New(slog.NewJSONHandler(&out, nil))), Recover())
	m.OnCreated(func(_ context.Context, e Event) error {
		if e.Common().Object.Size == 1 {
			panic("oh no")
		}
		return nil
	})
	r := sampleRecord(TypeObjectCreatedPut)
	broken := sampleRecord(TypeObjectCreatedPut)
	broken.COS.Object.Size, broken.COS.Object.VersionID = 1, "v1"
	_, err := m.Invoke(t.Context(), must(Encode(Notification{Records: []Record{r, broken}})))
	require.Error(t, err)
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	require.Len(t, lines, 2)
	var first, second map[string]any
	require.NoError(t, json.Unmarshal(lines[0], &first))
	require.NoError(t, json.Unmarshal(lines[1], &second))
	assert.Equal(t, "INFO", first["level"])
	assert.Equal(t, "a b/中.png", first["key"])
	assert.Equal(t, "NjI1", first["requestId"])
	assert.Equal(t, "ERROR", second["level"])
	assert.Contains(t, second["error"], "oh no")
	assert.Contains(t, second["stack"], "TestLogOfAnEvent")
	assert.Equal(t, "v1", second["versionId"])
	assert.NotContains(t, out.String(), "AKIDSECRETSECRET")
}

// TestBaseJSON is what a log's JSON has of an event.
func TestBaseJSON(t *testing.T) {
	e := FromRecord(sampleRecord(TypeObjectCreatedPut))
	text, err := json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"cos:ObjectCreated:Put","time":"2022-04-15T09:49:16Z","bucket":"photos-1250000000","region":"ap-shanghai","key":"a b/中.png","size":557,
		"etag":"\"00\"","contentType":"image/png","storageClass":"Standard","requestId":"NjI1","sourceIP":"198.51.100.7","function":"default/thumb:$DEFAULT","metadata":{"owner":"li"}}`, string(text))
	text, err = json.Marshal(Base{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"","size":0}`, string(text))
}

// TestZeroValues: every error type formats, and works with errors.Is and errors.As, from its zero value on.
func TestZeroValues(t *testing.T) {
	for _, err := range []error{
		&RecordError{}, RecordErrors{}, RecordErrors(nil), RecordErrors{{}}, &LimitError{}, &SyntaxError{}, &HandlerError{}, &InvokeError{}, &PanicError{},
		&typeError{}, &bucketError{}, &targetError{}, &notNotification{}, &unhandledError{}, &loopError{},
	} {
		assert.NotEmpty(t, err.Error(), "%T", err)
		assert.NotErrorIs(t, err, context.Canceled)
		assert.NotEmpty(t, fmt.Sprintf("%+v", err))
		wrapped := fmt.Errorf("wrapped: %w", err)
		assert.Contains(t, wrapped.Error(), err.Error())
	}
	assert.NotEmpty(t, (&Base{}).String())
	many := RecordErrors{}
	for range 12 {
		many = append(many, &RecordError{})
	}
	assert.Contains(t, many.Error(), "and 2 more")
}
