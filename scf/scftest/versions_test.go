package scftest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"

	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// versionTeller is a function that returns the version it runs as.
var versionTeller = function.HandlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
	fc, _ := function.FromContext(ctx)
	return []byte(`"` + fc.FunctionVersion + `"`), nil
})

func publish(t testing.TB, c *scfsdk.Client, name string) string {
	t.Helper()
	r := scfsdk.NewPublishVersionRequest()
	r.FunctionName, r.Description = ptr(name), ptr("a release")
	resp, err := c.PublishVersion(r)
	require.NoError(t, err)
	return *resp.Response.FunctionVersion
}

func TestVersions(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb")
	s.Handle("thumb", versionTeller)
	assert.Equal(t, "1", publish(t, c, "thumb"))
	assert.Equal(t, "2", publish(t, c, "thumb"))

	l := scfsdk.NewListVersionByFunctionRequest()
	l.FunctionName, l.Order = ptr("thumb"), ptr("ASC")
	list, err := c.ListVersionByFunction(l)
	require.NoError(t, err)
	assert.EqualValues(t, 3, *list.Response.TotalCount)
	require.Len(t, list.Response.Versions, 3)

	r := scfsdk.NewInvokeRequest()
	r.FunctionName, r.Qualifier = ptr("thumb"), ptr("1")
	resp, err := c.Invoke(r)
	require.NoError(t, err)
	assert.Equal(t, `"1"`, *resp.Response.Result.RetMsg)
	r.Qualifier = ptr("9")
	_, err = c.Invoke(r)
	assert.Equal(t, "ResourceNotFound.Qualifier", code(t, err))

	d := scfsdk.NewDeleteFunctionRequest()
	d.FunctionName, d.Qualifier = ptr("thumb"), ptr("1")
	_, err = c.DeleteFunction(d)
	require.NoError(t, err)

	req := tchttp.NewCommonRequest("scf", "2018-04-16", "DeleteFunctionVersion")
	require.NoError(t, req.SetActionParameters(map[string]any{"FunctionName": "thumb", "Qualifier": "2"}))
	require.NoError(t, c.Send(req, tchttp.NewCommonResponse()))
	list, err = c.ListVersionByFunction(l)
	require.NoError(t, err)
	assert.EqualValues(t, 1, *list.Response.TotalCount)
	assert.Equal(t, "3", publish(t, c, "thumb"), "numbers are not used again")
}

func TestAliases(t *testing.T) {
	s := scftest.NewServer(t, scftest.WithRoutingSeed(7))
	c := official(t, s)
	create(t, c, "thumb")
	s.Handle("thumb", versionTeller)
	publish(t, c, "thumb")
	publish(t, c, "thumb")

	r := scfsdk.NewCreateAliasRequest()
	r.FunctionName, r.Name, r.FunctionVersion = ptr("thumb"), ptr("live"), ptr("1")
	r.RoutingConfig = &scfsdk.RoutingConfig{
		AdditionalVersionWeights: []*scfsdk.VersionWeight{{Version: ptr("2"), Weight: ptr(0.25)}},
		AddtionVersionMatchs:     []*scfsdk.VersionMatch{{Version: ptr("$LATEST"), Key: ptr("invoke.headers.User"), Method: ptr("range"), Expression: ptr("[10,20)")}},
	}
	_, err := c.CreateAlias(r)
	require.NoError(t, err)
	_, err = c.CreateAlias(r)
	assert.Equal(t, "ResourceInUse.Alias", code(t, err))

	counts := map[string]int{}
	for range 200 {
		inv := scfsdk.NewInvokeFunctionRequest()
		inv.FunctionName, inv.Qualifier = ptr("thumb"), ptr("live")
		resp, err := c.InvokeFunction(inv)
		require.NoError(t, err)
		counts[*resp.Response.Result.RetMsg]++
	}
	assert.InDelta(t, 50, counts[`"2"`], 25)
	assert.Equal(t, 200, counts[`"1"`]+counts[`"2"`])

	inv := scfsdk.NewInvokeFunctionRequest()
	inv.FunctionName, inv.Qualifier, inv.RoutingKey = ptr("thumb"), ptr("live"), ptr(`{"User":"12"}`)
	resp, err := c.InvokeFunction(inv)
	require.NoError(t, err)
	assert.Equal(t, `"$LATEST"`, *resp.Response.Result.RetMsg)

	u := scfsdk.NewUpdateAliasRequest()
	u.FunctionName, u.Name, u.FunctionVersion, u.RoutingConfig = ptr("thumb"), ptr("live"), ptr("2"), r.RoutingConfig
	_, err = c.UpdateAlias(u)
	assert.Equal(t, "InvalidParameterValue.AdditionalVersionWeights", code(t, err), "the additional version is the alias's own")
	u.RoutingConfig = nil // all traffic goes to the version
	_, err = c.UpdateAlias(u)
	require.NoError(t, err)
	g := scfsdk.NewGetAliasRequest()
	g.FunctionName, g.Name = ptr("thumb"), ptr("live")
	got, err := c.GetAlias(g)
	require.NoError(t, err)
	assert.Equal(t, "2", *got.Response.FunctionVersion)
	assert.Empty(t, got.Response.RoutingConfig.AdditionalVersionWeights)
	assert.Empty(t, got.Response.RoutingConfig.AddtionVersionMatchs)

	l := scfsdk.NewListAliasesRequest()
	l.FunctionName, l.Offset, l.Limit = ptr("thumb"), ptr("1"), ptr("10")
	list, err := c.ListAliases(l)
	require.NoError(t, err)
	assert.EqualValues(t, 2, *list.Response.TotalCount)
	require.Len(t, list.Response.Aliases, 1)
	assert.Equal(t, "live", *list.Response.Aliases[0].Name)

	dv := scfsdk.NewDeleteFunctionRequest()
	dv.FunctionName, dv.Qualifier = ptr("thumb"), ptr("2")
	_, err = c.DeleteFunction(dv)
	assert.Equal(t, "FailedOperation.DeleteFunction", code(t, err), "the alias points there")

	d := scfsdk.NewDeleteAliasRequest()
	d.FunctionName, d.Name = ptr("thumb"), ptr("$DEFAULT")
	_, err = c.DeleteAlias(d)
	assert.Equal(t, "InvalidParameterValue.Alias", code(t, err))
	d.Name = ptr("live")
	_, err = c.DeleteAlias(d)
	require.NoError(t, err)
	_, err = c.GetAlias(g)
	assert.Equal(t, "ResourceNotFound.Alias", code(t, err))
}

func TestNamespacesAndAccount(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	add := func(name string) string {
		r := scfsdk.NewCreateNamespaceRequest()
		r.Namespace, r.Description = ptr(name), ptr("of "+name)
		_, err := c.CreateNamespace(r)
		return code(t, err)
	}
	assert.Equal(t, "InvalidParameterValue.DefaultNamespace", add("default"))
	assert.Equal(t, "InvalidParameterValue.NamespaceInvalid", add("a b"))
	for i := range 4 {
		assert.Empty(t, add(fmt.Sprint("team", i)))
	}
	assert.Equal(t, "ResourceInUse.Namespace", add("team1"))
	assert.Equal(t, "LimitExceeded.Namespace", add("team4"))

	u := scfsdk.NewUpdateNamespaceRequest()
	u.Namespace, u.Description = ptr("team1"), ptr("changed")
	_, err := c.UpdateNamespace(u)
	require.NoError(t, err)
	l := scfsdk.NewListNamespacesRequest()
	l.SearchKey = []*scfsdk.SearchKey{{Key: ptr("Description"), Value: ptr("changed")}}
	list, err := c.ListNamespaces(l)
	require.NoError(t, err)
	require.Len(t, list.Response.Namespaces, 1)
	assert.Equal(t, "team1", *list.Response.Namespaces[0].Name)

	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) { r.Namespace = ptr("team1") })
	d := scfsdk.NewDeleteNamespaceRequest()
	d.Namespace = ptr("default")
	_, err = c.DeleteNamespace(d)
	assert.Equal(t, "FailedOperation.DeleteNamespace", code(t, err))
	d.Namespace = ptr("team1")
	_, err = c.DeleteNamespace(d)
	assert.Equal(t, "FailedOperation.DeleteNamespace", code(t, err), "it holds a function")
	d.Namespace = ptr("team2")
	_, err = c.DeleteNamespace(d)
	require.NoError(t, err)

	a, err := c.GetAccount(scfsdk.NewGetAccountRequest())
	require.NoError(t, err)
	assert.EqualValues(t, 4, *a.Response.AccountUsage.NamespacesCount)
	assert.EqualValues(t, 5, *a.Response.AccountLimit.NamespacesCount)
	lim := a.Response.AccountLimit.Namespace[0]
	assert.EqualValues(t, []int64{50, 900, 300, 20, 2, 60, 21600, 100, 10, 110}, []int64{
		*lim.FunctionsCount, *lim.TimeoutLimit, *lim.InitTimeoutLimit, *lim.TestModelLimit, *lim.RetryNumLimit, *lim.MinMsgTTL, *lim.MaxMsgTTL,
		*lim.ConcurrentExecutions, *lim.Trigger.Cos, *lim.Trigger.Total,
	})
}

func TestLayers(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	r := scfsdk.NewPublishLayerVersionRequest()
	r.LayerName, r.CompatibleRuntimes, r.Description = ptr("libs"), []*string{ptr("Go1"), ptr("CustomRuntime")}, ptr("first")
	r.Content = &scfsdk.Code{ZipFile: base64Of(zipOf(t, file{name: "lib.so"}))}
	for want := range int64(2) {
		resp, err := c.PublishLayerVersion(r)
		require.NoError(t, err)
		assert.Equal(t, want+1, *resp.Response.LayerVersion)
	}
	g := scfsdk.NewGetLayerVersionRequest()
	g.LayerName, g.LayerVersion = ptr("libs"), ptr(int64(2))
	got, err := c.GetLayerVersion(g)
	require.NoError(t, err)
	assert.Len(t, *got.Response.CodeSha256, 64)

	lv := scfsdk.NewListLayerVersionsRequest()
	lv.LayerName, lv.CompatibleRuntime = ptr("libs"), []*string{ptr("Go1")}
	versions, err := c.ListLayerVersions(lv)
	require.NoError(t, err)
	assert.Len(t, versions.Response.LayerVersions, 2)

	create(t, c, "thumb", func(r *scfsdk.CreateFunctionRequest) {
		r.Layers = []*scfsdk.LayerVersionSimple{{LayerName: ptr("libs"), LayerVersion: ptr(int64(1))}}
	})
	require.Len(t, get(t, c, "thumb").Layers, 1)

	d := scfsdk.NewDeleteLayerVersionRequest()
	d.LayerName, d.LayerVersion = ptr("libs"), ptr(int64(2))
	_, err = c.DeleteLayerVersion(d)
	require.NoError(t, err)
	_, err = c.GetLayerVersion(g)
	assert.Equal(t, "ResourceNotFound.LayerVersion", code(t, err))
	ll := scfsdk.NewListLayersRequest()
	ll.SearchKey = ptr("lib")
	layers, err := c.ListLayers(ll)
	require.NoError(t, err)
	require.Len(t, layers.Response.Layers, 1)
	assert.EqualValues(t, 1, *layers.Response.Layers[0].LayerVersion)
}

func TestConcurrency(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb")
	entered, leave := make(chan struct{}, 10), make(chan struct{})
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
		entered <- struct{}{}
		<-leave
		return []byte(`1`), nil
	}))
	p := scfsdk.NewPutReservedConcurrencyConfigRequest()
	p.FunctionName, p.ReservedConcurrencyMem = ptr("thumb"), ptr(uint64(128))
	_, err := c.PutReservedConcurrencyConfig(p)
	require.NoError(t, err)
	g := scfsdk.NewGetReservedConcurrencyConfigRequest()
	g.FunctionName = ptr("thumb")
	got, err := c.GetReservedConcurrencyConfig(g)
	require.NoError(t, err)
	assert.EqualValues(t, 128, *got.Response.ReservedMem)

	// One instance is allowed, and it is at work.
	for range 2 {
		_, err = s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: []byte("{}")})
		require.NoError(t, err)
	}
	<-entered
	f := failureOf(t, invoke(t, c, "thumb", `{}`))
	assert.Equal(t, 432, f.StatusCode)
	assert.Equal(t, "Resource limit exceed for function [thumb]", f.ErrorMessage)
	assert.Eventually(t, func() bool { return s.Pending() == 1 }, 5*time.Second, time.Millisecond, "the second event waits for its turn")
	close(leave)
	require.NoError(t, s.Settle(within(t, 5*time.Second)))
	s.Advance(time.Minute)
	assert.Zero(t, s.Queued())

	d := scfsdk.NewDeleteReservedConcurrencyConfigRequest()
	d.FunctionName = ptr("thumb")
	_, err = c.DeleteReservedConcurrencyConfig(d)
	require.NoError(t, err)
	assert.Equal(t, "1", *invoke(t, c, "thumb", `{}`).RetMsg)
	p.ReservedConcurrencyMem = ptr(uint64(128_000))
	_, err = c.PutReservedConcurrencyConfig(p)
	assert.Equal(t, "LimitExceeded.FunctionReservedConcurrencyMemory", code(t, err))

	tot := scfsdk.NewPutTotalConcurrencyConfigRequest()
	tot.TotalConcurrencyMem = ptr(uint64(64))
	_, err = c.PutTotalConcurrencyConfig(tot)
	require.NoError(t, err)
	assert.Equal(t, 432, failureOf(t, invoke(t, c, "thumb", `{}`)).StatusCode)
}

func TestProvisionedConcurrencyIsStored(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb")
	publish(t, c, "thumb")
	p := scfsdk.NewPutProvisionedConcurrencyConfigRequest()
	p.FunctionName, p.Qualifier, p.VersionProvisionedConcurrencyNum = ptr("thumb"), ptr("$LATEST"), ptr(uint64(3))
	_, err := c.PutProvisionedConcurrencyConfig(p)
	assert.Equal(t, "ResourceNotFound.Qualifier", code(t, err))
	p.Qualifier = ptr("1")
	_, err = c.PutProvisionedConcurrencyConfig(p)
	require.NoError(t, err)
	g := scfsdk.NewGetProvisionedConcurrencyConfigRequest()
	g.FunctionName = ptr("thumb")
	got, err := c.GetProvisionedConcurrencyConfig(g)
	require.NoError(t, err)
	require.Len(t, got.Response.Allocated, 1)
	assert.EqualValues(t, 3, *got.Response.Allocated[0].AllocatedProvisionedConcurrencyNum)
	d := scfsdk.NewDeleteProvisionedConcurrencyConfigRequest()
	d.FunctionName, d.Qualifier = ptr("thumb"), ptr("1")
	_, err = c.DeleteProvisionedConcurrencyConfig(d)
	require.NoError(t, err)
	got, err = c.GetProvisionedConcurrencyConfig(g)
	require.NoError(t, err)
	assert.Empty(t, got.Response.Allocated)
}

func TestEventInvokeConfig(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb")
	set := func(retry, ttl int64) string {
		r := scfsdk.NewUpdateFunctionEventInvokeConfigRequest()
		r.FunctionName = ptr("thumb")
		r.AsyncTriggerConfig = &scfsdk.AsyncTriggerConfig{RetryConfig: []*scfsdk.RetryConfig{{RetryNum: ptr(retry)}}, MsgTTL: ptr(ttl)}
		_, err := c.UpdateFunctionEventInvokeConfig(r)
		return code(t, err)
	}
	assert.Equal(t, "LimitExceeded.RetryNum", set(3, 60))
	assert.Equal(t, "LimitExceeded.MsgTTL", set(1, 59))
	assert.Empty(t, set(1, 600))
	g := scfsdk.NewGetFunctionEventInvokeConfigRequest()
	g.FunctionName = ptr("thumb")
	got, err := c.GetFunctionEventInvokeConfig(g)
	require.NoError(t, err)
	assert.EqualValues(t, 600, *got.Response.AsyncTriggerConfig.MsgTTL)
	assert.EqualValues(t, 1, *got.Response.AsyncTriggerConfig.RetryConfig[0].RetryNum)

	policy := func(code string, n int) map[string]any {
		return map[string]any{"ErrorCode": []any{code}, "RetryNum": n, "RetryInterval": 60}
	}
	update := func(policies ...any) string {
		_, err := callAction(t, s, "scf", "UpdateFunctionEventInvokeConfig", "", map[string]any{
			"FunctionName": "thumb", "AsyncTriggerConfig": map[string]any{"RetryConfig": policies, "MsgTTL": 700},
		})
		return code(t, err)
	}
	assert.Equal(t, "LimitExceeded.RetryNum", update(policy("432", 2)))
	assert.Equal(t, "InvalidParameterValue.AsyncTriggerConfig", update(policy("500", 2)))
	assert.Equal(t, "InvalidParameterValue.AsyncTriggerConfig", update(map[string]any{"RetryNum": 1, "RetryInterval": 5}))
	assert.Empty(t, update(policy("default", 0), policy("432", -1)))
	all, err := callAction(t, s, "scf", "GetFunctionEventInvokeConfig", "", map[string]any{"FunctionName": "thumb"})
	require.NoError(t, err)
	text, err := json.Marshal(all["AsyncTriggerConfig"])
	require.NoError(t, err)
	assert.JSONEq(t, `{"MsgTTL":700,"RetryConfig":[{"ErrorCode":["default"],"RetryNum":0,"RetryInterval":60},{"ErrorCode":["432"],"RetryNum":-1,"RetryInterval":60}]}`, string(text))
}

func TestGetFunctionLogsIsOffline(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	r := scfsdk.NewGetFunctionLogsRequest()
	r.FunctionName = ptr("thumb")
	_, err := c.GetFunctionLogs(r)
	assert.Equal(t, "UnsupportedOperation", code(t, err))
	assert.True(t, strings.Contains(err.Error(), "该接口已下线"))
}
