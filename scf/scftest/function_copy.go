package scftest

import (
	"crypto/sha256"
	"encoding/hex"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

func copyFunction(c *call, p *scfsdk.CopyFunctionRequestParams) (*scfsdk.CopyFunctionResponseParams, error) {
	name := str(p.NewFunctionName)
	if name == "" {
		return nil, missing("NewFunctionName")
	}
	if err := checkFunctionName(name); err != nil {
		return nil, err
	}
	target := or(p.TargetRegion, c.region)
	if !regionForm.MatchString(target) {
		return nil, fail("UnsupportedOperation.Region", "Region暂不支持: %q", "Region %q is not supported", target)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.changeable(p.Namespace, p.FunctionName, "FailedOperation.CopyFunction")
	if err != nil {
		return nil, err
	}
	r := c.Server.region(target)
	nsName := or(p.TargetNamespace, defaultNamespace)
	ns := r.namespaces[nsName]
	if ns == nil {
		return nil, noNamespace(nsName)
	}
	cfg := defaultSettings()
	if p.CopyConfiguration == nil || *p.CopyConfiguration {
		cfg = f.latest.cfg
	} else {
		cfg.runtime, cfg.handler, cfg.kind = f.latest.cfg.runtime, f.latest.cfg.handler, f.latest.cfg.kind
	}
	if target != c.region && cfg.topic == DefaultTopic(c.region) {
		cfg.logset, cfg.topic = "", ""
	}
	c.withTopic(target, &cfg)
	if old := ns.functions[name]; old == f {
		return nil, functionExists(name)
	} else if old != nil {
		if !val(p.Override) {
			return nil, functionExists(name)
		}
		c.begin(old.latest, statusUpdating, c.cfg.updateDelay, func(v *version) {
			v.cfg = cfg
			c.replace(v, f.latest.code)
		})
		return &scfsdk.CopyFunctionResponseParams{}, nil
	}
	if len(ns.functions) >= maxFunctions {
		return nil, tooManyFunctions()
	}
	n := c.newFunction(r, ns, name)
	n.latest = c.newVersion(n, latest, cfg, f.latest.code)
	n.latest.description = or(p.Description, f.latest.description)
	c.begin(n.latest, statusCreating, c.cfg.createDelay, func(*version) {})
	return &scfsdk.CopyFunctionResponseParams{}, nil
}

func getFunctionAddress(c *call, p *scfsdk.GetFunctionAddressRequestParams) (*scfsdk.GetFunctionAddressResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	v, err := c.resolve(f, str(p.Qualifier), "")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(v.code.zip)
	url := c.URL()
	if url == "" {
		url = "http://" + c.http.Host
	}
	return &scfsdk.GetFunctionAddressResponseParams{
		Url: ptr(url + codePath + hex.EncodeToString(sum[:])), CodeSha256: ptr(hex.EncodeToString(sum[:])),
	}, nil
}

// codePath is where GetFunctionAddress points: the digest in the path is what lets a reader in.
const codePath = "/_code/"

// codeBySum finds a package by its digest.
func (s *Server) codeBySum(sum string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.allPools() {
		if got := sha256.Sum256(p.v.code.zip); hex.EncodeToString(got[:]) == sum {
			return p.v.code.zip
		}
	}
	return nil
}
