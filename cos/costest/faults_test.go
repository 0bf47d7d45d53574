package costest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

func TestFaults(t *testing.T) {
	for name, opts := range map[string][]costest.Option{"listener": nil, "in process": {costest.WithoutListener()}} {
		t.Run(name, func(t *testing.T) {
			s, c, rec := newServer(t, opts...)
			f := s.Faults()
			f.Fail("PutObject", 1, costest.Fault{Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."})
			_, err := c.Object.Put(ctx, "k", strings.NewReader("x"), nil)
			assert.Equal(t, "SlowDown", code(err))
			assert.Empty(t, rec.take())
			put(t, c, "k", "0123456789")
			rec.take()

			f.Fail("PutObject", 1, costest.Fault{Drop: costest.DropBefore})
			_, err = c.Object.Put(ctx, "before", strings.NewReader("x"), nil)
			require.Error(t, err)
			assert.Empty(t, code(err), "no answer at all")
			f.Fail("PutObject", 1, costest.Fault{Drop: costest.DropAfter})
			_, err = c.Object.Put(ctx, "after", strings.NewReader("x"), nil)
			require.Error(t, err)
			assert.Empty(t, code(err))
			assert.Equal(t, []string{"Created:Put after"}, rec.types(), "what was dropped after is in force")

			f.Fail("GetObject", 1, costest.Fault{Drop: costest.DropAfter})
			_, err = c.Object.Get(ctx, "none", nil)
			require.Error(t, err)
			assert.Empty(t, code(err), "an error is dropped too")
			log := s.Requests()
			last := log[len(log)-1]
			assert.Equal(t, "Dropped", last.Code)
			assert.Zero(t, last.Status)

			f.Fail("GetObject", 1, costest.Fault{CutAfter: 4})
			resp, err := c.Object.Get(ctx, "k", nil)
			require.NoError(t, err)
			b, err := io.ReadAll(resp.Body)
			require.Error(t, err)
			assert.Equal(t, "0123", string(b))
			require.NoError(t, resp.Body.Close())

			f.Fail("GetObject", 1, costest.Fault{Latency: time.Hour})
			short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			_, err = c.Object.Get(short, "k", nil)
			require.ErrorContains(t, err, context.DeadlineExceeded.Error()) // the client wraps without Unwrap

			f.Fail("*", 1, costest.Fault{})
			put(t, c, "k", "nothing happens")
			assert.Zero(t, f.Pending())
		})
	}
}

func TestRequests(t *testing.T) {
	s, c, _ := newServer(t, costest.WithRequestLog(3))
	s.AddCredentials("tmp", "key", "s3cr3t", time.Now().Add(time.Hour))
	_, err := s.ClientWith(photos, "tmp", "key", "s3cr3t").Object.Get(ctx, "none", nil)
	assert.Equal(t, "NoSuchKey", code(err))
	log := s.Requests()
	require.Len(t, log, 1)
	r := log[0]
	assert.Equal(t, "GetObject", r.Op)
	assert.Equal(t, "none", r.Key)
	assert.Equal(t, "photos-1250000000", r.Bucket)
	assert.Equal(t, "tmp", r.SecretID)
	assert.Equal(t, 404, r.Status)
	assert.Equal(t, "NoSuchKey", r.Code)
	assert.Equal(t, "***", r.Header.Get("Authorization"))
	assert.Equal(t, "***", r.Header.Get("x-cos-security-token"))
	assert.Equal(t, "127.0.0.1", r.SourceIP)
	assert.Equal(t, "GetObject photos-1250000000/none 404 NoSuchKey", r.String())
	for range 5 {
		put(t, c, "k", "x")
	}
	log = s.Requests()
	require.Len(t, log, 3)
	assert.Equal(t, "PutObject", log[0].Op)
	assert.Equal(t, http.MethodPut, log[2].Method)
	s.ClearRequests()
	assert.Empty(t, s.Requests())
}
