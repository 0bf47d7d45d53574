package costest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// files returns the contents of all files below dir by their path.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = string(b)
		return err
	}))
	return out
}

func TestDirRefusesForeignFolders(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"project with a data folder": {map[string]string{"data/raw/table.csv": "a,b"}, `is not an object store: it has "data" but no file cosevent-store`},
		"journal of something else":  {map[string]string{"journal": "of a ship"}, `it has "journal"`},
		"hidden file":                {map[string]string{".git/HEAD": "ref"}, `it has ".git"`},
		"newer format":               {map[string]string{"cosevent-store": "cosevent object store, format 9\n"}, `says "cosevent object store, format 9", this version reads "cosevent object store, format 1"`},
		"cut marker":                 {map[string]string{"cosevent-store": ""}, `says ""`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for f, text := range tt.files {
				path := filepath.Join(dir, f)
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			}
			before := files(t, dir)
			_, err := costest.Start(costest.Dir(dir))
			require.ErrorContains(t, err, tt.want)
			assert.Equal(t, before, files(t, dir), "nothing is touched")
		})
	}
}

func TestDirKeepsForeignFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "store")
	s, err := costest.Start(costest.Dir(dir))
	require.NoError(t, err)
	require.NoError(t, s.CreateBucket(photos))
	require.NoError(t, s.Put(photos, "a", []byte("1")))
	s.Close()
	foreign := []string{"data/raw/table.csv", "data/ab/notes", "data/ab/ff0123456789abcdef012345.content", "data/ab0123456789abcdef012345.content", "mine.txt"}
	for _, f := range foreign {
		path := filepath.Join(dir, f)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	}
	s, err = costest.Start(costest.Dir(dir))
	require.NoError(t, err)
	o, err := s.Get(photos, "a")
	require.NoError(t, err)
	assert.Equal(t, "1", string(o.Body))
	s.Close()
	for _, f := range foreign {
		assert.FileExists(t, filepath.Join(dir, f))
	}
}

// A process killed while it made the store leaves a folder that the next one takes.
func TestDirMadeHalf(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"cosevent-store.lock", "cosevent-store.new"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f), nil, 0o600))
	}
	s, err := costest.Start(costest.Dir(dir))
	require.NoError(t, err)
	s.Close()
}
