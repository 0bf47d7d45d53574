package costest

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
)

var ended = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}

// A request that holds a bucket while it is deleted or reset, and goes on afterwards, changes nothing and leaves no line in the journal.
func TestWritesAfterTheBucketsEnd(t *testing.T) {
	for name, end := range map[string]func(s *Server) error{
		"deleted": func(s *Server) error { return s.DeleteBucket(ended) },
		"reset":   func(s *Server) error { return s.Reset() },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Start(Dir(dir))
			require.NoError(t, err)
			require.NoError(t, s.CreateBucket(ended))
			require.NoError(t, s.Put(ended, "k", []byte("x")))
			b, err := s.bucket(ended.ID(), "")
			require.NoError(t, err)
			u := &pending{id: "1", key: "k", attrs: &noAttrs, parts: map[int]*part{}}
			b.uploads[u.id] = u
			require.NoError(t, s.store.putUpload(b, u))
			require.NoError(t, end(s))
			u.finished = false // as if the request had looked before the end
			path := filepath.Join(dir, journalFile)
			before, err := os.ReadFile(path)
			require.NoError(t, err)

			o := &object{attrs: &noAttrs, modified: time.Now().UnixNano()}
			_, err = s.write(b, "new", o, nil)
			assert.ErrorIs(t, err, errNoSuchBucket)
			_, err = s.update(b, "k", "", func(*object) error { return nil })
			assert.ErrorIs(t, err, errNoSuchBucket)
			assert.ErrorIs(t, s.drop(b, "k", 0), errNoSuchBucket)
			assert.ErrorIs(t, s.configure(b, func(*config) error { return nil }), errNoSuchBucket)
			assert.ErrorIs(t, s.addPart(b, u, 1, &part{}), errNoSuchBucket)
			s.finish(b, u, o)

			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(before), string(after))
			s.Close()
			s, err = Start(Dir(dir))
			require.NoError(t, err)
			s.Close()
		})
	}
}

// A journal with lines for a bucket that is not there opens, and says what was skipped.
func TestJournalWithLinesOfAnEndedBucket(t *testing.T) {
	dir := t.TempDir()
	s, err := Start(Dir(dir))
	require.NoError(t, err)
	require.NoError(t, s.CreateBucket(ended))
	require.NoError(t, s.Put(ended, "k", []byte("x")))
	path := filepath.Join(dir, journalFile)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	require.NoError(t, s.DeleteBucket(ended))
	require.NoError(t, s.CreateBucket(event.Bucket{Name: "kept", AppID: "1250000000", Region: "ap-guangzhou"}))
	s.Close()
	text, err = os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(string(text)+lines[1]), 0o600))

	var out bytes.Buffer
	s, err = Start(Dir(dir), WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
	require.NoError(t, err)
	defer s.Close()
	assert.Equal(t, []event.Bucket{{Name: "kept", AppID: "1250000000", Region: "ap-guangzhou"}}, s.Buckets())
	assert.Contains(t, out.String(), "skipped a line of the journal")
	assert.Contains(t, out.String(), "line=5 change=push bucket=photos-1250000000 key=k")
}
