package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

func noEnv(string) (string, bool) { return "", false }

// start runs the emulator until the test ends and returns its URL and what it printed.
func start(t *testing.T, args ...string) (string, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer
	ready := make(chan string, 1)
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), noEnv, &stdout, &stderr, func(url string) { ready <- url })
	}()
	select {
	case u := <-ready:
		t.Cleanup(func() {
			cancel()
			assert.Zero(t, <-exit)
		})
		return u, &stdout
	case code := <-exit:
		cancel()
		t.Fatalf("exit status %d: %s", code, stderr.String())
		return "", nil
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
	return string(body)
}

// clientOf is the Go client as the emulator's own text says to make it.
func clientOf(t *testing.T, address string) *cossdk.Client {
	t.Helper()
	proxy, err := url.Parse(address)
	require.NoError(t, err)
	u, err := url.Parse("http://photos-1250000000.cos.ap-guangzhou.myqcloud.com")
	require.NoError(t, err)
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	t.Cleanup(transport.CloseIdleConnections)
	return cossdk.NewClient(&cossdk.BaseURL{BucketURL: u}, &http.Client{Transport: &cossdk.AuthorizationTransport{
		SecretID: triggertest.DefaultSecretID, SecretKey: triggertest.DefaultSecretKey, Transport: transport,
	}})
}

func TestOneAddressServesEverything(t *testing.T) {
	leak.Check(t)
	address, _ := start(t, "-bucket", "photos@ap-guangzhou")
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	assert.Equal(t, "ok\n", get(t, address+"/healthz"))

	_, err := clientOf(t, address).Object.Put(t.Context(), "a.txt", strings.NewReader("x"), nil)
	require.NoError(t, err)

	p := profile.NewClientProfile()
	p.HttpProfile.Scheme, p.HttpProfile.Endpoint = "HTTP", strings.TrimPrefix(address, "http://")
	functions, err := scfsdk.NewClient(common.NewCredential(triggertest.DefaultSecretID, triggertest.DefaultSecretKey), "ap-guangzhou", p)
	require.NoError(t, err)
	list, err := functions.ListFunctionsWithContext(t.Context(), scfsdk.NewListFunctionsRequest())
	require.NoError(t, err)
	assert.Zero(t, *list.Response.TotalCount)

	var deliveries []map[string]any
	require.NoError(t, json.Unmarshal([]byte(get(t, address+"/_cosevent/deliveries")), &deliveries))
	require.Len(t, deliveries, 1)
	assert.Equal(t, "a.txt", deliveries[0]["key"])
	assert.Equal(t, "not sent", deliveries[0]["state"])
	assert.Contains(t, deliveries[0]["reason"], "no function")
}

func TestTheClockMoves(t *testing.T) {
	address, _ := start(t, "-clock", "manual")
	post := func(query string) (int, string) {
		resp, err := http.Post(address+"/_cosevent/advance?"+query, "", nil)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}
	at := func(query string) time.Time {
		_, text := post(query)
		when, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
		require.NoError(t, err)
		return when
	}
	assert.Equal(t, time.Hour, -at("by=1s").Sub(at("by=1h")))
	status, text := post("by=yesterday")
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, text, `"yesterday"`)
}

func TestObjectsStayInTheDataDirectory(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		t.Run("", func(t *testing.T) {
			address, _ := start(t, "-data", dir, "-bucket", "photos@ap-guangzhou")
			client := clientOf(t, address)
			there, err := client.Object.IsExist(t.Context(), "kept")
			require.NoError(t, err)
			if !there {
				_, err = client.Object.Put(t.Context(), "kept", strings.NewReader("x"), nil)
				require.NoError(t, err)
				return
			}
			list, _, err := client.Bucket.Get(t.Context(), nil)
			require.NoError(t, err)
			assert.Len(t, list.Contents, 1)
		})
	}
}

func TestItPrintsWhatToPaste(t *testing.T) {
	address, out := start(t, "-bucket", "photos@ap-guangzhou", "-bucket", "logs@ap-shanghai")
	for _, want := range []string{
		address, triggertest.DefaultSecretID, "photos-1250000000 (ap-guangzhou), logs-1250000000 (ap-shanghai)",
		"HTTP_PROXY=" + address, "cos-go-sdk-v5", "tencentcloud-sdk-nodejs-scf", "coscli",
	} {
		assert.Contains(t, out.String(), want)
	}
	assert.NotRegexp(t, `\{[a-z]+\}`, out.String())
}

func TestFlagsAndVariables(t *testing.T) {
	env := map[string]string{
		"COSEVENT_ADDR": "127.0.0.1:9001", "COSEVENT_APPID": "1250000001", "COSEVENT_SECRET_ID": "id", "COSEVENT_SECRET_KEY": "key",
		"COSEVENT_BUCKET": "a@ap-beijing,b-1250000001@ap-shanghai", "COSEVENT_DATA": "d", "COSEVENT_CLOCK": "manual", "COSEVENT_LOG": "json",
	}
	lookup := func(k string) (string, bool) { v, ok := env[k]; return v, ok }
	s, err := parse([]string{"-addr", "127.0.0.1:9002"}, lookup, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:9002", s.addr, "a flag goes before the variable")
	assert.Equal(t, []string{"1250000001", "id", "key", "d", "manual", "json"}, []string{s.appID, s.secretID, s.secretKey, s.data, s.clock, s.log})
	require.Len(t, s.buckets, 2)
	assert.Equal(t, "a-1250000001", s.buckets[0].ID())
	assert.Equal(t, "b-1250000001", s.buckets[1].ID())
}

func TestWhatCannotBeDoneIsRefused(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-clock", "fast"}, `-clock is "fast"`},
		{[]string{"-log", "xml"}, `-log is "xml"`},
		{[]string{"-bucket", "photos"}, "name@region"},
		{[]string{"-bucket", "Photos@ap-guangzhou"}, "Photos"},
		{[]string{"-appid", "me"}, `"me"`},
		{[]string{"serve"}, `"serve"`},
		{[]string{"-colour"}, "-colour"},
	} {
		var stderr bytes.Buffer
		status := run(t.Context(), append([]string{"-addr", "127.0.0.1:0"}, c.args...), noEnv, io.Discard, &stderr, func(string) { t.Error("serves") })
		assert.NotZero(t, status, c.args)
		assert.Contains(t, stderr.String(), c.want)
	}
}

func TestLoopbackAddresses(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:9000": true, "[::1]:9000": true, "localhost:9000": true,
		"0.0.0.0:9000": false, ":9000": false, "198.51.100.7:9000": false, "nonsense": false,
	} {
		assert.Equal(t, want, loopback(addr), addr)
	}
}
