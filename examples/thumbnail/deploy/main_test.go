package main

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
)

func TestDeployed(t *testing.T) {
	var picture bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 300, 200))))
	cloud := deploytest.Deploy(t, example, map[string]string{"THUMBNAIL_EDGE": "30"})
	cloud.Put("images/a.png", picture.String())
	small, err := png.DecodeConfig(bytes.NewReader([]byte(cloud.Get("thumbs/a.png"))))
	require.NoError(t, err)
	assert.Equal(t, 30, small.Width)
	cloud.Put("images/note.txt", "no image")
	cloud.Remove("images/a.png")
	keys, err := cloud.COSServer().Keys(deploytest.Bucket, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"images/note.txt"}, keys)
	cloud.CheckPolicy("../README.md")

	require.NoError(t, cloud.COSServer().Put(deploytest.Bucket, "thumbs/orphan.png", nil))
	_, err = cloud.SCF(deploytest.Bucket.Region).Invoke(t.Context(), "thumbnail", []byte(`{"Type":"Timer","Message":"`+deploytest.Bucket.Host()+`"}`))
	require.NoError(t, err)
	keys, err = cloud.COSServer().Keys(deploytest.Bucket, "thumbs/")
	require.NoError(t, err)
	assert.Empty(t, keys)
}
