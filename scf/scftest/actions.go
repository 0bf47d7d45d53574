package scftest

import (
	"net/http"
	"sort"
)

// API versions, as X-TC-Version has them.
const (
	versionSCF = "2018-04-16"
	versionCLS = "2020-10-16"
)

// call is one API call.
type call struct {
	*Server
	http      *http.Request
	requestID string
	region    string
}

// action is one entry of the API.
type action struct {
	service string // "scf" or "cls"
	note    string // for the table of actions
	rate    int    // documented calls a second; 0 means 20
	decode  func(p params) (any, error)
	do      func(c *call, req any) (any, error)
}

// on makes an action of a function that takes the official SDK's parameters and returns its response.
func on[Req, Resp any](note string, rate int, f func(*call, *Req) (*Resp, error)) action {
	return action{
		service: "scf", note: note, rate: rate,
		decode: func(p params) (any, error) {
			req := new(Req)
			return req, p.into(req)
		},
		do: func(c *call, req any) (any, error) {
			resp, err := f(c, req.(*Req))
			if err != nil {
				return nil, err
			}
			return resp, nil
		},
	}
}

var actions map[string]map[string]action

func init() { // an initialiser would be a cycle: the table is used by what it holds
	actions = map[string]map[string]action{versionSCF: scfActions(), versionCLS: clsActions()}
}

func scfActions() map[string]action {
	return map[string]action{
		"CreateFunction":              on("Creating on the clock; code by ZipFile or from COS", 10, createFunction),
		"GetFunction":                 on("configuration, status, triggers, code with ShowCode", 0, getFunction),
		"UpdateFunctionCode":          on("Updating on the clock", 0, updateFunctionCode),
		"UpdateFunctionConfiguration": on("Updating on the clock", 0, updateFunctionConfiguration),
		"DeleteFunction":              on("whole, or one version by Qualifier", 0, deleteFunction),
		"ListFunctions":               on("search, filters, order, pages", 0, listFunctions),
		"CopyFunction":                on("within and across namespaces and regions", 0, copyFunction),
		"GetFunctionAddress":          on("the package, from this server", 0, getFunctionAddress),

		"PublishVersion":        on("Publishing on the clock", 0, publishVersion),
		"ListVersionByFunction": on("order, pages", 0, listVersionByFunction),
		"DeleteFunctionVersion": on("not while an alias routes to it", 0, deleteFunctionVersion),
		"CreateAlias":           on("weights and matches", 0, createAlias),
		"UpdateAlias":           on("weights and matches", 0, updateAlias),
		"GetAlias":              on("", 0, getAlias),
		"DeleteAlias":           on("not $DEFAULT, not with triggers", 0, deleteAlias),
		"ListAliases":           on("by version, pages", 0, listAliases),

		"CreateNamespace": on("5 a region", 0, createNamespace),
		"UpdateNamespace": on("the description", 0, updateNamespace),
		"DeleteNamespace": on("an empty one", 0, deleteNamespace),
		"ListNamespaces":  on("search, order, pages", 0, listNamespaces),
		"GetAccount":      on("usage and limits", 0, getAccount),

		"CreateTrigger":       on("types cos and timer", 100, createTrigger),
		"DeleteTrigger":       on("by meaning; cos needs TriggerDesc", 100, deleteTrigger),
		"ListTriggers":        on("filters, order, pages", 0, listTriggers),
		"UpdateTrigger":       on("type timer", 0, updateTrigger),
		"UpdateTriggerStatus": on("OPEN and CLOSE", 0, updateTriggerStatus),

		"Invoke":                          on("RequestResponse and Event", 100, invoke),
		"InvokeFunction":                  on("synchronous", 10000, invokeFunction),
		"GetRequestStatus":                on("one entry an attempt", 0, getRequestStatus),
		"GetFunctionLogs":                 on("offline: UnsupportedOperation", 0, getFunctionLogs),
		"ListAsyncEvents":                 on("functions with AsyncRunEnable", 0, listAsyncEvents),
		"GetAsyncEventStatus":             on("functions with AsyncRunEnable", 0, getAsyncEventStatus),
		"TerminateAsyncEvent":             on("running and queued ones", 0, terminateAsyncEvent),
		"GetFunctionEventInvokeConfig":    on("", 0, getFunctionEventInvokeConfig),
		"UpdateFunctionEventInvokeConfig": on("RetryNum and MsgTTL take effect", 0, updateFunctionEventInvokeConfig),

		"PutTotalConcurrencyConfig":          on("takes effect: 432", 0, putTotalConcurrencyConfig),
		"PutReservedConcurrencyConfig":       on("takes effect: 432", 0, putReservedConcurrencyConfig),
		"GetReservedConcurrencyConfig":       on("", 0, getReservedConcurrencyConfig),
		"DeleteReservedConcurrencyConfig":    on("", 0, deleteReservedConcurrencyConfig),
		"PutProvisionedConcurrencyConfig":    on("stored", 0, putProvisionedConcurrencyConfig),
		"GetProvisionedConcurrencyConfig":    on("stored", 0, getProvisionedConcurrencyConfig),
		"DeleteProvisionedConcurrencyConfig": on("stored", 0, deleteProvisionedConcurrencyConfig),

		"PublishLayerVersion": on("stored, not mounted", 0, publishLayerVersion),
		"GetLayerVersion":     on("stored, not mounted", 0, getLayerVersion),
		"DeleteLayerVersion":  on("stored, not mounted", 0, deleteLayerVersion),
		"ListLayerVersions":   on("by runtime", 0, listLayerVersions),
		"ListLayers":          on("by runtime and name, pages", 0, listLayers),
	}
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
