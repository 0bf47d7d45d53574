package scftest

import (
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

const maxFunctions = 50 // of a namespace

func createFunction(c *call, p *scfsdk.CreateFunctionRequestParams) (*scfsdk.CreateFunctionResponseParams, error) {
	name := str(p.FunctionName)
	if name == "" {
		return nil, missing("FunctionName")
	}
	if !functionName.MatchString(name) {
		return nil, fail("InvalidParameterValue.FunctionName", "FunctionName不合法: %q. 2 to 60 letters, digits, - and _, from a letter to a letter or digit.", name)
	}
	cfg, err := c.settingsOf(p)
	if err != nil {
		return nil, err
	}
	src := sourceOf(p.Code)
	if !src.given {
		return nil, fail("MissingParameter.Code", "Code参数缺失")
	}
	pkg, err := c.load(c.region, src)
	if err != nil {
		return nil, err
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.Server.region(c.region)
	nsName := or(p.Namespace, defaultNamespace)
	ns := r.namespaces[nsName]
	if ns == nil {
		return nil, fail(codeNoNamespace, "命名空间不存在: %s", nsName)
	}
	old := ns.functions[name]
	if old != nil && !old.implicit {
		return nil, fail("ResourceInUse.Function", "函数已存在: %s", name)
	}
	if len(ns.functions) >= maxFunctions && old == nil {
		return nil, fail("LimitExceeded.Function", "函数数量超出限制: %d", maxFunctions)
	}
	ch := change{
		description: p.Description, role: p.Role, installDependency: p.InstallDependency, logset: p.ClsLogsetId, topic: p.ClsTopicId,
		memory: p.MemorySize, timeout: p.Timeout, initTimeout: p.InitTimeout, env: p.Environment, vpc: p.VpcConfig, layers: p.Layers,
		deadLetter: p.DeadLetterConfig, publicNet: p.PublicNetConfig, cfs: p.CfsConfig, protocolParams: p.ProtocolParams,
	}
	if err := ch.apply(c.Server, r, &cfg); err != nil {
		return nil, err
	}
	c.withTopic(c.region, &cfg)
	f := c.newFunction(r, ns, name)
	if old != nil {
		f.triggers = old.triggers // rules already bound stay
	}
	f.latest = c.newVersion(f, latest, cfg, pkg)
	f.latest.description = str(p.Description)
	c.begin(f.latest, statusCreating, c.cfg.createDelay, func(v *version) {
		if e := v.cfg.entry(); e != "" && v.cfg.runtime == runtimeGo && !pkg.has(e) && c.handlers[ns.name+"/"+name] == nil {
			v.fail(statusCreateFailed, "HandlerNotFound", msgNoEntry)
		}
	})
	return &scfsdk.CreateFunctionResponseParams{}, nil
}

// settingsOf reads what can be set at creation only.
func (s *Server) settingsOf(p *scfsdk.CreateFunctionRequestParams) (settings, error) {
	cfg := defaultSettings()
	if p.Code != nil && p.Code.ImageConfig != nil {
		cfg.runtime, cfg.initTimeout, cfg.imageURI = runtimeImage, 90, str(p.Code.ImageConfig.ImageUri)
	}
	cfg.runtime = or(p.Runtime, cfg.runtime)
	known := false
	for _, r := range runtimes {
		known = known || r == cfg.runtime
	}
	if !known {
		return cfg, fail("InvalidParameterValue.Runtime", "%s", msgRuntime)
	}
	switch cfg.kind = or(p.Type, "Event"); cfg.kind {
	case "Event", "HTTP":
	default:
		return cfg, fail("InvalidParameterValue.Type", "Type取值错误: %q. Event or HTTP.", cfg.kind)
	}
	cfg.handler = str(p.Handler)
	if cfg.handler == "" {
		switch {
		case cfg.runtime == runtimeCustom, cfg.runtime == runtimeImage, cfg.kind == "HTTP":
		case cfg.runtime == runtimeGo:
			cfg.handler = "main"
		default:
			cfg.handler = "index.main_handler"
		}
	}
	if err := checkHandler(cfg.handler); err != nil {
		return cfg, err
	}
	cfg.asyncRun, cfg.trace = or(p.AsyncRunEnable, "FALSE"), or(p.TraceEnable, "FALSE")
	if cfg.asyncRun != "TRUE" && cfg.asyncRun != "FALSE" {
		return cfg, fail("InvalidParameterValue.AsyncRunEnable", "AsyncRunEnable取值错误: %q", cfg.asyncRun)
	}
	cfg.tags = p.Tags
	cfg.protocol = str(p.ProtocolType)
	return cfg, nil
}

func checkHandler(h string) error {
	if h != "" && (len(h) < 2 || len(h) > 60) {
		return fail("InvalidParameterValue.Handler", "Handler传入错误: %q. 2 to 60 characters.", h)
	}
	return nil
}

// begin puts a version into a passing status; after d of the clock done runs, which may fail the version, and else it is Active.
// The lock is held.
func (s *Server) begin(v *version, status string, d time.Duration, done func(*version)) {
	v.status, v.desc, v.reasons = status, "", nil
	v.modified = s.clock.Now()
	s.after(d, func() {
		if v.status != status || v.fn.deleted {
			return
		}
		done(v)
		if v.status == status {
			v.status = statusActive
		}
		v.modified = s.clock.Now()
	})
}

func (v *version) fail(status, code, message string) {
	v.status, v.desc = status, message
	v.reasons = []*scfsdk.StatusReason{{ErrorCode: ptr(code), ErrorMessage: ptr(message)}}
}
