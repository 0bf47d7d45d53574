package jsontext_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function/internal/jsontext"
)

var texts = []string{
	``, ` `, `null`, ` true `, `false`, `nul`, `truex`, `0`, `-0`, `01`, `-`, `1.`, `.5`, `1.5e+3`, `1e`, `1E-`, `""`, `"a`,
	`"\u00e9\n\/"`, `"\u12"`, `"\x"`, `"\`, "\"\n\"", "\"\xff\"", `[]`, `[ 1 , 2 ]`, `[1,]`, `[`, `[1`, `{}`, `{ "a" : 1 }`, `{"a"}`, `{"a":}`,
	`{"a":1,}`, `{1:1}`, `{"a":1`, `{"a":1 "b":2}`, `1 2`, `{"a":{"b":[true,{}]},"c":"\ud83d\ude00"}`, `"\ud83d"`, `"\ud83dx"`, `"\ud83d\u0041"`,
	`{"a":"1","a":"2"}`, `{"n":1.50,"o":{"x": 1},"z":null,"b":true}`, `"\b\f\n\r\t\"\\"`, "\v1", `{"":""}`, `"\ud83d\ud83d\ude00"`,
}

func TestDepth(t *testing.T) {
	for _, n := range []int{9999, 10000, 10001, 1 << 20} {
		for _, s := range []string{
			strings.Repeat("[", n) + strings.Repeat("]", n),
			strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n),
		} {
			assert.Equal(t, json.Valid([]byte(s)), jsontext.Valid([]byte(s)), "%d", n)
		}
	}
}

func FuzzValid(f *testing.F) {
	for _, s := range texts {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		require.Equal(t, json.Valid(b), jsontext.Valid(b))
	})
}

func FuzzObject(f *testing.F) {
	for _, s := range texts {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := map[string]string{}
		ok := jsontext.Object(b, func(name string, kind byte, value string) {
			require.True(t, kind == '"' || kind == value[0])
			got[name] = value
		})
		var want map[string]json.RawMessage
		if err := json.Unmarshal(b, &want); err != nil || want == nil {
			require.False(t, ok)
			return
		}
		require.True(t, ok)
		require.Len(t, got, len(want))
		for name, raw := range want {
			text := string(raw)
			if raw[0] == '"' {
				require.NoError(t, json.Unmarshal(raw, &text))
			}
			require.Equal(t, text, got[name])
		}
	})
}

func FuzzAppendString(f *testing.F) {
	for _, s := range texts {
		f.Add(s)
	}
	f.Add("\x00\x1f\u2028<>&\x7f")
	f.Fuzz(func(t *testing.T, s string) {
		var got, want string
		require.NoError(t, json.Unmarshal(jsontext.AppendString(nil, s), &got))
		oracle, err := json.Marshal(s)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(oracle, &want))
		require.Equal(t, want, got)
	})
}
