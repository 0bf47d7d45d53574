package costest_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// gate is a body that says when it is first read and waits until it may go on.
type gate struct {
	r             io.Reader
	started, open chan struct{}
	once          bool
}

func newGate(text string) *gate {
	return &gate{r: strings.NewReader(text), started: make(chan struct{}), open: make(chan struct{})}
}

// Read implements io.Reader.
func (g *gate) Read(p []byte) (int, error) {
	if !g.once {
		g.once = true
		close(g.started)
		<-g.open
	}
	return g.r.Read(p)
}

// slow sends a request whose body waits; done returns the error's code, "" if there is none.
func slow(t *testing.T, s *costest.Server, method, pathAndQuery string, g *gate, length int64) (done func() string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+photos.Host()+pathAndQuery, g)
	require.NoError(t, err)
	req.ContentLength = length
	code := make(chan string, 1)
	go func() {
		resp, err := signing(s).Do(req)
		if err != nil {
			code <- err.Error()
			return
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		code <- errorCode(string(b))
	}()
	<-g.started
	return func() string {
		close(g.open)
		return <-code
	}
}

// While a request's body is on its way, others change what it is about.
func TestOvertaken(t *testing.T) {
	s, c, rec := newServer(t, costest.WithoutListener())
	_, _, err := c.Object.Append(ctx, "log", 0, strings.NewReader("one"), nil)
	require.NoError(t, err)
	appending := slow(t, s, http.MethodPost, "/log?append&position=3", newGate("two"), 3)
	_, _, err = c.Object.Append(ctx, "log", 3, strings.NewReader("2"), nil)
	require.NoError(t, err)
	assert.Equal(t, "AppendPositionErr", appending())
	o, err := s.Get(photos, "log")
	require.NoError(t, err)
	assert.Equal(t, "one2", string(o.Body))

	init, _, err := c.Object.InitiateMultipartUpload(ctx, "big", nil)
	require.NoError(t, err)
	uploading := slow(t, s, http.MethodPut, "/big?partNumber=1&uploadId="+init.UploadID, newGate("part"), 4)
	_, err = c.Object.AbortMultipartUpload(ctx, "big", init.UploadID)
	require.NoError(t, err)
	assert.Equal(t, "NoSuchUpload", uploading())

	short := slow(t, s, http.MethodPut, "/short", newGate("only"), 10)
	assert.Contains(t, short(), "IncompleteBody")

	rec.take()
	putting := slow(t, s, http.MethodPut, "/late", newGate("x"), 1)
	require.NoError(t, s.DeleteBucket(photos))
	assert.Equal(t, "NoSuchBucket", putting())
	assert.Empty(t, rec.take())
}

// Reading goes on while the object is overwritten: the reader gets the content it began with.
func TestReadWhileOverwritten(t *testing.T) {
	for name, opts := range map[string][]costest.Option{"memory": nil, "directory": {costest.Dir(t.TempDir())}} {
		t.Run(name, func(t *testing.T) {
			s, c, _ := newServer(t, opts...)
			old := bytes.Repeat([]byte("old "), 8<<20)
			require.NoError(t, s.Put(photos, "k", old))
			resp, err := c.Object.Get(ctx, "k", nil)
			require.NoError(t, err)
			head := make([]byte, 1000)
			_, err = io.ReadFull(resp.Body, head)
			require.NoError(t, err)
			put(t, c, "k", "new")
			rest, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.True(t, bytes.Equal(old, append(head, rest...)))
		})
	}
}
