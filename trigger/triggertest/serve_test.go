package triggertest

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

func TestIsAPI(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, tt := range []struct {
		url, contentType, action string
		want                     bool
	}{
		{"http://scf.tencentcloudapi.com/", "application/json", "ListFunctions", true},
		{"http://127.0.0.1:9000/", "application/json", "ListFunctions", true},
		{"http://scf.ap-guangzhou.tencentcloudapi.com/", form, "", true},
		{"http://127.0.0.1:9000/", form, "", true},
		{"http://127.0.0.1:9000/?SignatureMethod=HmacSHA256", "", "", true},
		{"http://photos-1250000000.cos.ap-guangzhou.myqcloud.com/k", form, "", false},
		{"http://photos-1250000000.cos-internal.ap-guangzhou.tencentcos.cn/k", form, "", false},
		{"http://photos-1250000000.cos-website.ap-guangzhou.myqcloud.com/k", form, "", false},
		{"http://photos-1250000000.cosbj.myqcloud.com/k", form, "", false},
		{"http://100000000001.cos-control.ap-guangzhou.myqcloud.com/jobs", form, "", false},
		{"http://service.cos.myqcloud.com/", "", "", false},
	} {
		r, err := http.NewRequest(http.MethodPut, tt.url, nil)
		require.NoError(t, err)
		r.Header.Set("Content-Type", tt.contentType)
		if tt.action != "" {
			r.Header.Set("X-TC-Action", tt.action)
		}
		assert.Equal(t, tt.want, isAPI(r), "%s %s", tt.url, tt.contentType)
	}
}

func TestControlPathsOfBuckets(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1:9000": true, "photos-1250000000.cos.ap-guangzhou.myqcloud.com": false,
		"photos-1250000000.cos-internal.ap-guangzhou.myqcloud.com": false, "photos-1250000000.cosbj.myqcloud.com": false,
	} {
		r, err := http.NewRequest(http.MethodGet, "http://"+host+"/healthz", nil)
		require.NoError(t, err)
		assert.Equal(t, want, isControl(r), host)
	}
}

// hooked is opt, with f called when the service is made.
func hooked[O any](opt func(O), f func()) func(O) {
	return func(o O) { f(); opt(o) }
}

// A request that comes before the services exist waits for them; /healthz says that they are not there yet.
func TestRequestsBeforeTheServicesExist(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := free.Addr().String()
	require.NoError(t, free.Close())
	early := make(chan int, 1)
	c, err := Start(Addr(addr), WithCOS(hooked(costest.WithAppID("1250000000"), func() {
		resp, err := http.Get("http://" + addr + "/healthz")
		if assert.NoError(t, err) {
			text, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			assert.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
			assert.Equal(t, "starting\n", string(text))
		}
		conn, err := net.Dial("tcp", addr)
		if !assert.NoError(t, err) {
			return
		}
		_, err = conn.Write([]byte("GET / HTTP/1.1\r\nHost: service.cos.myqcloud.com\r\nConnection: close\r\n\r\n"))
		assert.NoError(t, err)
		go func() {
			answer, _ := io.ReadAll(conn)
			_ = conn.Close()
			status := 0
			if strings.HasPrefix(string(answer), "HTTP/1.1 403") {
				status = http.StatusForbidden // unsigned: the service has it
			}
			early <- status
		}()
	})))
	require.NoError(t, err)
	defer c.Close()
	assert.Equal(t, http.StatusForbidden, <-early)
	resp, err := http.Get(c.URL() + "/healthz")
	require.NoError(t, err)
	_ = resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
}

func TestProcessEnv(t *testing.T) {
	env := processEnv("http://127.0.0.1:9000")
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		assert.Equal(t, "127.0.0.1,localhost,::1", env[name], "a process reaches its runtime's API without the proxy")
	}
}
