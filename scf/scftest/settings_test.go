package scftest_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/scftest"
)

// deploy creates or updates the function thumb with parameters that may be newer than the SDK's.
func deploy(t testing.TB, s *scftest.Server, action string, params map[string]any) error {
	t.Helper()
	all := map[string]any{"FunctionName": "thumb"}
	if action == "CreateFunction" {
		all["Runtime"], all["Code"] = "Go1", map[string]any{"ZipFile": *base64Of(zipOf(t, file{name: "main", mode: 0o755}))}
	}
	maps.Copy(all, params)
	_, err := callAction(t, s, "scf", action, "", all)
	return err
}

// read returns members of GetFunction as JSON.
func read(t testing.TB, s *scftest.Server, member string) string {
	t.Helper()
	f, err := callAction(t, s, "scf", "GetFunction", "", map[string]any{"FunctionName": "thumb"})
	require.NoError(t, err)
	b, err := json.Marshal(f[member])
	require.NoError(t, err)
	return string(b)
}

// Whatever is put comes back, at creation and at a change.
func TestSettingsAreGivenBack(t *testing.T) {
	for _, tt := range []struct {
		params map[string]any
		member string
		want   string
	}{
		{map[string]any{"TraceEnable": "TRUE"}, "TraceEnable", `"TRUE"`},
		{map[string]any{"DnsCache": "TRUE"}, "DnsCache", `"TRUE"`},
		{map[string]any{"InstallDependency": "TRUE"}, "InstallDependency", `"TRUE"`},
		{map[string]any{"InstanceConcurrencyConfig": map[string]any{"DynamicEnabled": "FALSE", "MaxConcurrency": 5, "Type": "Dynamic"}}, "InstanceConcurrencyConfig",
			`{"DynamicEnabled":"FALSE","MaxConcurrency":5,"Type":"Dynamic"}`},
		{map[string]any{"IntranetConfig": map[string]any{"IpFixed": "ENABLE"}}, "IntranetConfig", `{"IpFixed":"ENABLE","IpAddress":["198.51.100.8"]}`},
		{map[string]any{"PublicNetConfig": map[string]any{"PublicNetStatus": "ENABLE", "EipConfig": map[string]any{"EipStatus": "ENABLE"}}}, "PublicNetConfig",
			`{"PublicNetStatus":"ENABLE","EipConfig":{"EipStatus":"ENABLE","EipAddress":["198.51.100.7"]}}`},
		{map[string]any{"PublicNetConfig": map[string]any{"PublicNetStatus": "ENABLE", "EipConfig": map[string]any{"EipStatus": "ENABLE"}}}, "EipConfig",
			`{"EipFixed":"TRUE","Eips":["198.51.100.7"]}`},
		{map[string]any{
			"VpcConfig": map[string]any{"VpcId": "vpc-1", "SubnetId": "subnet-1"},
			"CfsConfig": map[string]any{"CfsInsList": []any{map[string]any{"CfsId": "cfs-1", "LocalMountDir": "/mnt"}}},
		}, "CfsConfig", `{"CfsInsList":[{"UserId":"10000","UserGroupId":"10000","CfsId":"cfs-1","MountInsId":"cfs-1","LocalMountDir":"/mnt",
			"RemoteMountDir":"/","IpAddress":"198.51.100.9","MountVpcId":"vpc-1","MountSubnetId":"subnet-1"}]}`},
	} {
		t.Run(tt.member, func(t *testing.T) {
			s := scftest.NewServer(t)
			require.NoError(t, deploy(t, s, "CreateFunction", tt.params))
			assert.JSONEq(t, tt.want, read(t, s, tt.member))

			s = scftest.NewServer(t)
			require.NoError(t, deploy(t, s, "CreateFunction", nil))
			assert.NotEqual(t, tt.want, read(t, s, tt.member))
			require.NoError(t, deploy(t, s, "UpdateFunctionConfiguration", tt.params))
			assert.JSONEq(t, tt.want, read(t, s, tt.member))
			require.NoError(t, deploy(t, s, "UpdateFunctionConfiguration", map[string]any{"Timeout": 9}))
			assert.JSONEq(t, tt.want, read(t, s, tt.member), "another change leaves it")
		})
	}
}

func TestListFunctionsByNetwork(t *testing.T) {
	s := scftest.NewServer(t)
	require.NoError(t, deploy(t, s, "CreateFunction", map[string]any{
		"PublicNetConfig": map[string]any{"EipConfig": map[string]any{"EipStatus": "ENABLE"}},
		"CfsConfig":       map[string]any{"CfsInsList": []any{map[string]any{"CfsId": "cfs-1", "MountInsId": "mount-1"}}},
	}))
	for _, tt := range []struct {
		name, value string
		want        float64
	}{
		{"Eip", "198.51.100.7", 1}, {"Eip", "198.51.100.1", 0}, {"CfsId", "cfs-1", 1}, {"CfsId", "cfs-2", 0}, {"CfsMountInsId", "mount-1", 1}, {"CfsMountInsId", "", 0},
	} {
		list, err := callAction(t, s, "scf", "ListFunctions", "", map[string]any{"Filters": []any{map[string]any{"Name": tt.name, "Values": []any{tt.value}}}})
		require.NoError(t, err)
		assert.Equal(t, tt.want, list["TotalCount"], "%s %s", tt.name, tt.value)
	}
}

func TestLayersHaveTags(t *testing.T) {
	s := scftest.NewServer(t)
	tags := []any{map[string]any{"Key": "team", "Value": "web"}}
	_, err := callAction(t, s, "scf", "PublishLayerVersion", "", map[string]any{
		"LayerName": "libs", "CompatibleRuntimes": []any{"Go1"}, "Tags": tags,
		"Content": map[string]any{"ZipFile": *base64Of(zipOf(t, file{name: "lib.so"}))},
	})
	require.NoError(t, err)
	require.NoError(t, deploy(t, s, "CreateFunction", map[string]any{"Layers": []any{map[string]any{"LayerName": "libs", "LayerVersion": 1}}}))
	one, err := callAction(t, s, "scf", "GetLayerVersion", "", map[string]any{"LayerName": "libs", "LayerVersion": 1})
	require.NoError(t, err)
	assert.Equal(t, tags, one["Tags"])
	for action, member := range map[string]string{"ListLayers": "Layers", "ListLayerVersions": "LayerVersions", "GetFunction": "Layers"} {
		list, err := callAction(t, s, "scf", action, "", map[string]any{"LayerName": "libs", "FunctionName": "thumb"})
		require.NoError(t, err, action)
		assert.Equal(t, tags, list[member].([]any)[0].(map[string]any)["Tags"], action)
	}
}

func TestAutoCreateClsTopic(t *testing.T) {
	for auto, want := range map[string]string{"TRUE": `"` + scftest.DefaultTopic(gz) + `"`, "FALSE": `""`} {
		s := scftest.NewServer(t, scftest.WithoutLogTopic())
		from, to := window(s)
		_, err := searchLog(t, s, map[string]any{"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": "*"})
		assert.Equal(t, "ResourceNotFound.TopicNotExist", code(t, err), "before a function has asked for it")
		require.NoError(t, deploy(t, s, "CreateFunction", map[string]any{"AutoCreateClsTopic": auto, "AutoDeployClsTopicIndex": auto}))
		assert.Equal(t, want, read(t, s, "ClsTopicId"))
		_, err = searchLog(t, s, map[string]any{"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": "*"})
		assert.Equal(t, auto == "TRUE", err == nil)
	}
	s := scftest.NewServer(t, scftest.WithoutLogTopic())
	require.NoError(t, deploy(t, s, "CreateFunction", map[string]any{"AutoCreateClsTopic": "TRUE", "ClsLogsetId": "set", "ClsTopicId": "mine"}))
	assert.Equal(t, `"mine"`, read(t, s, "ClsTopicId"), "a topic that is named wins")
}

// A null in a list is refused wherever there is one.
func TestNullInLists(t *testing.T) {
	s := scftest.NewServer(t)
	require.NoError(t, deploy(t, s, "CreateFunction", nil))
	null := []any{nil}
	for _, tt := range []struct {
		action string
		params map[string]any
	}{
		{"ListFunctions", map[string]any{"Filters": null}},
		{"ListFunctions", map[string]any{"Filters": []any{map[string]any{"Name": "Status", "Values": null}}}},
		{"ListTriggers", map[string]any{"Filters": null}},
		{"ListNamespaces", map[string]any{"SearchKey": null}},
		{"ListAsyncEvents", map[string]any{"Status": null}},
		{"CreateFunction", map[string]any{"Tags": null, "FunctionName": "other"}},
		{"CreateFunction", map[string]any{"Layers": null, "FunctionName": "other"}},
		{"CreateFunction", map[string]any{"CfsConfig": map[string]any{"CfsInsList": null}, "FunctionName": "other"}},
		{"CreateFunction", map[string]any{"Environment": map[string]any{"Variables": null}, "FunctionName": "other"}},
		{"UpdateFunctionConfiguration", map[string]any{"Layers": null}},
		{"UpdateFunctionEventInvokeConfig", map[string]any{"AsyncTriggerConfig": map[string]any{"RetryConfig": null}}},
		{"CreateAlias", map[string]any{"Name": "live", "FunctionVersion": "$LATEST", "RoutingConfig": map[string]any{"AdditionalVersionWeights": null}}},
		{"CreateAlias", map[string]any{"Name": "live", "FunctionVersion": "$LATEST", "RoutingConfig": map[string]any{"AddtionVersionMatchs": null}}},
		{"PublishLayerVersion", map[string]any{"LayerName": "libs", "CompatibleRuntimes": null}},
		{"PutProvisionedConcurrencyConfig", map[string]any{"Qualifier": "1", "VersionProvisionedConcurrencyNum": 1, "TriggerActions": null}},
	} {
		err := deploy(t, s, tt.action, tt.params)
		assert.Equal(t, "InvalidParameter", code(t, err), "%s %v", tt.action, tt.params)
	}
	from, to := window(s)
	_, err := searchLog(t, s, map[string]any{"Topics": null, "From": from, "To": to, "QueryString": "*"})
	assert.Equal(t, "InvalidParameter", code(t, err))
	_, err = callAction(t, s, "scf", "ListFunctions", "", map[string]any{"Filters": []any{map[string]any{"Name": "tag-team", "Values": []any{"web"}}}})
	assert.NoError(t, err, "nothing of that was stored")
}

func TestMessagesFollowTheRequestsLanguage(t *testing.T) {
	s := scftest.NewServer(t)
	require.NoError(t, deploy(t, s, "CreateFunction", map[string]any{"Handler": "other"}))
	for language, want := range map[string]string{"": "函数不存在: none", "zh-CN": "函数不存在: none", "en-US": "Function none does not exist"} {
		_, err := callAction(t, s, "scf", "GetFunction", language, map[string]any{"FunctionName": "none"})
		assert.ErrorContains(t, err, want)
	}
	f, err := callAction(t, s, "scf", "GetFunction", "en-US", map[string]any{"FunctionName": "thumb"})
	require.NoError(t, err)
	assert.Contains(t, f["StatusDesc"], "entry file")
	for _, action := range []string{"CreateCustomDomain", "ListCustomDomains"} {
		_, err := callAction(t, s, "scf", action, "en-US", map[string]any{})
		assert.ErrorContains(t, err, "This fake does not have the action "+action)
	}
}

// Every message has both languages with the same arguments, and the English one is English.
func TestMessagesAreInBothLanguages(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	verbs := regexp.MustCompile(`%[0-9.]*[a-z]`)
	seen := 0
	for _, name := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok || len(c.Args) < 3 {
				return true
			}
			if f, ok := c.Fun.(*ast.Ident); !ok || f.Name != "fail" {
				return true
			}
			chinese, english := literal(c.Args[1]), literal(c.Args[2])
			if chinese == "" || english == "" {
				return true
			}
			seen++
			plain := func(s string) []string {
				return verbs.FindAllString(regexp.MustCompile(`%\[\d\]`).ReplaceAllString(s, "%"), -1)
			}
			assert.ElementsMatch(t, plain(chinese), plain(english), "%s: %s", name, english)
			assert.NotRegexp(t, `\p{Han}`, english, name)
			return true
		})
	}
	assert.Greater(t, seen, 80)
}

func literal(e ast.Expr) string {
	b, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, _ := strconv.Unquote(b.Value)
	return s
}
