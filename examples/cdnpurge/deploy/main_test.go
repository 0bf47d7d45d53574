package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cosevent/cosevent-go/internal/exampledeploy/deploytest"
)

func TestDeployed(t *testing.T) {
	calls := make(chan http.Header, 10)
	cdn := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls <- r.Header
		_, _ = w.Write([]byte(`{"Response":{"TaskId":"1","RequestId":"1"}}`)) // the function's end is what is looked at
	}))
	defer cdn.Close()
	cloud := deploytest.Deploy(t, example, map[string]string{
		"CDNPURGE_SITES": "https://cdn.example.com", "CDNPURGE_ENDPOINT": cdn.URL,
	})
	cloud.Put("a.png", "x")
	call := <-calls
	assert.Equal(t, "PurgeUrlsCache", call.Get("X-TC-Action"))
	assert.NotEmpty(t, call.Get("X-TC-Token"), "the role's temporary keys")
}
