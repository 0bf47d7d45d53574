package cos

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
)

// nameless hides every other method of a reader.
type nameless struct{ io.Reader }

// seekable is a reader of an unknown type that seeks.
type seekable struct{ io.ReadSeeker }

func TestPutFindsTheLength(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("XXhello"), 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	_, err = file.Seek(2, io.SeekStart)
	require.NoError(t, err)
	pipeR, pipeW, err := os.Pipe()
	require.NoError(t, err)
	_, err = pipeW.WriteString("hello")
	require.NoError(t, err)
	require.NoError(t, pipeW.Close())
	moved := strings.NewReader("XXhello")
	_, err = moved.Seek(2, io.SeekStart)
	require.NoError(t, err)

	for name, c := range map[string]struct {
		r    io.Reader
		opts []PutOption
		want int64
	}{
		"strings.Reader":    {strings.NewReader("hello"), nil, 5},
		"from the middle":   {moved, nil, 5},
		"bytes.Reader":      {bytes.NewReader([]byte("hello")), nil, 5},
		"bytes.Buffer":      {bytes.NewBufferString("hello"), nil, 5},
		"file":              {file, nil, 5},
		"seeker":            {seekable{strings.NewReader("hello")}, nil, 5},
		"pipe":              {pipeR, nil, -1},
		"reader":            {nameless{strings.NewReader("hello")}, nil, -1},
		"reader and Size":   {nameless{strings.NewReader("hello")}, []PutOption{Size(5)}, 5},
		"one byte at once":  {iotest.OneByteReader(strings.NewReader("hello")), nil, -1},
		"data and then EOF": {iotest.DataErrReader(strings.NewReader("hello")), nil, -1},
	} {
		t.Run(name, func(t *testing.T) {
			s, srv := newStore(t)
			require.NoError(t, NewObjects(testKeys, WithEndpoint(srv.URL)).Put(t.Context(), photos, "k", c.r, c.opts...))
			assert.Equal(t, "hello", string(s.objects[photos.Host()+"/k"]))
			assert.Equal(t, c.want, s.last().ContentLength)
		})
	}
	_, err = file.Seek(0, io.SeekStart)
	require.NoError(t, err, "the file is the caller's: still open")
	require.NoError(t, file.Close())
	require.NoError(t, pipeR.Close())
}

func TestPutEmpty(t *testing.T) {
	for _, r := range []io.Reader{strings.NewReader(""), nameless{strings.NewReader("")}} {
		s, srv := newStore(t)
		require.NoError(t, NewObjects(testKeys, WithEndpoint(srv.URL)).Put(t.Context(), photos, "k", r))
		assert.Empty(t, s.objects[photos.Host()+"/k"])
		assert.Len(t, s.objects, 1)
	}
}

func TestPutOptions(t *testing.T) {
	s := &script{t: t, answers: []roundTrip{status(200, nil, "")}}
	require.NoError(t, NewObjects(testKeys, WithTransport(s)).Put(t.Context(), photos, "k", strings.NewReader("x"),
		ContentType("image/png"), Metadata(map[string]string{"owner": "li"}), StorageClass("STANDARD_IA"), ForbidOverwrite(), Header("Cache-Control", "no-store")))
	h := s.requests()[0].Header
	assert.Equal(t, "image/png", h.Get("Content-Type"))
	assert.Equal(t, "li", h.Get("x-cos-meta-owner"))
	assert.Equal(t, "STANDARD_IA", h.Get("x-cos-storage-class"))
	assert.Equal(t, "true", h.Get("x-cos-forbid-overwrite"))
	assert.Equal(t, "no-store", h.Get("Cache-Control"))
	signed := h.Get("Authorization")
	for _, name := range []string{"content-type", "x-cos-meta-owner", "x-cos-storage-class", "x-cos-forbid-overwrite"} {
		assert.Contains(t, signed, name)
	}
}

func TestPutRefusedBeforeSending(t *testing.T) {
	o := NewObjects(testKeys, WithTransport(&script{t: t}))
	require.Error(t, o.Put(t.Context(), photos, "k", nil))
	require.Error(t, o.Put(t.Context(), photos, "k", strings.NewReader("x"), Size(-1)))
	require.ErrorContains(t, o.Put(t.Context(), photos, "k", nameless{strings.NewReader("x")}, Size(maxPut+1)), "5 GB")
	require.ErrorContains(t, o.Put(t.Context(), photos, "k", strings.NewReader("x"), FromETag("e")), "Copy")
}

func TestPutErrors(t *testing.T) {
	for name, c := range map[string]struct {
		answer roundTrip
		want   error
	}{
		"exists":  {xmlError(409, "FileAlreadyExists"), ErrExists},
		"bucket":  {xmlError(404, "NoSuchBucket"), ErrBucketNotFound},
		"denied":  {xmlError(403, "AccessDenied"), ErrDenied},
		"corrupt": {status(200, map[string]string{"X-Cos-Hash-Crc64ecma": "1"}, ""), ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			err := NewObjects(testKeys, WithTransport(&script{t: t, answers: []roundTrip{c.answer}})).
				Put(t.Context(), photos, "k", strings.NewReader("x"))
			require.ErrorIs(t, err, c.want)
		})
	}
}

// swallow reads the body and then fails, as a lost answer does.
func swallow(got *[]string, err error) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		b, _ := io.ReadAll(req.Body)
		*got = append(*got, string(b))
		if err != nil {
			return nil, err
		}
		return status(200, map[string]string{"X-Cos-Hash-Crc64ecma": crcOf(b)}, "")(req)
	}
}

func TestPutIsRepeatedFromTheSamePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		half := func(req *http.Request) (*http.Response, error) {
			b := make([]byte, 2)
			_, _ = io.ReadFull(req.Body, b)
			got = append(got, string(b))
			return answer(503, nil, strings.NewReader(""), 0), nil
		}
		r := strings.NewReader("XXhello")
		_, err := r.Seek(2, io.SeekStart)
		require.NoError(t, err)
		s := &script{t: t, answers: []roundTrip{half, swallow(&got, errCut), swallow(&got, nil)}}
		require.NoError(t, NewObjects(testKeys, WithTransport(s)).Put(t.Context(), photos, "k", r))
		assert.Equal(t, []string{"he", "hello", "hello"}, got)
	})
}

func TestPutNotRepeated(t *testing.T) {
	var got []string
	for name, c := range map[string]struct {
		r    io.Reader
		opts []PutOption
	}{
		"does not seek":      {nameless{strings.NewReader("hello")}, nil},
		"forbids overwrites": {strings.NewReader("hello"), []PutOption{ForbidOverwrite()}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, answers: []roundTrip{swallow(&got, errCut)}}
			require.ErrorIs(t, NewObjects(testKeys, WithTransport(s)).Put(t.Context(), photos, "k", c.r, c.opts...), errCut)
		})
	}
}

func TestPutOfAFailingReader(t *testing.T) {
	_, srv := newStore(t)
	broken := errors.New("disk on fire")
	r := io.MultiReader(strings.NewReader("he"), iotest.ErrReader(broken))
	err := NewObjects(testKeys, WithEndpoint(srv.URL)).Put(t.Context(), photos, "k", r, Size(5))
	require.ErrorIs(t, err, broken)
}

func TestPutOfTooFewBytes(t *testing.T) {
	for name, r := range map[string]io.Reader{"length unknown": nameless{strings.NewReader("hello")}, "length known": strings.NewReader("hello")} {
		t.Run(name, func(t *testing.T) {
			s, srv := newStore(t)
			err := NewObjects(testKeys, WithEndpoint(srv.URL)).Put(t.Context(), photos, "k", r, Size(6))
			require.ErrorIs(t, err, errSize)
			srv.Close() // waits for the handler
			assert.Empty(t, s.objects)
		})
	}
}

func TestPutReadsNoMoreThanTheSize(t *testing.T) {
	for n, want := range []string{"", "h", "he", "hel", "hell", "hello"} {
		for name, r := range map[string]io.Reader{
			"strings.Reader": strings.NewReader("hello and more"), "length unknown": nameless{strings.NewReader("hello and more")},
			"byte by byte": iotest.OneByteReader(strings.NewReader("hello and more")),
		} {
			s, srv := newStore(t)
			require.NoError(t, NewObjects(testKeys, WithEndpoint(srv.URL)).Put(t.Context(), photos, "k", r, Size(int64(n))), name)
			assert.Equal(t, want, string(s.objects[photos.Host()+"/k"]), name)
			rest, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.Equal(t, "hello and more"[n:], string(rest), name)
		}
	}
}

// TestPutDoesNotWaitForTheEnd: of a connection, say, the end may come much later or never.
func TestPutDoesNotWaitForTheEnd(t *testing.T) {
	s, srv := newStore(t)
	pr, pw := io.Pipe()
	go func() { _, _ = pw.Write([]byte("hello")) }() // and no end
	require.NoError(t, NewObjects(testKeys, WithEndpoint(srv.URL)).Put(t.Context(), photos, "k", pr, Size(5)))
	assert.Equal(t, "hello", string(s.objects[photos.Host()+"/k"]))
	require.NoError(t, pw.Close())
}

func TestPutRefusesHeadersThatCannotBeSent(t *testing.T) {
	o := NewObjects(testKeys, WithTransport(&script{t: t}))
	for name, opt := range map[string]PutOption{
		"value":          Header("Cache-Control", "no-store\r\nX-Cos-Acl: public-read"),
		"name":           Header("Cache Control", "no-store"),
		"empty name":     Header("", "x"),
		"content type":   ContentType("text/plain\n"),
		"metadata value": Metadata(map[string]string{"owner": "li\x00"}),
		"metadata name":  Metadata(map[string]string{"the owner": "li"}),
		"no name":        Metadata(map[string]string{"": "li"}),
		"no event":       Mark(nil),
	} {
		t.Run(name, func(t *testing.T) {
			err := o.Put(t.Context(), photos, "k", strings.NewReader("x"), opt)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestEmptyOptionsSendNoHeaders(t *testing.T) {
	s := &script{t: t, answers: []roundTrip{status(200, nil, "")}}
	require.NoError(t, NewObjects(testKeys, WithTransport(s)).Put(t.Context(), photos, "k", strings.NewReader("x"),
		ContentType(""), StorageClass(""), Header("Cache-Control", ""), Metadata(nil), nil))
	h := s.requests()[0].Header
	for _, name := range []string{"Content-Type", "X-Cos-Storage-Class", "Cache-Control"} {
		assert.NotContains(t, h, name)
		assert.NotContains(t, strings.ToLower(h.Get("Authorization")), strings.ToLower(name))
	}
}

func TestMarkGoesBesideMetadata(t *testing.T) {
	e := created("images/a.png")
	e.Function = event.Target{Region: "ap-guangzhou", Namespace: "default", Name: "thumb"}
	own := Metadata(map[string]string{"owner": "li"})
	for name, opts := range map[string][]PutOption{"mark last": {own, Mark(e)}, "mark first": {Mark(e), own}} {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, answers: []roundTrip{status(200, nil, "")}}
			require.NoError(t, NewObjects(testKeys, WithTransport(s)).Put(t.Context(), photos, "k", strings.NewReader("x"), opts...))
			h := s.requests()[0].Header
			assert.Equal(t, "li", h.Get("x-cos-meta-owner"))
			assert.Equal(t, "ap-guangzhou/default/thumb", h.Get("x-cos-meta-"+event.LoopMark))
		})
	}
}

// foreign answers as a proxy or a login page does.
func foreign(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader("<html>log in")), ContentLength: 12}, nil
}

func TestAnswersThatAreNotFromCOS(t *testing.T) {
	for name, call := range map[string]func(*Objects) error{
		"put":    func(o *Objects) error { return o.Put(t.Context(), photos, "k", strings.NewReader("x")) },
		"delete": func(o *Objects) error { return o.Delete(t.Context(), photos, "k") },
		"open":   func(o *Objects) error { _, err := o.Open(t.Context(), created("k")); return err },
		"key":    func(o *Objects) error { _, err := o.OpenKey(t.Context(), photos, "k"); return err },
		"head":   func(o *Objects) error { _, err := o.Head(t.Context(), created("k")); return err },
		"stat":   func(o *Objects) error { _, err := o.Stat(t.Context(), photos, "k"); return err },
		"tags":   func(o *Objects) error { _, err := o.Tags(t.Context(), photos, "k"); return err },
		"list": func(o *Objects) (failed error) {
			for _, err := range o.List(t.Context(), photos, "") {
				failed = err
			}
			return failed
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := call(NewObjects(testKeys, WithTransport(&script{t: t, answers: []roundTrip{foreign}})))
			require.ErrorIs(t, err, errForeign)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestPutLeavesTheReaderAlone(t *testing.T) {
	// The answer comes before the body is read; the transport goes on reading unless it is stopped.
	var body io.Reader
	early := func(req *http.Request) (*http.Response, error) {
		body = req.Body
		return xmlError(403, "AccessDenied")(&http.Request{})
	}
	r := strings.NewReader("hello")
	err := NewObjects(testKeys, WithTransport(&script{t: t, answers: []roundTrip{early}})).Put(t.Context(), photos, "k", r)
	require.ErrorIs(t, err, ErrDenied)
	_, err = body.Read(make([]byte, 5))
	require.Error(t, err)
	assert.Equal(t, 5, r.Len())
}

func TestNobodyReadsAfterTheLoan(t *testing.T) {
	for _, blocks := range []bool{false, true} {
		r := strings.NewReader("hello")
		src := newSource(t.Context(), r, -1, blocks)
		src.detach()
		// A goroutine that was about to read when the loan ended.
		_, err := src.read(make([]byte, 5))
		require.ErrorIs(t, err, io.ErrClosedPipe)
		assert.Equal(t, 5, r.Len())
	}
}

func TestABlockedReadEndsWithTheContextOrTheLoan(t *testing.T) {
	pr, pw := io.Pipe()
	why := errors.New("time is up")
	ctx, cancel := context.WithCancelCause(t.Context())
	src := newSource(ctx, pr, -1, true)
	time.AfterFunc(5*time.Millisecond, func() { cancel(why) })
	_, err := src.Read(make([]byte, 1))
	require.ErrorIs(t, err, why)

	src = newSource(t.Context(), pr, -1, true)
	time.AfterFunc(5*time.Millisecond, func() { src.detach() })
	_, err = src.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.NoError(t, pw.Close())
}

func TestPutCancelledWhileTheReaderBlocks(t *testing.T) {
	_, srv := newStore(t)
	pr, pw := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = pw.Write([]byte("x")) // returns when the transport has begun to read
		cancel()
	}()
	err := NewObjects(testKeys, WithEndpoint(srv.URL)).Put(ctx, photos, "k", pr)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, pw.Close())
}
