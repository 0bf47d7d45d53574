package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"crypto/rand"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
)

var (
	stopPostgres = func() {}
	photos       = event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
)

func TestMain(m *testing.M) {
	code := m.Run()
	stopPostgres()
	os.Exit(code)
}

// postgres returns the DSN of a server: the one of DBSYNC_POSTGRES, or one started for these tests.
var postgres = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("DBSYNC_POSTGRES"); dsn != "" {
		return dsn, nil
	}
	dsn, stop, err := startPostgres()
	if err == nil {
		stopPostgres = stop
	}
	return dsn, err
})

// dsns are those of an empty database of each kind.
var dsns = map[string]func(t *testing.T) string{
	"sqlite": func(t *testing.T) string { return "file:" + filepath.Join(t.TempDir(), "objects.db") },
	"postgres": func(t *testing.T) string {
		base, err := postgres()
		require.NoError(t, err)
		u, err := url.Parse(base)
		require.NoError(t, err)
		db, err := sql.Open("pgx", base)
		require.NoError(t, err)
		schema := "dbsync_" + strings.ToLower(rand.Text())
		_, err = db.ExecContext(t.Context(), "CREATE SCHEMA "+schema)
		require.NoError(t, err)
		t.Cleanup(func() {
			_, err := db.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+schema+" CASCADE")
			assert.NoError(t, errors.Join(err, db.Close()))
		})
		q := u.Query()
		q.Set("search_path", schema)
		u.RawQuery = q.Encode()
		return u.String()
	},
}

// onEach runs a test on an empty table in each kind of database.
func onEach(t *testing.T, f func(t *testing.T, table *Table)) {
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) { f(t, open(t, dsn(t))) })
	}
}

func open(t *testing.T, dsn string) *Table {
	t.Helper()
	table, err := Open(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, table.Close()) })
	return table
}

// rows returns what a user of the table sees, by key.
func rows(t *testing.T, table *Table) map[string]Row {
	t.Helper()
	r, err := table.db.QueryContext(t.Context(), `SELECT bucket, region, key, version, etag, size, content_type, storage_class FROM objects WHERE present`)
	require.NoError(t, err)
	defer r.Close()
	out := map[string]Row{}
	for r.Next() {
		row := Row{Present: true}
		require.NoError(t, r.Scan(&row.Bucket, &row.Region, &row.Key, &row.Version, &row.ETag, &row.Size, &row.ContentType, &row.StorageClass))
		out[row.Key] = row
	}
	require.NoError(t, r.Err())
	return out
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want settings
		err  string
	}{
		"defaults":       {nil, settings{"file:/tmp/objects.db", 168 * time.Hour}, ""},
		"own":            {map[string]string{"DBSYNC_DSN": "postgres://h/d", "DBSYNC_KEEP": "24h"}, settings{"postgres://h/d", 24 * time.Hour}, ""},
		"too short":      {map[string]string{"DBSYNC_KEEP": "1h"}, settings{}, "at least 12h"},
		"not a duration": {map[string]string{"DBSYNC_KEEP": "week"}, settings{}, `DBSYNC_KEEP is "week"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := settingsFrom(func(k string) string { return c.env[k] })
			if c.err != "" {
				assert.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestAPasswordIsNotInErrors(t *testing.T) {
	for _, dsn := range []string{"postgres://user:hunter2@127.0.0.1:1/db", "postgres://user:hunter2@127.0.0.1:x/db"} {
		_, err := Open(t.Context(), dsn)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}
