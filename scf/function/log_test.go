package function_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function"
)

func TestLogHandler(t *testing.T) {
	ctx := function.NewContext(t.Context(), &function.Context{RequestID: "r-1", FunctionName: "thumb", FunctionVersion: "$LATEST"})
	var b bytes.Buffer
	drop := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	log := slog.New(function.NewLogHandler(slog.NewJSONHandler(&b, drop)))
	line := func() string {
		defer b.Reset()
		require.Equal(t, 1, strings.Count(b.String(), "\n"), "%q", b.String())
		require.True(t, json.Valid(b.Bytes()))
		return strings.TrimSuffix(b.String(), "\n")
	}
	log.InfoContext(ctx, "two\nlines", "k", "v\r\nw")
	assert.Equal(t, `{"level":"INFO","msg":"two\nlines","request_id":"r-1","function":"thumb","version":"$LATEST","k":"v\r\nw"}`, line())
	log.Info("no invocation")
	assert.Equal(t, `{"level":"INFO","msg":"no invocation"}`, line())
	log.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").With().InfoContext(ctx, "m", "c", 3)
	assert.Equal(t, `{"level":"INFO","msg":"m","a":1,"request_id":"r-1","function":"thumb","version":"$LATEST","g":{"b":2,"h":{"c":3}}}`, line())
	log.WithGroup("").InfoContext(function.NewContext(t.Context(), &function.Context{RequestID: "r"}), "m")
	assert.Equal(t, `{"level":"INFO","msg":"m","request_id":"r"}`, line())
	log.DebugContext(ctx, "below the level")
	assert.Empty(t, b.String())

	slog.New(function.NewLogHandler(slog.NewTextHandler(&b, drop))).InfoContext(ctx, "two\nlines")
	assert.Equal(t, `level=INFO msg="two\nlines" request_id=r-1 function=thumb version=$LATEST`+"\n", b.String())
}

// Loggers that share a group do not write into each other's attributes.
func TestLogHandlerForks(t *testing.T) {
	ctx := function.NewContext(t.Context(), &function.Context{RequestID: "r"})
	var b bytes.Buffer
	parent := slog.New(function.NewLogHandler(slog.NewJSONHandler(&b, nil))).WithGroup("g").With("a", 1).With("b", 2)
	one, two := parent.With("c", 3), parent.With("d", 4)
	one.InfoContext(ctx, "m")
	assert.Contains(t, b.String(), `"g":{"a":1,"b":2,"c":3}}`)
	b.Reset()
	two.InfoContext(ctx, "m")
	assert.Contains(t, b.String(), `"g":{"a":1,"b":2,"d":4}}`)
}
