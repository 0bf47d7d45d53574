package scftest

import (
	"encoding/base64"
	"slices"
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

const maxShownCode = 1 << 20

func getFunction(c *call, p *scfsdk.GetFunctionRequestParams) (*getFunctionAnswer, error) {
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
	desc, reasons := v.reason.in(c.language)
	env := &scfsdk.Environment{Variables: []*scfsdk.Variable{}}
	for _, e := range cfg.env {
		env.Variables = append(env.Variables, &scfsdk.Variable{Key: ptr(e.key), Value: ptr(e.value)})
	}
	info := ""
	if strings.EqualFold(str(p.ShowCode), "TRUE") {
		info = v.code.show(cfg)
	}
	resp := &getFunctionAnswer{GetFunctionResponseParams: scfsdk.GetFunctionResponseParams{
		ModTime: ptr(stamp(v.modified)), AddTime: ptr(stamp(f.added)), CodeInfo: ptr(info), Description: ptr(v.description),
		Handler: ptr(cfg.handler), CodeSize: ptr(int64(len(v.code.zip))), Timeout: ptr(cfg.timeout), FunctionVersion: ptr(v.name),
		MemorySize: ptr(cfg.memory), Runtime: ptr(cfg.runtime), FunctionName: ptr(f.name), VpcConfig: cfg.vpc, UseGpu: ptr("FALSE"),
		Environment: env, CodeResult: ptr(cfg.codeResult), CodeError: ptr(cfg.codeError), ErrNo: ptr(int64(0)), Namespace: ptr(f.namespace),
		Role: ptr(cfg.role), InstallDependency: ptr(cfg.installDependency), Status: ptr(v.status), StatusDesc: ptr(desc),
		ClsLogsetId: ptr(cfg.logset), ClsTopicId: ptr(cfg.topic), FunctionId: ptr(f.id), Tags: cfg.tags,
		EipConfig: cfg.eip(), AccessInfo: &scfsdk.AccessInfo{Host: ptr(""), Vip: ptr("")},
		Type: ptr(cfg.kind), L5Enable: ptr(cfg.l5), DeadLetterConfig: cfg.deadLetter, PublicNetConfig: cfg.publicNet,
		OnsEnable: ptr("FALSE"), CfsConfig: cfg.fileSystems(), AvailableStatus: ptr("Available"), Qualifier: ptr(qualifier),
		InitTimeout: ptr(cfg.initTimeout), StatusReasons: reasons, AsyncRunEnable: ptr(cfg.asyncRun), TraceEnable: ptr(cfg.trace),
		ProtocolType: ptr(cfg.protocol), ProtocolParams: cfg.protocolParams,
	}, newerSettings: newerSettings{IntranetConfig: cfg.intranet, DnsCache: ptr(cfg.dnsCache)}, InstanceConcurrencyConfig: cfg.instanceConcurrency}
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
	keep, err := matchFilters(p.Filters)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	nsName := or(p.Namespace, defaultNamespace)
	ns := c.Server.region(c.region).namespaces[nsName]
	if ns == nil {
		return nil, noNamespace(nsName)
	}
	var found []*fn
	for _, f := range ns.functions {
		if strings.Contains(f.name, str(p.SearchKey)) && strings.Contains(f.latest.description, str(p.Description)) && keep(f) {
			found = append(found, f)
		}
	}
	if err := order(found, str(p.Orderby), str(p.Order), func(f *fn) string { return f.name },
		sortKey[*fn]{"ModTime", func(f *fn) string { return stamp(f.latest.modified) }},
		sortKey[*fn]{"AddTime", func(f *fn) string { return stamp(f.added) }},
		sortKey[*fn]{"FunctionName", func(f *fn) string { return f.name }},
	); err != nil {
		return nil, err
	}
	resp := &scfsdk.ListFunctionsResponseParams{TotalCount: ptr(int64(len(found)))}
	listed, err := page(found, p.Offset, p.Limit)
	if err != nil {
		return nil, err
	}
	for _, f := range listed {
		v := f.latest
		desc, reasons := v.reason.in(c.language)
		var prov uint64
		for _, pr := range f.provisioned {
			prov += pr.num * uint64(v.cfg.memory)
		}
		resp.Functions = append(resp.Functions, &scfsdk.Function{
			ModTime: ptr(stamp(v.modified)), AddTime: ptr(stamp(f.added)), Runtime: ptr(v.cfg.runtime), FunctionName: ptr(f.name),
			FunctionId: ptr(f.id), Namespace: ptr(f.namespace), Status: ptr(v.status), StatusDesc: ptr(desc),
			Description: ptr(v.description), Tags: v.cfg.tags, Type: ptr(v.cfg.kind), StatusReasons: reasons,
			TotalProvisionedConcurrencyMem: ptr(prov), ReservedConcurrencyMem: f.reserved,
			AsyncRunEnable: ptr(v.cfg.asyncRun), TraceEnable: ptr(v.cfg.trace),
		})
	}
	return resp, nil
}

// functionFilter is a name that ListFunctions' Filters take.
type functionFilter struct {
	most int // values
	of   func(*fn) []string
}

var functionFilters = map[string]functionFilter{
	"VpcId":       {1, func(f *fn) []string { return []string{str(f.latest.cfg.vpc.VpcId)} }},
	"SubnetId":    {1, func(f *fn) []string { return []string{str(f.latest.cfg.vpc.SubnetId)} }},
	"ClsTopicId":  {1, func(f *fn) []string { return []string{f.latest.cfg.topic} }},
	"ClsLogsetId": {1, func(f *fn) []string { return []string{f.latest.cfg.logset} }},
	"Role":        {1, func(f *fn) []string { return []string{f.latest.cfg.role} }},
	"CfsId": {1, func(f *fn) (ids []string) {
		for _, in := range f.latest.cfg.fileSystems().CfsInsList {
			ids = append(ids, str(in.CfsId))
		}
		return ids
	}},
	"CfsMountInsId": {1, func(f *fn) (ids []string) {
		for _, in := range f.latest.cfg.fileSystems().CfsInsList {
			ids = append(ids, str(in.MountInsId))
		}
		return ids
	}},
	"Eip": {1, func(f *fn) (addresses []string) {
		for _, a := range f.latest.cfg.eip().Eips {
			addresses = append(addresses, str(a))
		}
		return addresses
	}},
	"Status":          {20, func(f *fn) []string { return []string{f.latest.status} }},
	"Runtime":         {20, func(f *fn) []string { return []string{f.latest.cfg.runtime} }},
	"Type":            {20, func(f *fn) []string { return []string{f.latest.cfg.kind} }},
	"PublicNetStatus": {20, func(f *fn) []string { return []string{str(f.latest.cfg.publicNet.PublicNetStatus)} }},
	"AsyncRunEnable":  {20, func(f *fn) []string { return []string{f.latest.cfg.asyncRun} }},
	"TraceEnable":     {20, func(f *fn) []string { return []string{f.latest.cfg.trace} }},
	"Stamp":           {20, func(*fn) []string { return []string{""} }},
}

// tagFilter is the filter "tag-<key>".
func tagFilter(key string) functionFilter {
	return functionFilter{20, func(f *fn) (values []string) {
		for _, t := range f.latest.cfg.tags {
			if str(t.Key) == key {
				values = append(values, str(t.Value))
			}
		}
		return values
	}}
}

// matchFilters returns a test of functions that is the conjunction of filters.
func matchFilters(filters []*scfsdk.Filter) (func(*fn) bool, error) {
	if len(filters) > 10 {
		return nil, fail(codeFilters, "Filters参数错误: 最多10个", "Filters has more than 10 members")
	}
	var tests []func(*fn) bool
	for _, fl := range filters {
		name := str(fl.Name)
		filter, ok := functionFilters[name]
		if tag, isTag := strings.CutPrefix(name, "tag-"); isTag {
			filter, ok = tagFilter(tag), true
		}
		if !ok {
			return nil, wrongFilter(name)
		}
		if len(fl.Values) == 0 || len(fl.Values) > filter.most {
			return nil, fail(codeFilters, "Filters参数错误: %q应有1到%d个值", "Filter %q takes 1 to %d values", name, filter.most)
		}
		tests = append(tests, func(f *fn) bool {
			return slices.ContainsFunc(fl.Values, func(v *string) bool { return slices.Contains(filter.of(f), str(v)) })
		})
	}
	return func(f *fn) bool {
		return !slices.ContainsFunc(tests, func(t func(*fn) bool) bool { return !t(f) })
	}, nil
}
