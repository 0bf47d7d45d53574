package scftest_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/clock"
	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

func TestModulesClient(t *testing.T) {
	for name, opts := range map[string][]scftest.Option{"over loopback": nil, "without a listener": {scftest.WithoutListener()}} {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			s := scftest.NewServer(t, opts...)
			s.Handle("thumb", versionTeller)
			c := s.Client(gz)
			r, err := c.Invoke(within(t, 10*time.Second), "thumb", []byte(`{}`))
			require.NoError(t, err)
			assert.Equal(t, `"$LATEST"`, string(r.Payload))
			_, err = c.Get(within(t, 10*time.Second), "none")
			assert.ErrorIs(t, err, scf.ErrNotFound)
			s.Faults().Fail("GetFunction", -1, scftest.Fault{Drop: faults.Before})
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			_, err = c.Get(ctx, "thumb")
			assert.Error(t, err)
		})
	}
}

func TestASharedClockAndPlanOfFaults(t *testing.T) {
	leak.Check(t)
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	cl := clock.New(clock.WithFrozen(), clock.WithStart(at))
	defer cl.Close()
	plan := &faults.Faults{}
	plan.Fail(scftest.OpExecute, 1, faults.Fault{Status: 500})
	s := scftest.NewServer(t, scftest.WithClock(cl), scftest.WithFaults(plan))
	s.Handle("thumb", versionTeller)
	done := enqueue(t, s, `{}`)
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	assert.Equal(t, at, s.Now())
	next, ok := cl.Next()
	require.True(t, ok)
	assert.Equal(t, at.Add(time.Minute), next)
	cl.Advance(time.Minute, nil)
	o := <-done
	assert.Equal(t, scftest.Delivered, o.State)
	assert.Equal(t, at.Add(time.Minute), o.Attempts[1].Start)
	create(t, official(t, s), "another")
	assert.Equal(t, "2030-01-02 11:05:05", *get(t, official(t, s), "another").AddTime, "in UTC+8")
}

func TestSmallOptions(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := free.Addr().String()
	require.NoError(t, free.Close())
	s := scftest.NewServer(t, scftest.WithAddr(addr), scftest.WithCredentials("AKIDmine", "mykey"), scftest.WithAppID("1250000001"),
		scftest.WithUIN("100000000009"), scftest.WithoutLogTopic(), scftest.WithCredentialsForAll())
	assert.Equal(t, "http://"+addr, s.URL())
	_, err = scftest.Start(scftest.WithAddr(addr))
	require.ErrorContains(t, err, addr)
	id, key := s.Credentials()
	assert.Equal(t, []string{"AKIDmine", "mykey"}, []string{id, key})
	var got *function.Context
	s.Handle("thumb", function.HandlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		got, _ = function.FromContext(ctx)
		return []byte(`1`), nil
	}))
	c := official(t, s)
	invoke(t, c, "thumb", `{}`)
	require.NotNil(t, got)
	assert.Equal(t, "1250000001", got.AppID)
	assert.Equal(t, "100000000009", got.UIN)
	owner, ok := s.CredentialOwner(got.Environment["TENCENTCLOUD_SECRETID"])
	assert.True(t, ok)
	assert.Equal(t, gz+"/default/thumb", owner)
	assert.Empty(t, *get(t, c, "thumb").ClsTopicId)
	for _, err := range s.Client(gz).Logs(within(t, 10*time.Second), "thumb", scf.LogQuery{}) {
		assert.ErrorIs(t, err, scf.ErrNoLogTopic)
	}
}

type failing struct {
	testing.TB
	fatal bool
}

func (f *failing) Fatalf(string, ...any) { f.fatal = true }

func TestNewServerFailsTheTestThatCannotHaveIt(t *testing.T) {
	s := scftest.NewServer(t)
	tb := &failing{TB: t}
	assert.Nil(t, scftest.NewServer(tb, scftest.WithAddr(s.URL()[len("http://"):])))
	assert.True(t, tb.fatal)
}
