package costest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// A request with a sub-resource is never taken for the plain operation: a method that is not the sub-resource's own answers 405 or
// 501, and the bucket and its object are as they were.
func TestSubResourcesOfOtherMethods(t *testing.T) {
	subs := map[string]map[string]bool{} // the level's path and the sub-resource: its methods
	for _, o := range costest.Operations() {
		method, rest, _ := strings.Cut(o.Request, " ")
		path, _, _ := strings.Cut(rest, " ")
		at, sub, ok := strings.Cut(path, "?")
		if !ok || strings.HasPrefix(at, "/jobs") {
			continue
		}
		for _, level := range []string{"/", "/key"} { // each sub-resource is tried at both levels
			if subs[level+"?"+sub] == nil {
				subs[level+"?"+sub] = map[string]bool{}
			}
		}
		subs[at+"?"+sub][method] = true
	}
	for _, unknown := range []string{"torrent", "symbol", "no-such-thing", "imageMogr2/thumbnail/100x", "image_process"} {
		subs["/?"+unknown], subs["/key?"+unknown] = map[string]bool{}, map[string]bool{}
	}
	require.Greater(t, len(subs), 50)
	s := costest.NewServer(t, costest.WithoutListener())
	tried := 0
	for sub, own := range subs {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodPatch} {
			if own[method] {
				continue
			}
			for _, value := range []string{"", "=1"} {
				if value != "" && len(own) == 0 {
					continue // an unknown parameter with a value may be of no matter
				}
				name := fmt.Sprintf("%s %s%s", method, sub, value)
				require.NoError(t, s.Reset())
				require.NoError(t, s.CreateBucket(photos))
				if strings.HasPrefix(sub, "/key") {
					require.NoError(t, s.Put(photos, "key", []byte("content")))
				}
				resp, _ := ask(t, s, method, sub+value, "")
				assert.Contains(t, []int{http.StatusMethodNotAllowed, http.StatusNotImplemented}, resp.StatusCode, name)
				require.True(t, s.HasBucket(photos), name)
				if strings.HasPrefix(sub, "/key") {
					o, err := s.Get(photos, "key")
					require.NoError(t, err, name)
					assert.Equal(t, "content", string(o.Body), name)
				}
				tried++
			}
		}
	}
	assert.Greater(t, tried, 300)
}
