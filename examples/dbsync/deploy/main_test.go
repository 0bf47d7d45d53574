package main

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
)

func TestDeployed(t *testing.T) {
	file := "file:" + filepath.Join(t.TempDir(), "objects.db")
	cloud := deploytest.Deploy(t, example, map[string]string{"DBSYNC_DSN": file})
	cloud.Put("a", "1")
	cloud.Put("a", "four") // most likely within the same second: then the bucket is asked
	cloud.Put("b", "1")
	cloud.Remove("b")

	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	defer db.Close()
	var keys, size int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*), sum(size) FROM objects WHERE present").Scan(&keys, &size))
	assert.Equal(t, 1, keys)
	assert.Equal(t, 4, size)
	cloud.CheckPolicy("../README.md")
}
