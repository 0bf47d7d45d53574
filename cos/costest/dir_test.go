package costest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// childDir makes the test program a server on that directory that writes until it is killed; see TestMain.
const childDir = "COSTEST_CHILD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := load(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// load writes objects through the official client for ever, several at once, and says on standard output which writes were
// acknowledged: "put key size" or "del key".
func load(dir string) error {
	s, err := costest.Start(costest.Dir(dir))
	if err != nil {
		return err
	}
	if err := s.CreateBucket(photos); err != nil {
		return err
	}
	out := make(chan string)
	for w := range 4 {
		go func() {
			c := s.Client(photos)
			for i := 0; ; i++ {
				key := fmt.Sprintf("w%d/%d", w, i%40)
				n := (i*7919 + w) % 200_000
				if i%9 == 8 {
					if _, err := c.Object.Delete(ctx, key); err == nil {
						out <- "del " + key + " 0"
					}
					continue
				}
				if _, err := c.Object.Put(ctx, key, strings.NewReader(content(key, n)), nil); err == nil {
					out <- "put " + key + " " + strconv.Itoa(n)
				}
			}
		}()
	}
	for l := range out {
		fmt.Println(l)
	}
	return nil
}

// content is what an object of that key and size holds.
func content(key string, n int) string {
	return strings.Repeat(key+"|", n/(len(key)+1)+1)[:n]
}

func TestKilled(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(pipe)
	acked := map[string]int{} // size, -1 if deleted
	n := 0
	note := func() {
		var what, key string
		var size int
		if _, err := fmt.Sscan(lines.Text(), &what, &key, &size); err != nil {
			return
		}
		if n++; what == "del" {
			size = -1
		}
		acked[key] = size
	}
	for n < 600 && lines.Scan() {
		note()
	}
	require.NoError(t, cmd.Process.Kill()) // in the middle of four writes
	for lines.Scan() {
		note() // acknowledged and told before the end
	}
	_ = cmd.Wait()
	require.GreaterOrEqual(t, n, 600)

	s := costest.NewServer(t, costest.Dir(dir))
	require.True(t, s.HasBucket(photos))
	next := map[string]bool{} // each writer may have had one more write acknowledged that it could not tell
	for key, size := range acked {
		o, err := s.Get(photos, key)
		if size < 0 && err != nil {
			continue
		}
		if size >= 0 && err == nil && int(o.Size) == size {
			assert.Equal(t, content(key, size), string(o.Body), key)
			continue
		}
		writer, _, _ := strings.Cut(key, "/")
		assert.False(t, next[writer], "%s: lost, and %s had one write under way", key, writer)
		next[writer] = true
		if err == nil {
			assert.Equal(t, content(key, int(o.Size)), string(o.Body), "%s is whole whichever write it is from", key)
		}
	}
	list, err := s.List(photos, "")
	require.NoError(t, err)
	files := 0
	require.NoError(t, filepath.WalkDir(filepath.Join(dir, "data"), func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files++
		}
		return err
	}))
	withBody := 0
	for _, o := range list {
		if o.Size > 0 {
			withBody++
		}
	}
	assert.Equal(t, withBody, files, "nothing is left of writes that did not happen")
}

func TestDirectoryKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	s, err := costest.Start(costest.Dir(dir))
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.CreateBucket(photos, costest.Versioned()))
	require.NoError(t, s.CreateBucket(backup))
	c, cb := s.Client(photos), s.Client(backup)
	v1 := put(t, c, "k", "one").Header.Get("x-cos-version-id")
	put(t, c, "k", "two")
	_, err = c.Object.PutTagging(ctx, "k", &cossdk.ObjectPutTaggingOptions{TagSet: []cossdk.ObjectTaggingTag{{Key: "a", Value: "b"}}})
	require.NoError(t, err)
	_, err = c.Object.Delete(ctx, "gone")
	require.NoError(t, err)
	_, _, err = cb.Object.Append(ctx, "log", 0, strings.NewReader("first,"), nil)
	require.NoError(t, err)
	_, _, err = cb.Object.Append(ctx, "log", 6, strings.NewReader("second"), nil)
	require.NoError(t, err)
	_, _, err = cb.Object.Copy(ctx, "copy", photos.Host()+"/k", nil)
	require.NoError(t, err)
	_, err = cb.Bucket.PutCORS(ctx, &cossdk.BucketPutCORSOptions{Rules: []cossdk.BucketCORSRule{{AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}}}})
	require.NoError(t, err)
	require.NoError(t, s.Put(backup, "cold", []byte("x"), costest.StorageClass("ARCHIVE")))
	_, err = cb.Object.PostRestore(ctx, "cold", &cossdk.ObjectRestoreOptions{Days: 1, Tier: &cossdk.CASJobParameters{Tier: "Expedited"}})
	require.NoError(t, err)
	init, _, err := cb.Object.InitiateMultipartUpload(ctx, "big", nil)
	require.NoError(t, err)
	part, err := cb.Object.UploadPart(ctx, "big", init.UploadID, 1, strings.NewReader("part"), nil)
	require.NoError(t, err)
	_, err = costest.Start(costest.Dir(dir))
	require.Error(t, err, "one process at a time")
	s.Close()

	stray := filepath.Join(dir, "data", "ab")
	require.NoError(t, os.MkdirAll(stray, 0o700))
	stray = filepath.Join(stray, "ab0123456789abcdef012345.content")
	require.NoError(t, os.WriteFile(stray, []byte("of a write that was never acknowledged"), 0o600))
	for range 2 { // the second time from what the first wrote
		s, err = costest.Start(costest.Dir(dir))
		require.NoError(t, err)
		defer s.Close()
		cb = s.Client(backup)
		o, err := s.GetVersion(photos, "k", v1)
		require.NoError(t, err)
		assert.Equal(t, "one", string(o.Body))
		o, err = s.Get(photos, "k")
		require.NoError(t, err)
		assert.Equal(t, "two", string(o.Body))
		assert.Equal(t, map[string]string{"a": "b"}, o.Tags)
		all, err := s.ListVersions(photos, "gone")
		require.NoError(t, err)
		require.Len(t, all, 1)
		assert.True(t, all[0].DeleteMarker)
		o, err = s.Get(backup, "log")
		require.NoError(t, err)
		assert.Equal(t, "first,second", string(o.Body))
		assert.Equal(t, etag("first,second"), o.ETag)
		cors, _, err := cb.Bucket.GetCORS(ctx)
		require.NoError(t, err)
		assert.Len(t, cors.Rules, 1)
		assert.NoFileExists(t, stray)
		s.Close()
	}
	s, err = costest.Start(costest.Dir(dir))
	require.NoError(t, err)
	defer s.Close()
	rec := record(s)
	cb = s.Client(backup)
	next, _, err := cb.Object.Append(ctx, "log", 12, strings.NewReader("!"), nil)
	require.NoError(t, err)
	assert.Equal(t, 13, next)
	_, _, err = cb.Object.CompleteMultipartUpload(ctx, "big", init.UploadID, &cossdk.CompleteMultipartUploadOptions{
		Parts: []cossdk.Object{{PartNumber: 1, ETag: part.Header.Get("ETag")}}})
	require.NoError(t, err)
	o, err := s.Get(backup, "big")
	require.NoError(t, err)
	assert.Equal(t, "part", string(o.Body))
	s.Advance(time.Hour)
	assert.Equal(t, []string{"Created:Append log", "Created:CompleteMultipartUpload big", "Restore:Completed cold"}, rec.types())
	require.NoError(t, s.DeleteBucket(backup))
	require.NoError(t, s.DeleteBucket(photos))
	left, err := filepath.Glob(filepath.Join(dir, "data", "*", "*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestDamagedJournal(t *testing.T) {
	dir := t.TempDir()
	s, err := costest.Start(costest.Dir(dir))
	require.NoError(t, err)
	require.NoError(t, s.CreateBucket(photos))
	require.NoError(t, s.Put(photos, "a", []byte("1")))
	require.NoError(t, s.Put(photos, "b", []byte("2")))
	s.Close()
	path := filepath.Join(dir, "cosevent-store.journal")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	require.NoError(t, os.WriteFile(path, whole[:len(whole)-5], 0o600))
	s, err = costest.Start(costest.Dir(dir))
	require.NoError(t, err, "a last line that is not whole was never acknowledged")
	keys, err := s.Keys(photos, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, keys)
	require.NoError(t, s.Put(photos, "c", nil))
	s.Close()

	require.NoError(t, os.WriteFile(path, bytes.Replace(whole, []byte(`"Key":"a"`), []byte(`"Key":"z"`), 1), 0o600))
	_, err = costest.Start(costest.Dir(dir))
	require.ErrorContains(t, err, "line 2")
}

func TestSnapshots(t *testing.T) {
	for name, opts := range map[string][]costest.Option{"memory": nil, "directory": {costest.Dir(t.TempDir())}} {
		t.Run(name, func(t *testing.T) {
			s := costest.NewServer(t, opts...)
			require.NoError(t, s.CreateBucket(photos))
			require.NoError(t, s.Put(photos, "a", []byte("old")))
			snap := s.Snapshot()
			require.NoError(t, s.Put(photos, "a", []byte("new")))
			require.NoError(t, s.Put(photos, "b", []byte("new")))
			require.NoError(t, s.CreateBucket(backup))
			for range 2 {
				require.NoError(t, s.Restore(snap))
				keys, err := s.Keys(photos, "")
				require.NoError(t, err)
				assert.Equal(t, []string{"a"}, keys)
				o, err := s.Get(photos, "a")
				require.NoError(t, err)
				assert.Equal(t, "old", string(o.Body))
				assert.False(t, s.HasBucket(backup))
				require.NoError(t, s.Delete(photos, "a"))
			}
			require.NoError(t, s.Reset())
			assert.Empty(t, s.Buckets())
			require.Error(t, s.Restore(nil))
		})
	}
}
