package function_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

func TestEnvironmentOfInvocations(t *testing.T) {
	leak.Check(t)
	const id, key = "TENCENTCLOUD_SECRETID", "FUNCTION_TEST_KEY"
	t.Setenv(id, "")
	t.Setenv(key, "")
	var vars map[string]string
	r := run(t, function.ModeGo1, function.HandlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		c, _ := function.FromContext(ctx)
		vars = c.Environment
		return []byte(`"` + os.Getenv(id) + " " + os.Getenv(key) + `"`), nil
	}))
	c := dial(t, r.addr)
	call := func(env string) string {
		var resp invokeResponse
		require.NoError(t, c.Call("Function.Invoke", invokeRequest{Environment: env, RequestId: "r-1"}, &resp))
		return strings.Trim(string(resp.Payload), `"`)
	}
	assert.Equal(t, "id1 one", call(`{"TENCENTCLOUD_SECRETID":"id1","FUNCTION_TEST_KEY":"one"}`))
	first := vars
	require.NoError(t, os.Setenv(key, "mine"))
	assert.Equal(t, "id1 mine", call(`{"TENCENTCLOUD_SECRETID":"id1","FUNCTION_TEST_KEY":"one"}`), "nothing changed, nothing is set")
	assert.Equal(t, "id2 mine", call(`{"TENCENTCLOUD_SECRETID":"id2","FUNCTION_TEST_KEY":"one"}`), "only what changed is set")
	assert.Equal(t, "id1", first["TENCENTCLOUD_SECRETID"], "a call keeps what it got")
	assert.Equal(t, "id2 two", call(`{"FUNCTION_TEST_KEY":"two"}`), "what is no longer sent stays")
	assert.Equal(t, map[string]string{key: "two"}, vars)
	assert.Equal(t, "id2 two", call(``))
	assert.Nil(t, vars)
	assert.Equal(t, "id2 two", call(`{"FUNCTION_TEST_KEY":null,"TENCENTCLOUD_SECRETID":"x","TENCENTCLOUD_SECRETID":null}`), "null is not sent")
	assert.Empty(t, vars)
	assert.Empty(t, r.log.String())
	assert.Equal(t, "id2 two", call(`["no object"]`))
	assert.Equal(t, "function: request r-1: its environment is not a JSON object and was ignored\n", r.log.String())
	r.end(t)
}
