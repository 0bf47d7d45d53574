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
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { calls <- r.Header }))
	defer service.Close()
	cloud := deploytest.Deploy(t, example, map[string]string{"WEBHOOK_URL": service.URL, "WEBHOOK_SECRET": "0123456789abcdef"})
	cloud.Put("files/a", "x")
	first := <-calls
	assert.Contains(t, first.Get("X-Webhook-Signature"), ",v1=")
	cloud.Put("files/a", "y")
	cloud.Remove("files/a")
	cloud.CheckPolicy("../README.md")
	assert.NotEqual(t, first.Get("Idempotency-Key"), (<-calls).Get("Idempotency-Key"))
}
