package gobrpc_test

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function/internal/gobrpc"
)

const limit = 32 << 20

func stream(t testing.TB, values ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := gob.NewEncoder(&b)
	for _, v := range values {
		require.NoError(t, enc.Encode(v))
	}
	return b.Bytes()
}

func fullInvoke() invokeRequest {
	return invokeRequest{
		Payload: []byte(`{"Records":[]}`), RequestId: "r-1", TraceId: "t", Deadline: timestamp{1700000000, 999},
		InvokedFunctionUnique: "u", ClientContext: []byte(`{}`), Namespace: "default", FunctionName: "thumb",
		FunctionVersion: "$LATEST", MemoryLimitInMb: 128, TimeLimitInMs: 3000, Environment: `{"A":"b"}`,
		TencentcloudRegion: "ap-guangzhou", TencentcloudAppID: "1250000000", TencentcloudUin: "100000000001",
		FunctionTrace: "x",
	}
}

// same says whether ours read what the oracle's type holds.
func same(in *gobrpc.Invoke, want invokeRequest) bool {
	return bytes.Equal(in.Payload, want.Payload) && in.RequestID == want.RequestId && in.TraceID == want.TraceId &&
		in.DeadlineSeconds == want.Deadline.Seconds && in.DeadlineNanos == want.Deadline.Nanos &&
		in.InvokedFunctionUnique == want.InvokedFunctionUnique && bytes.Equal(in.ClientContext, want.ClientContext) &&
		in.Namespace == want.Namespace && in.FunctionName == want.FunctionName &&
		in.FunctionVersion == want.FunctionVersion && in.MemoryLimitMB == want.MemoryLimitInMb &&
		in.TimeLimitMS == want.TimeLimitInMs && in.Environment == want.Environment &&
		in.Region == want.TencentcloudRegion && in.AppID == want.TencentcloudAppID && in.UIN == want.TencentcloudUin &&
		in.FunctionTrace == want.FunctionTrace
}

func TestReadsWhatGobWrites(t *testing.T) {
	big := fullInvoke()
	big.Payload = bytes.Repeat([]byte("x"), 6<<20)
	middle := fullInvoke()
	middle.Payload = bytes.Repeat([]byte("y"), 3000)
	invokes := []invokeRequest{{}, fullInvoke(), big, middle, {RequestId: "2"}, fullInvoke()}
	var values []any
	for i, in := range invokes {
		values = append(values, rpcRequest{"Function.Invoke", uint64(i) << (9 * i)}, in)
	}
	b := stream(t, values...)

	for name, rd := range map[string]io.Reader{
		"at once":   bytes.NewReader(b),
		"bytewise":  iotest.OneByteReader(bytes.NewReader(b)),
		"halves":    iotest.HalfReader(bytes.NewReader(b)),
		"late data": iotest.DataErrReader(bytes.NewReader(b)),
	} {
		t.Run(name, func(t *testing.T) {
			r := gobrpc.NewReader(rd, limit)
			var got []*gobrpc.Invoke
			for i, want := range invokes {
				req, err := r.ReadRequest()
				require.NoError(t, err)
				assert.Equal(t, gobrpc.Request{Method: "Function.Invoke", Seq: uint64(i) << (9 * i)}, req)
				in, err := r.ReadInvoke()
				require.NoError(t, err)
				assert.True(t, same(in, want), "call %d", i)
				got = append(got, in)
			}
			_, err := r.ReadRequest()
			assert.ErrorIs(t, err, io.EOF)
			for i, want := range invokes {
				assert.True(t, same(got[i], want), "call %d was changed by later ones", i)
			}
		})
	}
}

// A peer with other ideas: order, unknown fields of every kind, missing fields.
func TestFollowsThePeersTypes(t *testing.T) {
	type inner struct {
		Name string
		Next *inner
	}
	type odd struct {
		Maps          map[string][]inner
		RequestId     string
		Any           any
		Bool          bool
		Float         float64
		Complex       complex128
		Array         [3]int16
		Strings       []string
		Opaque        opaque
		Nils          []any
		FunctionName  string
		Uint          uint64
		Negative      int64
		Deep          [][]map[int]inner
		Payload       []byte
		Deadline      struct{ Extra, Nanos int64 }
		TimeLimitInMs int64
	}
	gob.RegisterName("cosevent.inner", inner{})
	v := odd{
		Maps: map[string][]inner{"a": {{Name: "x", Next: &inner{Name: "y"}}}}, RequestId: "r", Any: inner{Name: "z"},
		Bool: true, Float: 1.5, Complex: 2i, Array: [3]int16{1, -2, 3}, Strings: []string{"", "b"}, Opaque: opaque{"o"},
		FunctionName: "f", Uint: 1 << 63, Negative: -1 << 63, Deep: [][]map[int]inner{{{1: {Name: "q"}}}},
		Nils: []any{inner{Name: "n"}, 7, "s"}, Payload: []byte("p"), TimeLimitInMs: 5,
	}
	v.Deadline.Extra, v.Deadline.Nanos = 3, 4
	r := gobrpc.NewReader(bytes.NewReader(stream(t, v, v, rpcRequest{"M", 1})), limit)
	for range 2 {
		in, err := r.ReadInvoke()
		require.NoError(t, err)
		assert.True(t, same(in, invokeRequest{
			RequestId: "r", FunctionName: "f", Payload: []byte("p"), Deadline: timestamp{Nanos: 4}, TimeLimitInMs: 5,
		}), "%+v", in)
	}
	req, err := r.ReadRequest()
	require.NoError(t, err)
	assert.Equal(t, "M", req.Method)
}

type opaque struct{ s string }

func (o opaque) GobEncode() ([]byte, error) { return []byte(o.s), nil }
func (o *opaque) GobDecode(b []byte) error  { o.s = string(b); return nil }

func TestDiscard(t *testing.T) {
	type s struct{ A, B string }
	r := gobrpc.NewReader(bytes.NewReader(stream(t, s{"a", "b"}, "text", 7, map[string]int{"a": 1}, []string{"x"},
		struct{ C any }{nil}, opaque{"o"}, rpcRequest{"M", 9})), limit)
	for i := range 7 {
		require.NoError(t, r.Discard(), "value %d", i)
	}
	req, err := r.ReadRequest()
	require.NoError(t, err)
	assert.Equal(t, gobrpc.Request{Method: "M", Seq: 9}, req)
	assert.ErrorIs(t, r.Discard(), io.EOF)
}

func TestMismatchCostsOneMessageOnly(t *testing.T) {
	good := fullInvoke()
	r := gobrpc.NewReader(bytes.NewReader(stream(t,
		struct{ Payload string }{"x"}, struct{ TimeLimitInMs int64 }{1 << 40}, struct{ Deadline int }{1}, "no struct",
		struct{ MemoryLimitInMb uint }{1}, good)), limit)
	for _, field := range []string{"Payload", "TimeLimitInMs", "Deadline", "", "MemoryLimitInMb"} {
		_, err := r.ReadInvoke()
		var mismatch *gobrpc.MismatchError
		require.ErrorAs(t, err, &mismatch)
		assert.Equal(t, field, mismatch.Field)
		assert.NotEmpty(t, err.Error())
	}
	in, err := r.ReadInvoke()
	require.NoError(t, err)
	assert.True(t, same(in, good))
}

func TestMalformed(t *testing.T) {
	whole := stream(t, rpcRequest{"Function.Invoke", 1}, fullInvoke())
	for n := 1; n < len(whole); n++ {
		r := gobrpc.NewReader(bytes.NewReader(whole[:n]), limit)
		_, err := r.ReadRequest()
		if err == nil {
			_, err = r.ReadInvoke()
		}
		require.Error(t, err, "cut at %d", n)
	}
	for name, b := range map[string]string{
		"no gob":             "GET / HTTP/1.1\r\n\r\n",
		"empty message":      "\x00",
		"count too long":     "\xf0\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
		"unknown type":       "\x03\xff\x82\x00",
		"empty definition":   "\x03\xff\x81\x00",
		"type redefined":     string(stream(t, pingRequest{})) + string(stream(t, pingRequest{})),
		"a reserved number":  "\x05\x21\x03\x01\x00\x00",
		"field out of range": string(stream(t, pingRequest{})) + "\x04\xff\x82\x05\x00",
	} {
		t.Run(name, func(t *testing.T) {
			r := gobrpc.NewReader(strings.NewReader(b), limit)
			var err error
			for err == nil {
				err = r.Discard()
			}
			assert.NotErrorIs(t, err, io.EOF)
		})
	}
}

func TestTooLarge(t *testing.T) {
	r := gobrpc.NewReader(strings.NewReader("\xfb\x7f\xff\xff\xff\xff"), limit)
	_, err := r.ReadRequest()
	assert.ErrorIs(t, err, gobrpc.ErrTooLarge)

	r = gobrpc.NewReader(strings.NewReader("\xfd\xff\xff\xff..."), limit)
	_, err = r.ReadRequest()
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "a claimed length is read as far as it goes")
}

func TestDeepNesting(t *testing.T) {
	type list struct{ Next *list }
	type message struct{ Extra *list }
	var l *list
	for range 20000 {
		l = &list{l}
	}
	r := gobrpc.NewReader(bytes.NewReader(stream(t, message{l})), limit)
	_, err := r.ReadInvoke()
	assert.ErrorIs(t, err, gobrpc.ErrMalformed)
}

// written returns what the writer sends when f uses it.
func written(t *testing.T, f func(w *gobrpc.Writer)) *gob.Decoder {
	t.Helper()
	a, b := net.Pipe()
	go func() {
		f(gobrpc.NewWriter(a))
		_ = a.Close()
	}()
	all, err := io.ReadAll(b)
	require.NoError(t, err)
	return gob.NewDecoder(bytes.NewReader(all))
}

func TestGobReadsWhatIsWritten(t *testing.T) {
	payloads := [][]byte{[]byte("null"), nil, bytes.Repeat([]byte("a"), 200), bytes.Repeat([]byte("b"), 6<<20), {0}}
	failures := []gobrpc.Failure{
		{},
		{Message: "m", Type: "T"},
		{Type: "T", ShouldExit: true},
		{ShouldExit: true},
		{Message: strings.Repeat("m", 300), Stack: []gobrpc.Frame{{"p", 7, "l"}, {"", 0, ""}, {"", -1, ""}, {"", 0, "l"}, {"p", 1 << 30, ""}}, ShouldExit: true},
	}
	dec := written(t, func(w *gobrpc.Writer) {
		assert.NoError(t, w.WriteEmpty(gobrpc.Request{Method: "Function.Ping"}))
		for i, p := range payloads {
			assert.NoError(t, w.WriteResult(gobrpc.Request{Method: "Function.Invoke", Seq: uint64(i) << 30}, p))
		}
		for i, f := range failures {
			assert.NoError(t, w.WriteFailure(gobrpc.Request{Seq: uint64(i) + 1}, f))
		}
		assert.NoError(t, w.WriteError(gobrpc.Request{Method: "X", Seq: 1 << 63}, "no"))
	})
	var head rpcResponse
	require.NoError(t, dec.Decode(&head))
	assert.Equal(t, rpcResponse{ServiceMethod: "Function.Ping"}, head)
	require.NoError(t, dec.Decode(&pingResponse{}))
	for i, p := range payloads {
		head = rpcResponse{}
		require.NoError(t, dec.Decode(&head))
		assert.Equal(t, rpcResponse{ServiceMethod: "Function.Invoke", Seq: uint64(i) << 30}, head)
		var out invokeResponse
		require.NoError(t, dec.Decode(&out))
		assert.True(t, bytes.Equal(p, out.Payload))
		assert.Nil(t, out.Error)
	}
	for i, f := range failures {
		head = rpcResponse{}
		require.NoError(t, dec.Decode(&head))
		assert.Equal(t, rpcResponse{Seq: uint64(i) + 1}, head)
		var out invokeResponse
		require.NoError(t, dec.Decode(&out))
		require.NotNil(t, out.Error)
		want := &invokeError{Message: f.Message, Type: f.Type, ShouldExit: f.ShouldExit}
		for _, s := range f.Stack {
			want.StackTrace = append(want.StackTrace, &stackFrame{s.Path, s.Line, s.Label})
		}
		assert.Equal(t, want, out.Error)
	}
	head = rpcResponse{}
	require.NoError(t, dec.Decode(&head))
	assert.Equal(t, rpcResponse{"X", 1 << 63, "no"}, head)
	require.NoError(t, dec.DecodeValue(reflect.Value{}))
	assert.ErrorIs(t, dec.DecodeValue(reflect.Value{}), io.EOF)
}

func TestErrorsFormat(t *testing.T) {
	assert.NotEmpty(t, (&gobrpc.MismatchError{}).Error())
	assert.False(t, errors.Is(gobrpc.ErrMalformed, gobrpc.ErrTooLarge))
}
