package cos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flaky serves one object and breaks each body off after cut bytes, as long as breaks lasts.
type flaky struct {
	content []byte
	etag    string
	cut     int
	breaks  int
	change  func(f *flaky, request int)
	crc     string

	requests []*http.Request
}

var errCut = errors.New("connection reset by peer")

func (f *flaky) RoundTrip(req *http.Request) (*http.Response, error) {
	f.requests = append(f.requests, req)
	if f.change != nil {
		f.change(f, len(f.requests))
	}
	if m := req.Header.Get("If-Match"); m != "" && m != f.etag {
		return xmlError(412, "PreconditionFailed")(req)
	}
	start, end := 0, len(f.content)
	code := 200
	header := map[string]string{"Etag": f.etag, "X-Cos-Hash-Crc64ecma": f.crc}
	if rng := req.Header.Get("Range"); rng != "" {
		var first, last int
		if n, _ := fmt.Sscanf(rng, "bytes=%d-%d", &first, &last); n == 2 {
			end = last + 1
		}
		start, code = first, 206
		header["Content-Range"] = "bytes " + strconv.Itoa(start) + "-" + strconv.Itoa(end-1) + "/" + strconv.Itoa(len(f.content))
	}
	part := f.content[start:end]
	var body io.Reader = bytes.NewReader(part)
	if f.breaks > 0 {
		f.breaks--
		body = io.MultiReader(bytes.NewReader(part[:min(f.cut, len(part))]), iotest.ErrReader(errCut))
	}
	return answer(code, header, body, int64(len(part))), nil
}

func newFlaky(n int) *flaky {
	content := make([]byte, n)
	for i := range content {
		content[i] = byte(i * 7)
	}
	return &flaky{content: content, etag: `"e1"`, crc: crcOf(content)}
}

func TestBrokenBodyIsResumed(t *testing.T) {
	for _, cut := range []int{0, 1, 999, 1000} {
		for _, opts := range [][]OpenOption{nil, {Range(10, 500)}, {Range(10, -1)}} {
			synctest.Test(t, func(t *testing.T) {
				f := newFlaky(1000)
				f.cut, f.breaks = cut, 3
				r, err := NewObjects(testKeys, WithTransport(f)).Open(t.Context(), created("k"), opts...)
				require.NoError(t, err)
				b, err := io.ReadAll(iotest.HalfReader(r))
				require.NoError(t, err, "cut %d", cut)
				want := f.content
				if len(opts) > 0 {
					want = want[10:]
					if f.requests[0].Header.Get("Range") == "bytes=10-509" {
						want = want[:500]
					}
				}
				assert.True(t, bytes.Equal(want, b))
				require.NoError(t, r.Close())
				for _, req := range f.requests[1:] {
					assert.Equal(t, `"e1"`, req.Header.Get("If-Match"))
				}
			})
		}
	}
}

func TestManyBreaksWithProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFlaky(50)
		f.cut, f.breaks = 1, 1000
		r, err := NewObjects(testKeys, WithTransport(f)).Open(t.Context(), created("k"))
		require.NoError(t, err)
		require.NoError(t, iotest.TestReader(r, f.content))
		assert.Len(t, f.requests, 50)
	})
}

func TestGivesUpWithoutProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFlaky(50)
		f.breaks = 1000
		r, err := NewObjects(testKeys, WithTransport(f)).Open(t.Context(), created("k"))
		require.NoError(t, err)
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, errCut)
		assert.Len(t, f.requests, DefaultAttempts)
		_, again := r.Read(make([]byte, 1))
		assert.Equal(t, err, again)
	})
}

func TestOverwrittenWhileReading(t *testing.T) {
	for name, change := range map[string]func(f *flaky, request int){
		"precondition": func(f *flaky, n int) {
			if n == 2 {
				f.etag = `"e2"`
			}
		},
		"If-Match is ignored": func(f *flaky, n int) {
			if n == 2 {
				f.requests[1].Header.Del("If-Match")
				f.etag = `"e2"`
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFlaky(50)
				f.cut, f.breaks, f.change = 20, 1, change
				r, err := NewObjects(testKeys, WithTransport(f)).Open(t.Context(), created("k"))
				require.NoError(t, err)
				b, err := io.ReadAll(r)
				require.ErrorIs(t, err, ErrChanged)
				assert.Len(t, b, 20)
			})
		})
	}
}

func TestDeletedWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := func(*http.Request) (*http.Response, error) {
			return answer(200, map[string]string{"Etag": `"e"`}, iotest.ErrReader(errCut), 5), nil
		}
		s := &script{t: t, answers: []roundTrip{broken, xmlError(404, "NoSuchKey")}}
		r, err := NewObjects(testKeys, WithTransport(s)).Open(t.Context(), created("k"))
		require.NoError(t, err)
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, ErrNotFound)
		require.NoError(t, r.Close())
	})
}

func TestServiceThatKnowsNoRanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := func(*http.Request) (*http.Response, error) {
			return answer(200, map[string]string{"Etag": `"e"`}, iotest.ErrReader(errCut), 5), nil
		}
		s := &script{t: t, answers: []roundTrip{broken, status(200, map[string]string{"Etag": `"e"`}, "hello")}}
		r, err := NewObjects(testKeys, WithTransport(s)).Open(t.Context(), created("k"))
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.ErrorIs(t, err, errCut)
		assert.Empty(t, b, "never the start in the place of the rest")
	})
}

func TestShortBodyIsNotTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		short := func(*http.Request) (*http.Response, error) {
			return answer(200, nil, bytes.NewReader([]byte("hel")), 5), nil // no ETag: nothing to resume by
		}
		r, err := NewObjects(testKeys, WithTransport(&script{t: t, answers: []roundTrip{short}})).Open(t.Context(), created("k"))
		require.NoError(t, err)
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
}

func TestChecksum(t *testing.T) {
	for name, cut := range map[string]int{"in one piece": -1, "resumed": 10} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFlaky(50)
				f.crc = "12345"
				if cut >= 0 {
					f.cut, f.breaks = cut, 1
				}
				r, err := NewObjects(testKeys, WithTransport(f)).Open(t.Context(), created("k"))
				require.NoError(t, err)
				_, err = io.ReadAll(r)
				require.ErrorIs(t, err, ErrCorrupt)
			})
		})
	}
}

func TestUnknownLength(t *testing.T) {
	chunked := func(*http.Request) (*http.Response, error) {
		return answer(200, map[string]string{"Etag": `"e"`}, bytes.NewReader([]byte("hello")), -1), nil
	}
	r, err := NewObjects(testKeys, WithTransport(&script{t: t, answers: []roundTrip{chunked}})).Open(t.Context(), created("k"))
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(b))
	assert.EqualValues(t, -1, r.Info().Size)
}

func TestCancelledWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newFlaky(50)
	f.cut, f.breaks = 10, 100
	r, err := NewObjects(testKeys, WithTransport(f)).Open(ctx, created("k"))
	require.NoError(t, err)
	cancel()
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, f.requests, 1)
}

func TestClosedReader(t *testing.T) {
	r, err := NewObjects(testKeys, WithTransport(newFlaky(50))).Open(t.Context(), created("k"))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 1))
	require.Error(t, err)
	assert.NotErrorIs(t, err, io.EOF)
}
