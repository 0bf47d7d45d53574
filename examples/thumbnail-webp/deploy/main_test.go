package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
)

func TestDeployed(t *testing.T) {
	cloud := deploytest.Deploy(t, example, nil)
	// One white pixel, lossless.
	cloud.Put("images/a.webp", "RIFF\x18\x00\x00\x00WEBPVP8L\x0c\x00\x00\x00/\x00\x00\x00\x00\xe8\x7f\xff\xfb\xdf\xff\x00")
	assert.True(t, strings.HasPrefix(cloud.Get("thumbs/a.webp"), "\xff\xd8"), "a JPEG")
}
