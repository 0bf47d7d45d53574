package scftest

import (
	"slices"
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

const (
	regionConcurrency = 128_000 // MB of a region
	unreservedFloor   = 12_800  // MB of a namespace that no function may reserve
)

func (ns *namespace) quota() uint64 {
	if ns.totalMem == 0 {
		return regionConcurrency
	}
	return ns.totalMem
}

func putTotalConcurrencyConfig(c *call, p *scfsdk.PutTotalConcurrencyConfigRequestParams) (*scfsdk.PutTotalConcurrencyConfigResponseParams, error) {
	if p.TotalConcurrencyMem == nil {
		return nil, missing("TotalConcurrencyMem")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ns, err := c.namespace(p.Namespace)
	if err != nil {
		return nil, err
	}
	if *p.TotalConcurrencyMem > regionConcurrency {
		return nil, fail("LimitExceeded.TotalConcurrencyMemory", "并发配额超出限制: %d，最大为%d MB", "TotalConcurrencyMem is %d, at most %d MB", *p.TotalConcurrencyMem, regionConcurrency)
	}
	ns.totalMem = *p.TotalConcurrencyMem
	return &scfsdk.PutTotalConcurrencyConfigResponseParams{}, nil
}

func putReservedConcurrencyConfig(c *call, p *scfsdk.PutReservedConcurrencyConfigRequestParams) (*scfsdk.PutReservedConcurrencyConfigResponseParams, error) {
	if p.ReservedConcurrencyMem == nil {
		return nil, missing("ReservedConcurrencyMem")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	ns := c.Server.region(c.region).namespaces[f.namespace]
	sum := *p.ReservedConcurrencyMem
	for _, o := range ns.functions {
		if o != f {
			sum += val(o.reserved)
		}
	}
	if ns.quota() < unreservedFloor || sum > ns.quota()-unreservedFloor {
		return nil, fail("LimitExceeded.FunctionReservedConcurrencyMemory", "函数预留并发超出限制: %d/%d MB", "The functions would reserve %d MB of %d MB, of which 12,800 MB cannot be reserved", sum, ns.quota())
	}
	f.reserved = ptr(*p.ReservedConcurrencyMem)
	return &scfsdk.PutReservedConcurrencyConfigResponseParams{}, nil
}

func getReservedConcurrencyConfig(c *call, p *scfsdk.GetReservedConcurrencyConfigRequestParams) (*scfsdk.GetReservedConcurrencyConfigResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	return &scfsdk.GetReservedConcurrencyConfigResponseParams{ReservedMem: f.reserved}, nil
}

func deleteReservedConcurrencyConfig(c *call, p *scfsdk.DeleteReservedConcurrencyConfigRequestParams) (*scfsdk.DeleteReservedConcurrencyConfigResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	f.reserved = nil
	return &scfsdk.DeleteReservedConcurrencyConfigResponseParams{}, nil
}

// provisionable finds a published version: $LATEST takes no provisioned instances. The lock is held.
func (c *call) provisionable(namespace, function, qualifier *string) (*fn, *version, error) {
	if str(qualifier) == "" {
		return nil, nil, missing("Qualifier")
	}
	f, err := c.find(c.region, str(namespace), str(function))
	if err != nil {
		return nil, nil, err
	}
	v := f.versions[*qualifier]
	if v == nil {
		return nil, nil, noVersion("ResourceNotFound.Qualifier", *qualifier)
	}
	return f, v, nil
}

func putProvisionedConcurrencyConfig(c *call, p *scfsdk.PutProvisionedConcurrencyConfigRequestParams) (*scfsdk.PutProvisionedConcurrencyConfigResponseParams, error) {
	if p.VersionProvisionedConcurrencyNum == nil {
		return nil, missing("VersionProvisionedConcurrencyNum")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, v, err := c.provisionable(p.Namespace, p.FunctionName, p.Qualifier)
	if err != nil {
		return nil, err
	}
	need := *p.VersionProvisionedConcurrencyNum * uint64(v.cfg.memory)
	if f.reserved != nil && need > *f.reserved {
		return nil, fail("FailedOperation.ProvisionedExceedReserved", "预置并发超过预留并发: %d/%d MB", "Provisioned concurrency of %d MB exceeds the %d MB reserved", need, *f.reserved)
	}
	if need > regionConcurrency {
		return nil, fail("LimitExceeded.FunctionProvisionedConcurrencyMemory", "预置并发超出限制: %d，最大为%d MB", "Provisioned concurrency is %d MB, at most %d MB", need, regionConcurrency)
	}
	f.provisioned[v.name] = &provisioned{num: *p.VersionProvisionedConcurrencyNum, actions: p.TriggerActions}
	return &scfsdk.PutProvisionedConcurrencyConfigResponseParams{}, nil
}

func getProvisionedConcurrencyConfig(c *call, p *scfsdk.GetProvisionedConcurrencyConfigRequestParams) (*scfsdk.GetProvisionedConcurrencyConfigResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	resp := &scfsdk.GetProvisionedConcurrencyConfigResponseParams{}
	free := uint64(regionConcurrency)
	if f.reserved != nil {
		free = *f.reserved
	}
	for name, pr := range f.provisioned {
		free -= min(free, pr.num*uint64(f.versions[name].cfg.memory))
		if q := str(p.Qualifier); q != "" && q != name {
			continue
		}
		resp.Allocated = append(resp.Allocated, &scfsdk.VersionProvisionedConcurrencyInfo{
			AllocatedProvisionedConcurrencyNum: ptr(pr.num), AvailableProvisionedConcurrencyNum: ptr(pr.num), Status: ptr("Done"),
			StatusReason: ptr(""), Qualifier: ptr(name), TriggerActions: pr.actions,
		})
	}
	slices.SortFunc(resp.Allocated, func(a, b *scfsdk.VersionProvisionedConcurrencyInfo) int {
		return strings.Compare(*a.Qualifier, *b.Qualifier)
	})
	resp.UnallocatedConcurrencyNum = ptr(free / uint64(f.latest.cfg.memory))
	return resp, nil
}

func deleteProvisionedConcurrencyConfig(c *call, p *scfsdk.DeleteProvisionedConcurrencyConfigRequestParams) (*scfsdk.DeleteProvisionedConcurrencyConfigResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, v, err := c.provisionable(p.Namespace, p.FunctionName, p.Qualifier)
	if err != nil {
		return nil, err
	}
	delete(f.provisioned, v.name)
	return &scfsdk.DeleteProvisionedConcurrencyConfigResponseParams{}, nil
}
