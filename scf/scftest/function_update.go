package scftest

import (
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// changeable finds a function that may be changed now. The lock is held.
func (c *call) changeable(namespace, name *string, code string) (*fn, error) {
	f, err := c.find(c.region, str(namespace), str(name))
	if err != nil {
		return nil, err
	}
	switch f.latest.status {
	case statusActive, statusUpdateFailed:
		return f, nil
	}
	return nil, wrongState(code, f.latest.status)
}

func updateFunctionCode(c *call, p *scfsdk.UpdateFunctionCodeRequestParams) (*scfsdk.UpdateFunctionCodeResponseParams, error) {
	const codeState = "FailedOperation.UpdateFunctionCode"
	src := sourceOf(p.Code)
	if !src.given {
		src = source{
			zip: str(p.ZipFile), bucket: str(p.CosBucketName), region: str(p.CosBucketRegion), key: str(p.CosObjectName),
			given: p.ZipFile != nil || p.CosBucketName != nil,
		}
	}
	src.codeSource = str(p.CodeSource)
	if err := src.check(); err != nil {
		return nil, err
	}
	if err := checkHandler(str(p.Handler)); err != nil {
		return nil, err
	}
	c.mu.Lock()
	_, err := c.changeable(p.Namespace, p.FunctionName, codeState)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	pkg, err := c.load(c.region, src)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.changeable(p.Namespace, p.FunctionName, codeState)
	if err != nil {
		return nil, err
	}
	handler := or(p.Handler, f.latest.cfg.handler)
	inProcess := c.handlers[f.namespace+"/"+f.name] != nil
	c.begin(f.latest, statusUpdating, c.cfg.updateDelay, func(v *version) {
		cfg := v.cfg
		cfg.handler = handler
		if e := cfg.entry(); e != "" && cfg.runtime == runtimeGo && !pkg.has(e) && !inProcess {
			v.fail(statusUpdateFailed, "HandlerNotFound", textNoEntry)
			return
		}
		v.cfg = cfg
		c.replace(v, pkg)
		if strings.EqualFold(str(p.Publish), "TRUE") {
			c.publish(f, "")
		}
	})
	return &scfsdk.UpdateFunctionCodeResponseParams{}, nil
}

// replace gives a version new code or configuration: warm instances end, those at work when they are done. The lock is held.
func (s *Server) replace(v *version, pkg *code) {
	old, oldCode := v.pool, v.code
	v.code = pkg
	v.pool = s.newPool(v)
	s.retireLater(old, oldCode)
}

func updateFunctionConfiguration(c *call, p *updateConfigurationParams) (*scfsdk.UpdateFunctionConfigurationResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.changeable(p.Namespace, p.FunctionName, "FailedOperation.UpdateFunctionConfiguration")
	if err != nil {
		return nil, err
	}
	if r := str(p.Runtime); r != "" && r != f.latest.cfg.runtime {
		return nil, fail("InvalidParameterValue.Runtime", "Runtime传入错误: 不能由%s改为%s", "The runtime cannot be changed, from %s to %s", f.latest.cfg.runtime, r)
	}
	cfg := f.latest.cfg
	if err := p.change().apply(c.Server, c.Server.region(c.region), &cfg); err != nil {
		return nil, err
	}
	c.begin(f.latest, statusUpdating, c.cfg.updateDelay, func(v *version) {
		v.cfg = cfg
		if p.Description != nil {
			v.description = *p.Description
		}
		c.replace(v, v.code)
		if strings.EqualFold(str(p.Publish), "TRUE") {
			c.publish(f, "")
		}
	})
	return &scfsdk.UpdateFunctionConfigurationResponseParams{}, nil
}

func deleteFunction(c *call, p *scfsdk.DeleteFunctionRequestParams) (*scfsdk.DeleteFunctionResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	switch f.latest.status {
	case statusCreating, statusUpdating:
		return nil, wrongState("FailedOperation.DeleteFunction", f.latest.status)
	}
	if q := str(p.Qualifier); q != "" && q != latest {
		if err := c.dropVersion(f, q); err != nil {
			return nil, err
		}
		return &scfsdk.DeleteFunctionResponseParams{}, nil
	}
	c.dropFunction(f)
	return &scfsdk.DeleteFunctionResponseParams{}, nil
}

// dropFunction removes a function with its versions and triggers. The lock is held.
func (s *Server) dropFunction(f *fn) {
	f.deleted = true
	for _, t := range f.triggers {
		t.stop()
	}
	f.triggers = nil
	delete(s.region(f.region).namespaces[f.namespace].functions, f.name)
	s.retireLater(f.latest.pool, f.latest.code)
	for _, v := range f.versions {
		s.retireLater(v.pool, v.code)
	}
}

// dropVersion removes one published version. The lock is held.
func (s *Server) dropVersion(f *fn, name string) error {
	v := f.versions[name]
	if v == nil {
		return noVersion("ResourceNotFound.Qualifier", name)
	}
	for _, a := range f.aliases {
		if a.version == name || routesTo(a.routing, name) {
			return fail("FailedOperation.DeleteFunction", "版本 %s 被别名 %s 引用", "Version %s is referred to by the alias %s", name, a.name)
		}
	}
	kept := f.triggers[:0:0]
	for _, t := range f.triggers {
		if t.qualifier == name {
			t.stop()
			continue
		}
		kept = append(kept, t)
	}
	f.triggers = kept
	delete(f.versions, name)
	delete(f.provisioned, name)
	s.retireLater(v.pool, v.code)
	return nil
}
