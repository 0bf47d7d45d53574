package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
)

func TestDeployed(t *testing.T) {
	cloud := deploytest.Deploy(t, example, nil)
	cloud.Put("reports/a.csv", "name,size\nx,1\ny,2\n")
	assert.Contains(t, cloud.Get("summaries/a.csv.json"), `"rows":2`)
	cloud.Put("videos/a.mp4", "x")
	cloud.Remove("reports/a.csv")
	cloud.CheckPolicy("../README.md")
	for _, d := range cloud.Deliveries() {
		assert.LessOrEqual(t, d.Generation, 1, "what it writes itself leads to nothing more")
	}
}
