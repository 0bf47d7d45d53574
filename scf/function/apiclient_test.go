package function

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// deadlines records the deadlines of a connection.
type deadlines struct {
	net.Conn
	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error  { d.read = t; return nil }
func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// Waiting for an event takes any time until the process ends; everything else is limited.
func TestDeadlinesOfRequests(t *testing.T) {
	e := newEngine(t.Context(), HandlerFunc(nil), newOptions(nil))
	defer e.close()
	conn := &deadlines{}
	c := newAPIClient(e, "198.51.100.1:80")
	c.conn = conn
	limit := time.Now().Add(e.opt.requestTime)

	c.setDeadlines(false)
	assert.WithinDuration(t, limit, conn.read, time.Minute)
	assert.WithinDuration(t, limit, conn.write, time.Minute)
	c.setDeadlines(true)
	assert.Zero(t, conn.read)
	assert.WithinDuration(t, limit, conn.write, time.Minute)
	e.end(nil)
	c.setDeadlines(true)
	assert.True(t, conn.read.Before(time.Now()), "the wait is over")
	c.setDeadlines(false)
	assert.WithinDuration(t, limit, conn.read, time.Minute, "a result is still sent")
}
