package scftest

import (
	"regexp"
	"slices"
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

const maxNamespaces = 5 // of a region

var namespaceName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,30}$`)

func createNamespace(c *call, p *scfsdk.CreateNamespaceRequestParams) (*scfsdk.CreateNamespaceResponseParams, error) {
	name := str(p.Namespace)
	switch {
	case name == "":
		return nil, missing("Namespace")
	case name == defaultNamespace:
		return nil, fail("InvalidParameterValue.DefaultNamespace", "default Namespace 不能创建", "Namespace default cannot be created")
	case !namespaceName.MatchString(name):
		return nil, fail("InvalidParameterValue.NamespaceInvalid", "命名空间不规范: %q，须为1到30个字母、数字、-和_", "Namespace %q is not valid: 1 to 30 letters, digits, - and _", name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.Server.region(c.region)
	if r.namespaces[name] != nil {
		return nil, fail("ResourceInUse.Namespace", "Namespace已存在: %s", "Namespace %s exists already", name)
	}
	if len(r.namespaces) >= maxNamespaces {
		return nil, fail("LimitExceeded.Namespace", "Namespace数量超出限制: %d", "A region has at most %d namespaces", maxNamespaces)
	}
	now := c.clock.Now()
	r.namespaces[name] = &namespace{name: name, description: str(p.Description), added: now, modified: now, functions: map[string]*fn{}}
	return &scfsdk.CreateNamespaceResponseParams{}, nil
}

// namespace finds a namespace. The lock is held.
func (c *call) namespace(name *string) (*namespace, error) {
	ns := c.Server.region(c.region).namespaces[or(name, defaultNamespace)]
	if ns == nil {
		return nil, noNamespace(str(name))
	}
	return ns, nil
}

func updateNamespace(c *call, p *scfsdk.UpdateNamespaceRequestParams) (*scfsdk.UpdateNamespaceResponseParams, error) {
	if str(p.Namespace) == "" {
		return nil, missing("Namespace")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ns, err := c.namespace(p.Namespace)
	if err != nil {
		return nil, err
	}
	ns.description, ns.modified = str(p.Description), c.clock.Now()
	return &scfsdk.UpdateNamespaceResponseParams{}, nil
}

func deleteNamespace(c *call, p *scfsdk.DeleteNamespaceRequestParams) (*scfsdk.DeleteNamespaceResponseParams, error) {
	switch str(p.Namespace) {
	case "":
		return nil, missing("Namespace")
	case defaultNamespace:
		return nil, fail("FailedOperation.DeleteNamespace", "default Namespace 不能删除", "Namespace default cannot be deleted")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ns, err := c.namespace(p.Namespace)
	if err != nil {
		return nil, err
	}
	if len(ns.functions) > 0 {
		return nil, fail("FailedOperation.DeleteNamespace", "请先删除命名空间下的函数: %d", "The namespace has %d functions: delete them first", len(ns.functions))
	}
	delete(c.Server.region(c.region).namespaces, ns.name)
	return &scfsdk.DeleteNamespaceResponseParams{}, nil
}

func listNamespaces(c *call, p *scfsdk.ListNamespacesRequestParams) (*scfsdk.ListNamespacesResponseParams, error) {
	for _, k := range p.SearchKey {
		if n := str(k.Key); n != "Namespace" && n != "Description" {
			return nil, fail("InvalidParameterValue.SearchKey", "SearchKey错误: %q，应为Namespace或Description", "SearchKey is %q, must be Namespace or Description", n)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []*namespace
	for _, ns := range c.Server.region(c.region).namespaces {
		fits := true
		for _, k := range p.SearchKey {
			text := ns.name
			if str(k.Key) == "Description" {
				text = ns.description
			}
			fits = fits && strings.Contains(text, str(k.Value))
		}
		if fits {
			all = append(all, ns)
		}
	}
	modified := func(ns *namespace) string { return stamp(ns.modified) }
	name := func(ns *namespace) string { return ns.name }
	if err := order(all, str(p.Orderby), str(p.Order), name,
		sortKey[*namespace]{"Updatetime", modified}, sortKey[*namespace]{"ModTime", modified}, sortKey[*namespace]{"Name", name},
	); err != nil {
		return nil, err
	}
	listed, err := page(all, p.Offset, p.Limit)
	if err != nil {
		return nil, err
	}
	resp := &scfsdk.ListNamespacesResponseParams{TotalCount: ptr(int64(len(all)))}
	for _, ns := range listed {
		resp.Namespaces = append(resp.Namespaces, &scfsdk.Namespace{
			ModTime: ptr(stamp(ns.modified)), AddTime: ptr(stamp(ns.added)), Description: ptr(ns.description), Name: ptr(ns.name), Type: ptr("default"),
		})
	}
	return resp, nil
}

func getAccount(c *call, _ *scfsdk.GetAccountRequestParams) (*scfsdk.GetAccountResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.Server.region(c.region)
	usage := &scfsdk.UsageInfo{
		NamespacesCount: ptr(int64(len(r.namespaces))), TotalConcurrencyMem: ptr(int64(regionConcurrency)),
		TotalAllocatedConcurrencyMem: ptr(int64(0)), UserConcurrencyMemLimit: ptr(int64(regionConcurrency)),
	}
	limits := &scfsdk.LimitsInfo{NamespacesCount: ptr(int64(maxNamespaces))}
	var names []string
	for name := range r.namespaces {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		ns := r.namespaces[name]
		var functions []*string
		var reserved, prov int64
		for n, f := range ns.functions {
			functions = append(functions, ptr(n))
			reserved += int64(val(f.reserved))
			for _, p := range f.provisioned {
				prov += int64(p.num) * f.latest.cfg.memory
			}
		}
		slices.SortFunc(functions, func(a, b *string) int { return strings.Compare(*a, *b) })
		usage.Namespace = append(usage.Namespace, &scfsdk.NamespaceUsage{
			Functions: functions, Namespace: ptr(name), FunctionsCount: ptr(int64(len(functions))), TotalConcurrencyMem: ptr(int64(ns.quota())),
			TotalAllocatedConcurrencyMem: ptr(reserved), TotalAllocatedProvisionedMem: ptr(prov),
		})
		*usage.TotalAllocatedConcurrencyMem += reserved
		ten := ptr(int64(maxTriggers))
		limits.Namespace = append(limits.Namespace, &scfsdk.NamespaceLimit{
			FunctionsCount: ptr(int64(maxFunctions)), Namespace: ptr(name), ConcurrentExecutions: ptr(int64(100)), TimeoutLimit: ptr(int64(900)),
			TestModelLimit: ptr(int64(20)), InitTimeoutLimit: ptr(int64(300)), RetryNumLimit: ptr(int64(maxRetryNum)),
			MinMsgTTL: ptr(int64(minMsgTTL)), MaxMsgTTL: ptr(int64(maxMsgTTL)),
			Trigger: &scfsdk.TriggerCount{
				Cos: ten, Timer: ten, Cmq: ten, Ckafka: ten, Apigw: ten, Cls: ten, Clb: ten, Mps: ten, Cm: ten, Vod: ten, Eb: ten, Total: ptr(int64(110)),
			},
		})
	}
	return &scfsdk.GetAccountResponseParams{AccountUsage: usage, AccountLimit: limits}, nil
}
