package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
)

func noEnv(string) string { return "" }

func TestTheTour(t *testing.T) {
	leak.Check(t)
	var stdout, stderr bytes.Buffer
	dir := filepath.Join(t.TempDir(), "pictures")
	require.Zero(t, run(t.Context(), []string{"-pictures", dir}, noEnv, &stdout, &stderr), "%s%s", stdout.String(), stderr.String())
	for _, want := range []string{
		"ObjectCreated:Put", "ObjectCreated:Post", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload",
		"ObjectRemove:Delete ", "ObjectRemove:DeleteMarkerCreated", "copy of put.jpg", "thumbnail made", "thumbnail removed",
		"3 thumbnails are there, 2 are gone with their images", "Every event was handled.",
	} {
		assert.Contains(t, stdout.String(), want)
	}

	sheet, err := os.Open(filepath.Join(dir, "thumbnails.png"))
	require.NoError(t, err)
	defer sheet.Close()
	config, err := png.DecodeConfig(sheet)
	require.NoError(t, err)
	assert.Equal(t, image.Pt(3*172+12, 184), image.Pt(config.Width, config.Height))
	svg, err := os.ReadFile(filepath.Join(dir, "trace.svg"))
	require.NoError(t, err)
	assert.Equal(t, 7, strings.Count(string(svg), "<text x=\"8\""))
}

func TestWhatTheCloudNeedsIsAskedForFirst(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"no credentials": {[]string{"-cloud", "-role", "r"}, []string{"TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"}},
		"no role":        {[]string{"-cloud"}, []string{"-role is not set"}},
		"bucket name":    {[]string{"-bucket", "Photos-1250000000"}, []string{"-bucket", "Photos"}},
		"no APPID":       {[]string{"-bucket", "photos"}, []string{"-bucket", "photos"}},
		"region":         {[]string{"-region", "Guangzhou!"}, []string{"Guangzhou!"}},
		"an argument":    {[]string{"now"}, []string{`"now"`}},
		"half a topic":   {[]string{"-cloud", "-role", "r", "-topic", "t"}, []string{"-logset"}},
		"timeout":        {[]string{"-timeout", "-1s"}, []string{"-timeout"}},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 2, run(t.Context(), c.args, noEnv, &stdout, &stderr))
			for _, want := range c.want {
				assert.Contains(t, stderr.String(), want)
			}
			assert.Empty(t, stdout.String(), "nothing was begun")
		})
	}
}

func TestHelpIsNoFailure(t *testing.T) {
	var stderr bytes.Buffer
	assert.Zero(t, run(t.Context(), []string{"-h"}, noEnv, &bytes.Buffer{}, &stderr))
	assert.Contains(t, stderr.String(), "-cloud")
}

func TestAnInterruptedTourFails(t *testing.T) {
	leak.Check(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, run(ctx, nil, noEnv, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "canceled")
}
