package scftest

import (
	"encoding/base64"
	"slices"
	"sort"
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

const maxShownCode = 1 << 20

func getFunction(c *call, p *scfsdk.GetFunctionRequestParams) (*scfsdk.GetFunctionResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	qualifier := or(p.Qualifier, latest)
	v, err := c.resolve(f, qualifier, "")
	if err != nil {
		return nil, err
	}
	cfg := &v.cfg
	env := &scfsdk.Environment{Variables: []*scfsdk.Variable{}}
	for _, e := range cfg.env {
		env.Variables = append(env.Variables, &scfsdk.Variable{Key: ptr(e.key), Value: ptr(e.value)})
	}
	info := ""
	if strings.EqualFold(str(p.ShowCode), "TRUE") {
		info = v.code.show(cfg)
	}
	resp := &scfsdk.GetFunctionResponseParams{
		ModTime: ptr(stamp(v.modified)), AddTime: ptr(stamp(f.added)), CodeInfo: ptr(info), Description: ptr(v.description),
		Handler: ptr(cfg.handler), CodeSize: ptr(int64(len(v.code.zip))), Timeout: ptr(cfg.timeout), FunctionVersion: ptr(v.name),
		MemorySize: ptr(cfg.memory), Runtime: ptr(cfg.runtime), FunctionName: ptr(f.name), VpcConfig: cfg.vpc, UseGpu: ptr("FALSE"),
		Environment: env, CodeResult: ptr(cfg.codeResult), CodeError: ptr(cfg.codeError), ErrNo: ptr(int64(0)), Namespace: ptr(f.namespace),
		Role: ptr(cfg.role), InstallDependency: ptr(cfg.installDependency), Status: ptr(v.status), StatusDesc: ptr(v.desc),
		ClsLogsetId: ptr(cfg.logset), ClsTopicId: ptr(cfg.topic), FunctionId: ptr(f.id), Tags: cfg.tags,
		EipConfig: &scfsdk.EipOutConfig{EipFixed: ptr("FALSE")}, AccessInfo: &scfsdk.AccessInfo{Host: ptr(""), Vip: ptr("")},
		Type: ptr(cfg.kind), L5Enable: ptr(cfg.l5), DeadLetterConfig: cfg.deadLetter, PublicNetConfig: cfg.publicNet,
		OnsEnable: ptr("FALSE"), CfsConfig: cfg.cfs, AvailableStatus: ptr("Available"), Qualifier: ptr(qualifier),
		InitTimeout: ptr(cfg.initTimeout), StatusReasons: v.reasons, AsyncRunEnable: ptr(cfg.asyncRun), TraceEnable: ptr(cfg.trace),
		ProtocolType: ptr(cfg.protocol), ProtocolParams: cfg.protocolParams,
	}
	for _, t := range f.triggers {
		resp.Triggers = append(resp.Triggers, t.trigger())
	}
	for _, l := range cfg.layers {
		if info := c.layerInfo(c.Server.region(c.region), str(l.LayerName), val(l.LayerVersion)); info != nil {
			resp.Layers = append(resp.Layers, info)
		}
	}
	return resp, nil
}

// show returns the entry file's text in base64, as ShowCode has it.
func (c *code) show(cfg *settings) string {
	name := cfg.entry()
	if name == "" {
		file, _, _ := strings.Cut(cfg.handler, ".")
		name = file
	}
	data, err := c.read(name, maxShownCode)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(data)
}

func listFunctions(c *call, p *scfsdk.ListFunctionsRequestParams) (*scfsdk.ListFunctionsResponseParams, error) {
	keep, err := functionFilters(p.Filters)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	nsName := or(p.Namespace, defaultNamespace)
	ns := c.Server.region(c.region).namespaces[nsName]
	if ns == nil {
		return nil, fail(codeNoNamespace, "命名空间不存在: %s", nsName)
	}
	var found []*fn
	for _, f := range ns.functions {
		if strings.Contains(f.name, str(p.SearchKey)) && strings.Contains(f.latest.description, str(p.Description)) && keep(f) {
			found = append(found, f)
		}
	}
	key := func(f *fn) string { return stamp(f.latest.modified) }
	switch or(p.Orderby, "ModTime") {
	case "ModTime":
	case "AddTime":
		key = func(f *fn) string { return stamp(f.added) }
	case "FunctionName":
		key = func(f *fn) string { return f.name }
	default:
		return nil, fail("InvalidParameterValue.OrderBy", "OrderBy错误: %q", str(p.Orderby))
	}
	if err := order(found, str(p.Order), key, func(f *fn) string { return f.name }); err != nil {
		return nil, err
	}
	resp := &scfsdk.ListFunctionsResponseParams{TotalCount: ptr(int64(len(found)))}
	page, err := slice(found, val(p.Offset), or(p.Limit, 20))
	if err != nil {
		return nil, err
	}
	for _, f := range page {
		v := f.latest
		var prov uint64
		for _, pr := range f.provisioned {
			prov += pr.num * uint64(v.cfg.memory)
		}
		resp.Functions = append(resp.Functions, &scfsdk.Function{
			ModTime: ptr(stamp(v.modified)), AddTime: ptr(stamp(f.added)), Runtime: ptr(v.cfg.runtime), FunctionName: ptr(f.name),
			FunctionId: ptr(f.id), Namespace: ptr(f.namespace), Status: ptr(v.status), StatusDesc: ptr(v.desc),
			Description: ptr(v.description), Tags: v.cfg.tags, Type: ptr(v.cfg.kind), StatusReasons: v.reasons,
			TotalProvisionedConcurrencyMem: ptr(prov), ReservedConcurrencyMem: f.reserved,
			AsyncRunEnable: ptr(v.cfg.asyncRun), TraceEnable: ptr(v.cfg.trace),
		})
	}
	return resp, nil
}

// functionFilters makes one test of ListFunctions' filters.
func functionFilters(filters []*scfsdk.Filter) (func(*fn) bool, error) {
	if len(filters) > 10 {
		return nil, fail("InvalidParameterValue.Filters", "Filters参数错误: at most 10")
	}
	var tests []func(*fn) bool
	for _, fl := range filters {
		name, most := str(fl.Name), 1
		var get func(*fn) string
		switch name {
		case "VpcId":
			get = func(f *fn) string { return str(f.latest.cfg.vpc.VpcId) }
		case "SubnetId":
			get = func(f *fn) string { return str(f.latest.cfg.vpc.SubnetId) }
		case "ClsTopicId":
			get = func(f *fn) string { return f.latest.cfg.topic }
		case "ClsLogsetId":
			get = func(f *fn) string { return f.latest.cfg.logset }
		case "Role":
			get = func(f *fn) string { return f.latest.cfg.role }
		case "CfsId", "CfsMountInsId", "Eip":
			get = func(*fn) string { return "" }
		case "Status":
			get, most = func(f *fn) string { return f.latest.status }, 20
		case "Runtime":
			get, most = func(f *fn) string { return f.latest.cfg.runtime }, 20
		case "Type":
			get, most = func(f *fn) string { return f.latest.cfg.kind }, 20
		case "PublicNetStatus":
			get, most = func(f *fn) string { return str(f.latest.cfg.publicNet.PublicNetStatus) }, 20
		case "AsyncRunEnable":
			get, most = func(f *fn) string { return f.latest.cfg.asyncRun }, 20
		case "TraceEnable":
			get, most = func(f *fn) string { return f.latest.cfg.trace }, 20
		case "Stamp":
			get, most = func(*fn) string { return "" }, 20
		default:
			tag, ok := strings.CutPrefix(name, "tag-")
			if !ok {
				return nil, fail("InvalidParameterValue.Filters", "Filters参数错误: %q", name)
			}
			most = 20
			get = func(f *fn) string {
				for _, t := range f.latest.cfg.tags {
					if str(t.Key) == tag {
						return str(t.Value)
					}
				}
				return "\x00"
			}
		}
		if len(fl.Values) == 0 || len(fl.Values) > most {
			return nil, fail("InvalidParameterValue.Filters", "Filters参数错误: %q takes 1 to %d values", name, most)
		}
		tests = append(tests, func(f *fn) bool {
			return slices.ContainsFunc(fl.Values, func(v *string) bool { return str(v) == get(f) })
		})
	}
	return func(f *fn) bool {
		for _, t := range tests {
			if !t(f) {
				return false
			}
		}
		return true
	}, nil
}

// order sorts by key, newest or last first unless dir is ASC, with equal keys by name.
func order[T any](list []T, dir string, key, name func(T) string) error {
	desc := true
	switch strings.ToUpper(dir) {
	case "", "DESC":
	case "ASC":
		desc = false
	default:
		return fail("InvalidParameterValue.Order", "Order错误: %q", dir)
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := key(list[i]), key(list[j])
		if a == b {
			return name(list[i]) < name(list[j])
		}
		return (a < b) != desc
	})
	return nil
}

// slice returns one page.
func slice[T any, N int64 | uint64](list []T, offset, limit N) ([]T, error) {
	if offset < 0 {
		return nil, fail("InvalidParameterValue.Offset", "Offset不合法")
	}
	if limit < 0 {
		return nil, fail("InvalidParameterValue.Limit", "Limit不合法")
	}
	from := min(offset, N(len(list)))
	return list[from:min(from+min(limit, N(len(list))), N(len(list)))], nil
}
