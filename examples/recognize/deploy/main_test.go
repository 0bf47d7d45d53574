package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

func TestDeployed(t *testing.T) {
	cloud := deploytest.Deploy(t, example, map[string]string{"RECOGNIZE_TAGS": "1"})
	cloud.COSServer().SetLabels(deploytest.Bucket, "images/a.jpg", costest.Label{Name: "cat", Confidence: 90}, costest.Label{Name: "sky", Confidence: 80})
	cloud.Put("images/a.jpg", "pixels")
	assert.Contains(t, cloud.Get("images/a.jpg.labels.json"), `"name":"sky"`)
	o, err := cloud.COSServer().Get(deploytest.Bucket, "images/a.jpg")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"label:cat": "90"}, o.Tags)
	for _, d := range cloud.Deliveries() {
		if d.Key != "images/a.jpg" {
			assert.Equal(t, triggertest.NotSent, d.State, "its JSON calls nobody: %s", d)
		}
	}
	cloud.Remove("images/a.jpg")
	keys, err := cloud.COSServer().Keys(deploytest.Bucket, "")
	require.NoError(t, err)
	assert.Empty(t, keys)
}
