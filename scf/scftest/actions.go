package scftest

import (
	"net/http"
	"sort"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
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
		"GetFunction":                 on("configuration, status, triggers", 0, getFunction),
		"UpdateFunctionCode":          on("Updating on the clock", 0, updateFunctionCode),
		"UpdateFunctionConfiguration": on("Updating on the clock", 0, updateFunctionConfiguration),
		"DeleteFunction":              on("whole, or one version by Qualifier", 0, deleteFunction),
		"ListFunctions":               on("search, filters, order, pages", 0, listFunctions),
		"CreateTrigger":               on("cos and timer", 100, createTrigger),
		"DeleteTrigger":               on("cos needs TriggerDesc", 100, deleteTrigger),
		"ListTriggers":                on("filters, order, pages", 0, listTriggers),
		"UpdateTriggerStatus":         on("OPEN and CLOSE", 0, updateTriggerStatus),
		"Invoke":                      on("RequestResponse and Event", 100, invoke),
	}
}

var _ = scfsdk.NewInvokeRequest

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
