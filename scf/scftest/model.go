package scftest

import (
	"strings"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/scf/scftest/internal/apiv3"
)

// Everything in this file is guarded by Server.mu.

const (
	defaultNamespace = "default"
	latest           = "$LATEST"
	defaultAlias     = "$DEFAULT"

	statusCreating     = "Creating"
	statusCreateFailed = "CreateFailed"
	statusUpdating     = "Updating"
	statusUpdateFailed = "UpdateFailed"
	statusPublishing   = "Publishing"
	statusActive       = "Active"
)

type region struct {
	name       string
	namespaces map[string]*namespace
	layers     map[string]*layer
}

type namespace struct {
	name, description string
	added, modified   time.Time
	totalMem          uint64 // concurrency quota in MB, 0 until it is set
	functions         map[string]*fn
}

// fn is a function with all its versions.
type fn struct {
	region, namespace, name, id string
	implicit                    bool // made by Handle, not through the API
	added                       time.Time
	latest                      *version
	versions                    map[string]*version // published ones
	published                   int
	aliases                     map[string]*alias
	triggers                    []*trigger
	retries                     int64   // of an execution error
	msgTTL                      int64   // seconds
	reserved                    *uint64 // MB
	provisioned                 map[string]*provisioned
	running                     int // executions now
	deleted                     bool
	creds                       issued
}

func (f *fn) key() string { return f.region + "/" + f.namespace + "/" + f.name }

// version is a function's code and configuration under one number, or under $LATEST.
type version struct {
	fn              *fn
	name            string
	description     string
	cfg             settings
	code            *code
	status          string
	reason          *statusReason // why it failed
	added, modified time.Time
	pool            *pool
}

// statusReason explains a failed status.
type statusReason struct {
	code string
	text apiv3.Text
}

// in returns the description and the list of reasons of a status in a language.
func (r *statusReason) in(l apiv3.Language) (desc string, reasons []*scfsdk.StatusReason) {
	if r == nil {
		return "", nil
	}
	return r.text.In(l), []*scfsdk.StatusReason{{ErrorCode: ptr(r.code), ErrorMessage: ptr(r.text.In(l))}}
}

// settings are what a version was configured with.
type settings struct {
	handler, runtime, role, kind    string
	memory, timeout, initTimeout    int64
	env                             []variable
	logset, topic                   string
	installDependency, l5, dnsCache string // TRUE or FALSE, as the next ones
	asyncRun, trace                 string
	vpc                             *scfsdk.VpcConfig
	layers                          []*scfsdk.LayerVersionSimple
	deadLetter                      *scfsdk.DeadLetterConfig
	publicNet                       *scfsdk.PublicNetConfigOut
	cfs                             *scfsdk.CfsConfig
	tags                            []*scfsdk.Tag
	protocol                        string
	protocolParams                  *scfsdk.ProtocolParams
	instanceConcurrency             map[string]any
	intranet                        *intranetConfig
	codeResult, codeError, imageURI string
}

type variable struct{ key, value string }

type alias struct {
	name, version, description string
	routing                    *scfsdk.RoutingConfig
	added, modified            time.Time
}

type provisioned struct {
	num     uint64
	actions []*scfsdk.TriggerAction
}

// region returns the region of that name, made at first use.
func (s *Server) region(name string) *region {
	r, ok := s.regions[name]
	if !ok {
		now := s.clock.Now()
		r = &region{name: name, layers: map[string]*layer{}, namespaces: map[string]*namespace{
			defaultNamespace: {name: defaultNamespace, added: now, modified: now, functions: map[string]*fn{}},
		}}
		s.regions[name] = r
		for key := range s.handlers {
			s.materialise(r, key)
		}
	}
	return r
}

func handlerKey(name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return defaultNamespace + "/" + name
}

// materialise makes the function that a handler was registered for, unless it exists.
func (s *Server) materialise(r *region, key string) {
	nsName, name, _ := strings.Cut(key, "/")
	now := s.clock.Now()
	ns := r.namespaces[nsName]
	if ns == nil {
		ns = &namespace{name: nsName, added: now, modified: now, functions: map[string]*fn{}}
		r.namespaces[nsName] = ns
	}
	if ns.functions[name] != nil {
		return
	}
	f := s.newFunction(r, ns, name)
	f.implicit = true
	cfg := defaultSettings()
	cfg.handler, cfg.runtime, cfg.timeout = "main", runtimeGo, 60
	cfg.deadLetter = &scfsdk.DeadLetterConfig{Type: ptr("CMQ-QUEUE"), Name: ptr("dead-letters"), FilterType: ptr("")}
	s.withTopic(r.name, &cfg)
	f.latest = s.newVersion(f, latest, cfg, &code{})
	f.latest.status = statusActive
}

func (s *Server) newFunction(r *region, ns *namespace, name string) *fn {
	now := s.clock.Now()
	f := &fn{
		region: r.name, namespace: ns.name, name: name, id: "lam-" + shortID(8), added: now,
		versions: map[string]*version{}, provisioned: map[string]*provisioned{},
		aliases: map[string]*alias{defaultAlias: {name: defaultAlias, version: latest, added: now, modified: now}},
		retries: maxRetryNum, msgTTL: maxMsgTTL,
	}
	ns.functions[name] = f
	return f
}

func (s *Server) newVersion(f *fn, name string, cfg settings, c *code) *version {
	now := s.clock.Now()
	v := &version{fn: f, name: name, cfg: cfg, code: c, added: now, modified: now}
	v.pool = s.newPool(v)
	return v
}

// find returns a namespace's function.
func (s *Server) find(regionName, nsName, name string) (*fn, error) {
	if name == "" {
		return nil, missing("FunctionName")
	}
	if nsName == "" {
		nsName = defaultNamespace
	}
	ns := s.region(regionName).namespaces[nsName]
	if ns == nil {
		return nil, noNamespace(nsName)
	}
	f := ns.functions[name]
	if f == nil {
		return nil, noFunction(name)
	}
	return f, nil
}

// resolve returns the version that a qualifier means; an alias draws among its weights, or by the routing key.
func (s *Server) resolve(f *fn, qualifier, routingKey string) (*version, error) {
	if v := f.version(qualifier); v != nil {
		return v, nil
	}
	a := f.aliases[qualifier]
	if a == nil {
		return nil, noQualifier(qualifier)
	}
	name := a.version
	if picked := s.route(a, routingKey); picked != "" {
		name = picked
	}
	if v := f.version(name); v != nil {
		return v, nil
	}
	return nil, noVersion("ResourceNotFound.Qualifier", name)
}

// version returns the version of that very name.
func (f *fn) version(name string) *version {
	if name == "" || name == latest {
		return f.latest
	}
	return f.versions[name]
}

// hasQualifier tells whether a version or an alias has that name.
func (f *fn) hasQualifier(q string) bool { return f.version(q) != nil || f.aliases[q] != nil }

func (s *Server) allPools() []*pool {
	var out []*pool
	for _, r := range s.regions {
		for _, ns := range r.namespaces {
			for _, f := range ns.functions {
				out = append(out, f.latest.pool)
				for _, v := range f.versions {
					out = append(out, v.pool)
				}
			}
		}
	}
	return out
}

// after runs f under the lock, d of the clock from now; at once when d is 0. The lock is held.
func (s *Server) after(d time.Duration, f func()) {
	if d <= 0 {
		f()
		return
	}
	s.clock.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed {
			f()
		}
	})
}

const timeForm = time.DateTime

// stamp writes a time as the API does: in the platform's zone, UTC+8.
func stamp(t time.Time) string { return t.In(platformZone).Format(timeForm) }
