package deploytest

import (
	"encoding/json"
	"os"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// policy is a CAM policy, as far as the examples use them.
type policy struct {
	Statement []struct {
		Effect           string
		Action, Resource []string
	}
}

// CheckPolicy requires that what the function did in COS so far is allowed by the policy in the example's README, the first
// block of JSON there that is one.
func (c *Cloud) CheckPolicy(readme string) {
	c.tb.Helper()
	text, err := os.ReadFile(readme)
	require.NoError(c.tb, err)
	_, after, ok := strings.Cut(string(text), "```json\n{\"version\": \"2.0\"")
	require.True(c.tb, ok, "no policy in %s", readme)
	block, _, _ := strings.Cut(after, "```")
	var p policy
	require.NoError(c.tb, json.Unmarshal([]byte(`{"version": "2.0"`+block), &p))

	mine, _ := c.Credentials()
	checked := 0
	for _, r := range c.COSServer().Requests() {
		if r.SecretID != mine && r.Op != "HeadBucket" { // which cos asks only to word an error, and can do without
			require.True(c.tb, p.allows(r), "the policy in %s does not allow %s", readme, r)
			checked++
		}
	}
	require.NotZero(c.tb, checked, "the function did nothing in COS")
}

func (p policy) allows(r costest.Request) bool {
	action := "name/cos:" + r.Op
	if r.Op == "PutObjectCopy" { // writing is what has to be allowed at the target, reading at the source
		action = "name/cos:PutObject"
	}
	resource := "qcs::cos:" + Bucket.Region + ":uid/" + Bucket.AppID + ":" + r.Bucket + "/" + r.Key
	for _, s := range p.Statement {
		covers := func(pattern string) bool {
			prefix, wild := strings.CutSuffix(pattern, "*")
			return pattern == resource || wild && strings.HasPrefix(resource, prefix)
		}
		if s.Effect == "allow" && slices.Contains(s.Action, action) && slices.ContainsFunc(s.Resource, covers) {
			return true
		}
	}
	return false
}
