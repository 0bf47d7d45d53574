package scftest

import (
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/scf/scftest/internal/apiv3"
)

const maxFunctions = 50 // of a namespace

func createFunction(c *call, p *createFunctionParams) (*scfsdk.CreateFunctionResponseParams, error) {
	name := str(p.FunctionName)
	if name == "" {
		return nil, missing("FunctionName")
	}
	if err := checkFunctionName(name); err != nil {
		return nil, err
	}
	cfg, err := c.settingsOf(p)
	if err != nil {
		return nil, err
	}
	src := sourceOf(p.Code)
	src.codeSource = str(p.CodeSource)
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
		return nil, noNamespace(nsName)
	}
	old := ns.functions[name]
	if old != nil && !old.implicit {
		return nil, functionExists(name)
	}
	if len(ns.functions) >= maxFunctions && old == nil {
		return nil, tooManyFunctions()
	}
	if err := p.change().apply(c.Server, r, &cfg); err != nil {
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
			v.fail(statusCreateFailed, "HandlerNotFound", textNoEntry)
		}
	})
	return &scfsdk.CreateFunctionResponseParams{}, nil
}

// settingsOf reads what can be set at creation only.
func (s *Server) settingsOf(p *createFunctionParams) (settings, error) {
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
		return cfg, unknownRuntime("InvalidParameterValue.Runtime", cfg.runtime)
	}
	switch cfg.kind = or(p.Type, "Event"); cfg.kind {
	case "Event", "HTTP":
	default:
		return cfg, fail("InvalidParameterValue.Type", "Type取值错误: %q，应为Event或HTTP", "Type is %q, must be Event or HTTP", cfg.kind)
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
	if err := setSwitch("AsyncRunEnable", &cfg.asyncRun, p.AsyncRunEnable, on, off); err != nil {
		return cfg, err
	}
	var unused string
	if err := setSwitch("AutoDeployClsTopicIndex", &unused, p.AutoDeployClsTopicIndex, on, off); err != nil {
		return cfg, err
	}
	cfg.tags = p.Tags
	cfg.protocol = str(p.ProtocolType)
	return cfg, nil
}

func checkFunctionName(name string) error {
	if !functionName.MatchString(name) {
		return fail(codeFunctionName, "FunctionName不合法: %q，须为2到60个字母、数字、-和_，以字母开头，以字母或数字结尾",
			"FunctionName %q is not valid: 2 to 60 letters, digits, - and _, beginning with a letter and ending with a letter or digit", name)
	}
	return nil
}

func checkHandler(h string) error {
	if h != "" && (len(h) < 2 || len(h) > 60) {
		return fail("InvalidParameterValue.Handler", "Handler传入错误: %q，须为2到60个字符", "Handler %q is not valid: 2 to 60 characters", h)
	}
	return nil
}

// begin puts a version into a passing status; after d of the clock done runs, which may fail the version, and else it is Active.
// The lock is held.
func (s *Server) begin(v *version, status string, d time.Duration, done func(*version)) {
	v.status, v.reason = status, nil
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

func (v *version) fail(status, code string, message apiv3.Text) {
	v.status, v.reason = status, &statusReason{code, message}
}
