package scftest

import (
	"strconv"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// publish makes a version of $LATEST. The lock is held.
func (s *Server) publish(f *fn, description string) *version {
	f.published++
	v := s.newVersion(f, strconv.Itoa(f.published), f.latest.cfg, f.latest.code)
	v.description = description
	if description == "" {
		v.description = f.latest.description
	}
	f.versions[v.name] = v
	s.begin(v, statusPublishing, s.cfg.updateDelay, func(*version) {})
	return v
}

func publishVersion(c *call, p *scfsdk.PublishVersionRequestParams) (*scfsdk.PublishVersionResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.changeable(p.Namespace, p.FunctionName, "FailedOperation.PublishVersion")
	if err != nil {
		return nil, err
	}
	v := c.publish(f, str(p.Description))
	return &scfsdk.PublishVersionResponseParams{
		FunctionVersion: ptr(v.name), CodeSize: ptr(int64(len(v.code.zip))), MemorySize: ptr(v.cfg.memory), Description: ptr(v.description),
		Handler: ptr(v.cfg.handler), Timeout: ptr(v.cfg.timeout), Runtime: ptr(v.cfg.runtime), Namespace: ptr(f.namespace),
	}, nil
}

func listVersionByFunction(c *call, p *scfsdk.ListVersionByFunctionRequestParams) (*scfsdk.ListVersionByFunctionResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	all := []*version{f.latest}
	for _, v := range f.versions {
		all = append(all, v)
	}
	newestFirst := func(v *version) string {
		n, _ := strconv.Atoi(v.name)
		return strconv.Itoa(1_000_000 - n)
	}
	if err := order(all, str(p.OrderBy), str(p.Order), newestFirst,
		sortKey[*version]{"ModTime", func(v *version) string { return stamp(v.modified) }},
		sortKey[*version]{"AddTime", func(v *version) string { return stamp(v.added) }},
	); err != nil {
		return nil, err
	}
	listed, err := page(all, p.Offset, p.Limit)
	if err != nil {
		return nil, err
	}
	resp := &scfsdk.ListVersionByFunctionResponseParams{TotalCount: ptr(uint64(len(all)))}
	for _, v := range listed {
		resp.FunctionVersion = append(resp.FunctionVersion, ptr(v.name))
		resp.Versions = append(resp.Versions, &scfsdk.FunctionVersion{
			Version: ptr(v.name), Description: ptr(v.description), AddTime: ptr(stamp(v.added)), ModTime: ptr(stamp(v.modified)), Status: ptr(v.status),
		})
	}
	return resp, nil
}

func deleteFunctionVersion(c *call, p *deleteVersionParams) (*emptyAnswer, error) {
	if str(p.Qualifier) == "" {
		return nil, missing("Qualifier")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	return &emptyAnswer{}, c.dropVersion(f, *p.Qualifier)
}

func routesTo(r *scfsdk.RoutingConfig, version string) bool {
	if r == nil {
		return false
	}
	for _, w := range r.AdditionalVersionWeights {
		if str(w.Version) == version {
			return true
		}
	}
	for _, m := range r.AddtionVersionMatchs {
		if str(m.Version) == version {
			return true
		}
	}
	return false
}
