package loopback

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
)

func TestTransportReachesTheServerWhateverTheHost(t *testing.T) {
	leak.Check(t)
	s, err := Listen("", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) }))
	require.NoError(t, err)
	defer s.Close()

	client := &http.Client{Transport: s.Transport()}
	resp, err := client.Get("http://photos-1250000000.cos.ap-guangzhou.myqcloud.com/x")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "photos-1250000000.cos.ap-guangzhou.myqcloud.com", string(body))
}

func TestCloseCutsRequestsThatDoNotEnd(t *testing.T) {
	leak.Check(t)
	entered := make(chan struct{})
	s, err := Listen("", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}))
	require.NoError(t, err)
	client := &http.Client{Transport: s.Transport()}
	failed := make(chan error, 1)
	go func() {
		resp, err := client.Get("http://slow.example/")
		if err == nil {
			_ = resp.Body.Close()
		}
		failed <- err
	}()
	<-entered
	s.Close()
	s.Close()
	assert.Error(t, <-failed)
}

func TestListenNamesTheAddressItCannotHave(t *testing.T) {
	s, err := Listen("", http.NotFoundHandler())
	require.NoError(t, err)
	defer s.Close()
	_, err = Listen(s.Addr(), http.NotFoundHandler())
	assert.ErrorContains(t, err, s.Addr())
}
