package scf

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAlias(t *testing.T) {
	rules := []obj{{"Version": "3", "Key": "invoke.headers.User", "Method": "exact", "Expression": "x"}}
	there := obj{"Name": "live", "FunctionVersion": "1", "Description": "d", "RoutingConfig": obj{
		"AdditionalVersionWeights": []obj{{"Version": "2", "Weight": 0.1}}, "AddtionVersionMatchs": rules}}
	s := newStandIn(t, map[string]func(call) any{"GetAlias": always(there), "UpdateAlias": always(obj{}), "DeleteAlias": always(obj{})})
	c, ctx := s.client(t), context.Background()

	require.NoError(t, c.SetAlias(ctx, "fn", Alias{Name: "live", Version: "1", Weights: map[string]float64{"2": 0.1}}))
	require.Zero(t, s.count("UpdateAlias"), "it is so already")

	require.NoError(t, c.SetAlias(ctx, "fn", Alias{Name: "live", Version: "2"}))
	require.Equal(t, obj{"FunctionName": "fn", "Namespace": "default", "Name": "live", "FunctionVersion": "2",
		"RoutingConfig": obj{"AddtionVersionMatchs": []any{rules[0]}}}, s.last("UpdateAlias").body, "rules stay, weights go")

	require.NoError(t, c.SetAlias(ctx, "fn", Alias{Name: "$DEFAULT", Version: "2"}))
	require.NoError(t, c.DeleteAlias(ctx, "fn", "live"))
}

func TestAliasMadeMeanwhile(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetAlias":    inTurn(refusal{"ResourceNotFound.Alias", "none"}, obj{"Name": "live", "FunctionVersion": "1"}),
		"CreateAlias": always(refusal{"ResourceInUse.Alias", "there"}),
	})
	require.NoError(t, s.client(t).SetAlias(context.Background(), "fn", Alias{Name: "live", Version: "1"}))
	require.Equal(t, 1, s.count("CreateAlias"))
}

// The answer to a publication is lost. An older version of the same description is not taken for the new one.
func TestPublicationReadBack(t *testing.T) {
	old := obj{"Version": "1", "Description": "weekly", "Status": "Active"}
	fresh := obj{"Version": "2", "Description": "weekly", "Status": "Active"}
	list := func(vs ...obj) obj { return obj{"Versions": vs, "TotalCount": len(vs)} }
	for name, c := range map[string]struct {
		after   obj
		answers []any
		calls   int
	}{
		"it happened":      {list(old, fresh), []any{dropped{}}, 1},
		"it did not":       {list(old), []any{dropped{}, obj{"FunctionVersion": "2"}}, 2},
		"it did, and 500s": {list(old, fresh), []any{status{500, ""}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStandIn(t, map[string]func(call) any{
				"ListVersionByFunction": inTurn(list(old), c.after), "PublishVersion": inTurn(c.answers...), "GetFunction": always(made(nil)),
			})
			v, err := s.client(t).PublishVersion(context.Background(), "fn", "weekly")
			require.NoError(t, err)
			require.Equal(t, "2", v)
			require.Equal(t, c.calls, s.count("PublishVersion"))
		})
	}
}
