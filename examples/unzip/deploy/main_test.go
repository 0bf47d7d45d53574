package main

import (
	"archive/zip"
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
)

func TestDeployed(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("dir/inner.zip")
	require.NoError(t, err)
	_, err = f.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, w.Close())

	cloud := deploytest.Deploy(t, example, nil)
	cloud.Put("archives/a.zip", b.String())
	assert.Equal(t, "hello", cloud.Get("unpacked/a.zip/dir/inner.zip"))
	assert.Contains(t, cloud.Get("unpacked/a.zip.json"), `"state":"done"`)
	cloud.Put("archives/a.zip", "no archive")
	assert.Contains(t, cloud.Get("unpacked/a.zip.json"), `"state":"refused"`)
	cloud.CheckPolicy("../README.md")
}
