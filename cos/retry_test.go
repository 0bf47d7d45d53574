package cos

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadsAreRepeatedWithPauses(t *testing.T) {
	cut := errors.New("connection reset")
	for name, failures := range map[string][]roundTrip{
		"status":      {xmlError(500, "InternalError"), xmlError(503, "SlowDown"), xmlError(504, "GatewayTimeout")},
		"throttled":   {xmlError(429, "TooManyRequests"), xmlError(408, "RequestTimeout")},
		"no answer":   {lost(cut), lost(cut), lost(cut)},
		"one of each": {lost(cut), xmlError(502, "")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{t: t, answers: append(append([]roundTrip(nil), failures...), status(200, nil, "hello"))}
				r, err := NewObjects(testKeys, WithTransport(s)).Open(t.Context(), created("k"))
				require.NoError(t, err)
				b, err := io.ReadAll(r)
				require.NoError(t, err)
				require.NoError(t, r.Close())
				assert.Equal(t, "hello", string(b))
				for i := 1; i < len(s.at); i++ {
					bound := firstPause << (i - 1)
					pause := s.at[i].Sub(s.at[i-1])
					assert.GreaterOrEqual(t, pause, bound/2)
					assert.LessOrEqual(t, pause, bound)
				}
			})
		})
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		opts []Option
		want int
	}{
		"default": {nil, DefaultAttempts},
		"two":     {[]Option{WithAttempts(2)}, 2},
		"one":     {[]Option{WithAttempts(0)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				rt := roundTrip(func(req *http.Request) (*http.Response, error) { n++; return xmlError(500, "InternalError")(req) })
				_, err := NewObjects(testKeys, append(c.opts, WithTransport(rt))...).Open(t.Context(), created("k"))
				var e *Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, "InternalError", e.Code)
				assert.Equal(t, c.want, n)
				n = 0
				_, err = NewClient(photos, testKeys, append(c.opts, WithTransport(rt))...).Object.Get(t.Context(), "k", nil)
				require.Error(t, err)
				assert.Equal(t, c.want, n, "the official client's own repeats do not multiply ours")
			})
		})
	}
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	for _, code := range []int{400, 403, 404, 405, 409, 412, 416, 501} {
		s := &script{t: t, answers: []roundTrip{xmlError(code, "Code")}}
		_, err := NewObjects(testKeys, WithTransport(s)).Open(t.Context(), created("k"))
		require.Error(t, err)
	}
}

func TestRetryAfterIsRespected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{t: t, answers: []roundTrip{status(503, map[string]string{"Retry-After": "7"}, ""), status(200, nil, "")}}
		r, err := NewObjects(testKeys, WithTransport(s)).Open(t.Context(), created("k"))
		require.NoError(t, err)
		require.NoError(t, r.Close())
		assert.GreaterOrEqual(t, s.at[1].Sub(s.at[0]), 7*time.Second)
	})
}

func TestEachTryIsSignedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{t: t, answers: []roundTrip{status(503, map[string]string{"Retry-After": "2"}, ""), status(200, nil, "")}}
		r, err := NewObjects(testKeys, WithTransport(s)).Open(t.Context(), created("k"))
		require.NoError(t, err)
		require.NoError(t, r.Close())
		reqs := s.requests()
		assert.NotEqual(t, reqs[0].Header.Get("Authorization"), reqs[1].Header.Get("Authorization"))
	})
}

func TestCancelledWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("time is up")
		s := &script{t: t, answers: []roundTrip{func(req *http.Request) (*http.Response, error) {
			time.AfterFunc(10*time.Millisecond, func() { cancel(why) })
			return xmlError(503, "SlowDown")(req)
		}}}
		start := time.Now()
		_, err := NewObjects(testKeys, WithTransport(s)).Open(ctx, created("k"))
		require.ErrorIs(t, err, why)
		assert.Equal(t, 10*time.Millisecond, time.Since(start))
	})
}

func TestPauseNeverOverflows(t *testing.T) {
	for try := 1; try < 200; try++ {
		p := pauseAfter(try, nil)
		assert.Positive(t, p)
		assert.LessOrEqual(t, p, longPause)
	}
	endless := answer(503, map[string]string{"Retry-After": "999999999999"}, strings.NewReader(""), 0)
	assert.LessOrEqual(t, pauseAfter(1, endless), 10*longPause)
}
