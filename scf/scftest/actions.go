package scftest

import (
	"net/http"
	"sort"

	"github.com/cosevent/cosevent-go/scf/scftest/internal/apiv3"
)

// API versions, as X-TC-Version has them.
const (
	versionSCF = "2018-04-16"
	versionCLS = "2020-10-16"
)

// call is one API call.
type call struct {
	*Server
	http     *http.Request
	region   string
	language apiv3.Language
}

// action is one entry of the API.
type action struct {
	note string // for the table of actions
	rate int    // documented calls a second; 0 means the default
	do   func(c *call, req *apiv3.Request) (any, error)
}

// handle makes an action of a function that takes the official SDK's parameters and returns its response.
func handle[Params, Answer any](note string, rate int, f func(*call, *Params) (*Answer, error)) action {
	return action{note: note, rate: rate, do: func(c *call, req *apiv3.Request) (any, error) {
		p := new(Params)
		if err := req.Decode(p, c.cfg.strictParams); err != nil {
			return nil, err
		}
		return f(c, p)
	}}
}

var actions map[string]map[string]action

func init() { // an initialiser would be a cycle: the table is used by what it holds
	actions = map[string]map[string]action{versionSCF: scfActions(), versionCLS: clsActions()}
}

func scfActions() map[string]action {
	return map[string]action{
		"CreateFunction":              handle("Creating on the clock; code by ZipFile or from COS", 10, createFunction),
		"GetFunction":                 handle("configuration, status, triggers, code with ShowCode", 0, getFunction),
		"UpdateFunctionCode":          handle("Updating on the clock", 0, updateFunctionCode),
		"UpdateFunctionConfiguration": handle("Updating on the clock", 0, updateFunctionConfiguration),
		"DeleteFunction":              handle("whole, or one version by Qualifier", 0, deleteFunction),
		"ListFunctions":               handle("search, filters, order, pages", 0, listFunctions),
		"CopyFunction":                handle("within and across namespaces and regions", 0, copyFunction),
		"GetFunctionAddress":          handle("the package, from this server", 0, getFunctionAddress),

		"PublishVersion":        handle("Publishing on the clock", 0, publishVersion),
		"ListVersionByFunction": handle("order, pages", 0, listVersionByFunction),
		"DeleteFunctionVersion": handle("not while an alias routes to it", 0, deleteFunctionVersion),
		"CreateAlias":           handle("weights and matches", 0, createAlias),
		"UpdateAlias":           handle("weights and matches", 0, updateAlias),
		"GetAlias":              handle("", 0, getAlias),
		"DeleteAlias":           handle("not $DEFAULT, not with triggers", 0, deleteAlias),
		"ListAliases":           handle("by version, pages", 0, listAliases),

		"CreateNamespace": handle("5 a region", 0, createNamespace),
		"UpdateNamespace": handle("the description", 0, updateNamespace),
		"DeleteNamespace": handle("an empty one", 0, deleteNamespace),
		"ListNamespaces":  handle("search, order, pages", 0, listNamespaces),
		"GetAccount":      handle("usage and limits", 0, getAccount),

		"CreateTrigger":       handle("types cos and timer", 100, createTrigger),
		"DeleteTrigger":       handle("by meaning; cos needs TriggerDesc", 100, deleteTrigger),
		"ListTriggers":        handle("filters, order, pages", 0, listTriggers),
		"UpdateTrigger":       handle("type timer", 0, updateTrigger),
		"UpdateTriggerStatus": handle("OPEN and CLOSE", 0, updateTriggerStatus),

		"Invoke":                          handle("RequestResponse and Event", 100, invoke),
		"InvokeFunction":                  handle("synchronous", 10000, invokeFunction),
		"GetRequestStatus":                handle("one entry an attempt", 0, getRequestStatus),
		"GetFunctionLogs":                 handle("offline: UnsupportedOperation", 0, getFunctionLogs),
		"ListAsyncEvents":                 handle("functions with AsyncRunEnable", 0, listAsyncEvents),
		"GetAsyncEventStatus":             handle("functions with AsyncRunEnable", 0, getAsyncEventStatus),
		"TerminateAsyncEvent":             handle("running and queued ones", 0, terminateAsyncEvent),
		"GetFunctionEventInvokeConfig":    handle("", 0, getFunctionEventInvokeConfig),
		"UpdateFunctionEventInvokeConfig": handle("RetryNum and MsgTTL take effect", 0, updateFunctionEventInvokeConfig),

		"PutTotalConcurrencyConfig":          handle("takes effect: 432", 0, putTotalConcurrencyConfig),
		"PutReservedConcurrencyConfig":       handle("takes effect: 432", 0, putReservedConcurrencyConfig),
		"GetReservedConcurrencyConfig":       handle("", 0, getReservedConcurrencyConfig),
		"DeleteReservedConcurrencyConfig":    handle("", 0, deleteReservedConcurrencyConfig),
		"PutProvisionedConcurrencyConfig":    handle("stored", 0, putProvisionedConcurrencyConfig),
		"GetProvisionedConcurrencyConfig":    handle("stored", 0, getProvisionedConcurrencyConfig),
		"DeleteProvisionedConcurrencyConfig": handle("stored", 0, deleteProvisionedConcurrencyConfig),

		"PublishLayerVersion": handle("stored, not mounted", 0, publishLayerVersion),
		"GetLayerVersion":     handle("stored, not mounted", 0, getLayerVersion),
		"DeleteLayerVersion":  handle("stored, not mounted", 0, deleteLayerVersion),
		"ListLayerVersions":   handle("by runtime", 0, listLayerVersions),
		"ListLayers":          handle("by runtime and name, pages", 0, listLayers),
	}
}

// unsupportedActions are those of the API that this fake does not have.
var unsupportedActions = []string{
	"CreateCustomDomain", "DeleteCustomDomain", "GetCustomDomain", "ListCustomDomains", "UpdateCustomDomain",
}

// Actions returns the names of the API's actions this fake has, sorted; those of CLS as "cls.SearchLog".
func Actions() []string {
	var names []string
	for name := range actions[versionSCF] {
		names = append(names, name)
	}
	for name := range actions[versionCLS] {
		names = append(names, "cls."+name)
	}
	sort.Strings(names)
	return names
}
