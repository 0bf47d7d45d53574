package main

import (
	"strings"
	"testing"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
)

func TestDeployed(t *testing.T) {
	cloud := deploytest.Deploy(t, example, map[string]string{"RESTORE_CLASS": "STANDARD_IA"})
	objects := cloud.COS(deploytest.Bucket).Object
	_, err := objects.Put(t.Context(), "a", strings.NewReader("wine"), &cossdk.ObjectPutOptions{
		ObjectPutHeaderOptions: &cossdk.ObjectPutHeaderOptions{XCosStorageClass: "ARCHIVE"},
	})
	require.NoError(t, err)
	_, err = objects.PostRestore(t.Context(), "a", &cossdk.ObjectRestoreOptions{Days: 1, Tier: &cossdk.CASJobParameters{Tier: "Expedited"}})
	require.NoError(t, err)
	cloud.Settle()
	assert.Contains(t, cloud.Get("restore-status/a.json"), `"state":"restoring"`)
	cloud.Advance(5 * time.Minute)
	cloud.Settle()
	assert.Contains(t, cloud.Get("restore-status/a.json"), `"state":"copied"`)
	assert.Equal(t, "wine", cloud.Get("restored/a"))
	cloud.CheckPolicy("../README.md")
}
