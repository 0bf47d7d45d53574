package gobrpc_test

import (
	"bytes"
	"encoding/gob"
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/function/internal/gobrpc"
)

// FuzzReader feeds any bytes: what encoding/gob can read, the reader reads too, and to the same values. The reader may be
// more lenient, but it must come back.
func FuzzReader(f *testing.F) {
	type unknown struct {
		X map[string][]any
		Y [2]complex128
		Z *unknown
	}
	f.Add(stream(f, rpcRequest{"Function.Invoke", 3}, fullInvoke(), rpcRequest{"Function.Invoke", 4}, fullInvoke()))
	f.Add(stream(f, rpcRequest{"Function.Invoke", 1 << 60}, struct {
		Unknown   unknown
		RequestId string
		Any       any
	}{unknown{X: map[string][]any{"a": {1, "b"}}}, "r", 1.5}))
	f.Add(stream(f, rpcRequest{"Function.Ping", 0}, pingRequest{}))
	f.Add([]byte("\x00\xff\x81"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dec := gob.NewDecoder(bytes.NewReader(b))
		r := gobrpc.NewReader(bytes.NewReader(b), limit)
		for {
			var wantHead rpcRequest
			var want invokeRequest
			head, err := r.ReadRequest()
			if refused(err) || dec.Decode(&wantHead) != nil {
				return
			}
			require.NoError(t, err)
			require.Equal(t, gobrpc.Request{Method: wantHead.ServiceMethod, Seq: wantHead.Seq}, head)
			in, err := r.ReadInvoke()
			if refused(err) || dec.Decode(&want) != nil {
				return
			}
			require.NoError(t, err)
			require.True(t, same(in, want), "%+v is not %+v", in, want)
		}
	})
}

// FuzzDiscard feeds any bytes: what encoding/gob can pass over, the reader passes over too, and it always comes back.
func FuzzDiscard(f *testing.F) {
	f.Add(stream(f, rpcRequest{"Function.Ping", 0}, pingRequest{}, map[string][]any{"a": {1, "b"}}, [2]complex128{}, "text"))
	for _, kind := range "msa" {
		f.Add(hugeOfNothing(byte(kind)))
	}
	f.Add(wide(65, 1000))
	f.Fuzz(func(t *testing.T, b []byte) {
		// encoding/gob loses its place when it passes over a nil interface. Whatever refers to that type has its number, 8, which
		// is written as 16.
		mayHoldInterface := bytes.IndexByte(b, 16) >= 0
		dec := gob.NewDecoder(bytes.NewReader(b))
		r := gobrpc.NewReader(bytes.NewReader(b), limit)
		for {
			err := r.Discard()
			if err != nil && mayHoldInterface || refused(err) || dec.DecodeValue(reflect.Value{}) != nil {
				return
			}
			require.NoError(t, err)
		}
	})
}

// refused tells what no encoder writes and the reader refuses on purpose, though encoding/gob takes it or loops over it.
func refused(err error) bool {
	for _, target := range []error{gobrpc.ErrInternalType, gobrpc.ErrTwoKinds, gobrpc.ErrElements, gobrpc.ErrTooLarge} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// FuzzInvoke sends any values through encoding/gob to the reader, and through the writer to encoding/gob.
func FuzzInvoke(f *testing.F) {
	f.Add("Function.Invoke", uint64(1), []byte("{}"), "r", "e", int64(1), int64(-1), int32(128), int32(-3))
	f.Fuzz(func(t *testing.T, method string, seq uint64, payload []byte, id, env string, sec, nano int64, mb, ms int32) {
		want := invokeRequest{
			Payload: payload, RequestId: id, Environment: env, Deadline: timestamp{sec, nano}, MemoryLimitInMb: mb,
			TimeLimitInMs: ms, ClientContext: payload, TraceId: method,
		}
		r := gobrpc.NewReader(bytes.NewReader(stream(t, rpcRequest{method, seq}, want)), limit)
		req, err := r.ReadRequest()
		require.NoError(t, err)
		require.Equal(t, gobrpc.Request{Method: method, Seq: seq}, req)
		in, err := r.ReadInvoke()
		require.NoError(t, err)
		require.True(t, same(in, want))

		failure := gobrpc.Failure{Message: id, Type: env, Stack: []gobrpc.Frame{{Path: id, Line: mb, Label: env}}}
		dec := written(t, func(w *gobrpc.Writer) {
			_ = w.WriteResult(req, payload)
			_ = w.WriteFailure(req, failure)
		})
		var head rpcResponse
		var out invokeResponse
		require.NoError(t, dec.Decode(&head))
		require.Equal(t, rpcResponse{ServiceMethod: method, Seq: seq}, head)
		require.NoError(t, dec.Decode(&out))
		require.True(t, bytes.Equal(payload, out.Payload))
		require.NoError(t, dec.Decode(&head))
		require.NoError(t, dec.Decode(&out))
		require.Equal(t, &invokeError{Message: id, Type: env, StackTrace: []*stackFrame{{id, mb, env}}}, out.Error)
	})
}
