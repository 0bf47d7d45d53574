package scftest

import (
	"regexp"
	"slices"
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

const (
	runtimeGo      = "Go1"
	runtimeCustom  = "CustomRuntime"
	runtimeImage   = "CustomImage"
	maxEnv         = 4 << 10
	maxDescription = 1000
)

var runtimes = []string{
	"Python2.7", "Python3.6", "Python3.7", "Python3.9", "Python3.10", "Nodejs6.10", "Nodejs8.9", "Nodejs10.15", "Nodejs12.16",
	"Nodejs14.18", "Nodejs16.13", "Nodejs18.15", "Php5", "Php5.6", "Php7", "Php7.2", "Php7.4", "Php8.0", runtimeGo, "Java8", "Java11",
	runtimeCustom, runtimeImage,
}

var (
	functionName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]$`)
	variableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
)

func defaultSettings() settings {
	return settings{
		runtime: "Python2.7", kind: "Event", memory: 128, timeout: 3, initTimeout: 65,
		installDependency: off, l5: off, asyncRun: off, trace: off, dnsCache: off,
		vpc:            &scfsdk.VpcConfig{VpcId: ptr(""), SubnetId: ptr("")},
		deadLetter:     &scfsdk.DeadLetterConfig{Type: ptr(""), Name: ptr(""), FilterType: ptr("")},
		publicNet:      &scfsdk.PublicNetConfigOut{PublicNetStatus: ptr(enabled), EipConfig: &scfsdk.EipConfigOut{EipStatus: ptr(disabled)}},
		cfs:            &scfsdk.CfsConfig{},
		protocolParams: &scfsdk.ProtocolParams{},
		intranet:       &intranetConfig{IpFixed: ptr(disabled)},
		codeResult:     "success",
	}
}

// change is what CreateFunction and UpdateFunctionConfiguration have in common.
type change struct {
	description, role, logset, topic       *string
	installDependency, l5, trace, dnsCache *string
	autoCreateTopic                        *string
	memory, timeout, initTimeout           *int64
	env                                    *scfsdk.Environment
	vpc                                    *scfsdk.VpcConfig
	layers                                 []*scfsdk.LayerVersionSimple
	deadLetter                             *scfsdk.DeadLetterConfig
	publicNet                              *scfsdk.PublicNetConfigIn
	cfs                                    *scfsdk.CfsConfig
	protocolParams                         *scfsdk.ProtocolParams
	instanceConcurrency                    map[string]any
	intranet                               *intranetConfig
}

func (p *createFunctionParams) change() change {
	return change{
		description: p.Description, role: p.Role, installDependency: p.InstallDependency, logset: p.ClsLogsetId, topic: p.ClsTopicId,
		memory: p.MemorySize, timeout: p.Timeout, initTimeout: p.InitTimeout, env: p.Environment, vpc: p.VpcConfig, layers: p.Layers,
		deadLetter: p.DeadLetterConfig, publicNet: p.PublicNetConfig, cfs: p.CfsConfig, protocolParams: p.ProtocolParams,
		trace: p.TraceEnable, dnsCache: p.DnsCache, instanceConcurrency: p.InstanceConcurrencyConfig, intranet: p.IntranetConfig,
		autoCreateTopic: p.AutoCreateClsTopic,
	}
}

func (p *updateConfigurationParams) change() change {
	return change{
		description: p.Description, role: p.Role, installDependency: p.InstallDependency, logset: p.ClsLogsetId, topic: p.ClsTopicId,
		memory: p.MemorySize, timeout: p.Timeout, initTimeout: p.InitTimeout, env: p.Environment, vpc: p.VpcConfig, layers: p.Layers,
		deadLetter: p.DeadLetterConfig, publicNet: p.PublicNetConfig, cfs: p.CfsConfig, protocolParams: p.ProtocolParams,
		trace: p.TraceEnable, dnsCache: p.DnsCache, instanceConcurrency: p.InstanceConcurrencyConfig, intranet: p.IntranetConfig,
		l5: p.L5Enable,
	}
}

// apply checks a change and makes it. The lock is held.
func (c change) apply(s *Server, r *region, cfg *settings) error {
	for _, set := range []func(*settings) error{c.setLimits, c.setTexts, c.setSwitches, c.setNetwork, c.setDeadLetter} {
		if err := set(cfg); err != nil {
			return err
		}
	}
	if c.layers != nil {
		layers, err := s.checkLayers(r, c.layers)
		if err != nil {
			return err
		}
		cfg.layers = layers
	}
	if str(c.autoCreateTopic) == on && cfg.topic == "" {
		cfg.logset, cfg.topic = DefaultLogset(r.name), DefaultTopic(r.name)
	}
	return nil
}

func (c change) setLimits(cfg *settings) error {
	if m := c.memory; m != nil {
		if *m != 64 && (*m < 128 || *m > 3072 || *m%128 != 0) {
			return fail("InvalidParameterValue.Memory", "Memory错误: %d，应为64，或128到3072且为128的倍数", "MemorySize is %d, must be 64, or 128 to 3072 in steps of 128", *m)
		}
		cfg.memory = *m
	}
	if t := c.timeout; t != nil {
		if *t < 1 || *t > 900 {
			return fail("LimitExceeded.Timeout", "Timeout超出限制: %d，应为1到900秒", "Timeout is %d, must be 1 to 900 seconds", *t)
		}
		cfg.timeout = *t
	}
	if t := c.initTimeout; t != nil {
		if *t < 3 || *t > 300 {
			return fail("LimitExceeded.InitTimeout", "InitTimeout超出限制: %d，应为3到300秒", "InitTimeout is %d, must be 3 to 300 seconds", *t)
		}
		cfg.initTimeout = *t
	}
	return nil
}

func (c change) setTexts(cfg *settings) error {
	if len(str(c.description)) > maxDescription {
		return longDescription()
	}
	if (c.logset != nil || c.topic != nil) && (str(c.logset) == "") != (str(c.topic) == "") {
		return fail("InvalidParameterValue.Cls", "Cls传入值有误: ClsLogsetId和ClsTopicId须同时指定", "ClsLogsetId and ClsTopicId must be given together")
	}
	for _, set := range []struct{ to, from *string }{{&cfg.role, c.role}, {&cfg.logset, c.logset}, {&cfg.topic, c.topic}} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	if c.env == nil {
		return nil
	}
	env, err := environment(c.env)
	if err == nil {
		cfg.env = env
	}
	return err
}

// The API's booleans are texts, and so are its switches.
const (
	on, off           = "TRUE", "FALSE"
	enabled, disabled = "ENABLE", "DISABLE"
)

func (c change) setSwitches(cfg *settings) error {
	var unused string
	for _, set := range []struct {
		name     string
		to, from *string
	}{
		{"InstallDependency", &cfg.installDependency, c.installDependency}, {"L5Enable", &cfg.l5, c.l5},
		{"TraceEnable", &cfg.trace, c.trace}, {"DnsCache", &cfg.dnsCache, c.dnsCache}, {"AutoCreateClsTopic", &unused, c.autoCreateTopic},
	} {
		if err := setSwitch(set.name, set.to, set.from, on, off); err != nil {
			return err
		}
	}
	return nil
}

// setSwitch sets to one of two values that a parameter may have.
func setSwitch(name string, to, from *string, yes, no string) error {
	switch v := str(from); v {
	case "":
	case yes, no:
		*to = v
	default:
		return fail("InvalidParameterValue."+name, "%s取值错误: %q，应为%s或%s", "%s is %q, must be %s or %s", name, *from, yes, no)
	}
	return nil
}

func (c change) setDeadLetter(cfg *settings) error {
	d := c.deadLetter
	if d == nil {
		return nil
	}
	switch strings.ToLower(str(d.Type)) {
	case "", "cmq-topic", "cmq-queue", "topic", "queue":
	default:
		return fail(codeDeadLetter, "DeadLetterConfig取值错误: Type为%q，应为CMQ-QUEUE或CMQ-TOPIC", "DeadLetterConfig.Type is %q, must be CMQ-QUEUE or CMQ-TOPIC", str(d.Type))
	}
	if (str(d.Type) == "") != (str(d.Name) == "") {
		return fail(codeDeadLetter, "DeadLetterConfig取值错误: Type和Name须同时指定", "DeadLetterConfig needs Type and Name together")
	}
	cfg.deadLetter = &scfsdk.DeadLetterConfig{Type: ptr(str(d.Type)), Name: ptr(str(d.Name)), FilterType: ptr(str(d.FilterType))}
	return nil
}

// environment checks variables; one empty pair clears them.
func environment(env *scfsdk.Environment) ([]variable, error) {
	var out []variable
	size := 0
	for _, v := range env.Variables {
		if v == nil {
			continue
		}
		key, value := str(v.Key), str(v.Value)
		if key == "" && value == "" {
			continue
		}
		if !variableName.MatchString(key) || len(key) < 2 || len(key) > 64 {
			return nil, fail(codeEnvironment, "Environment传入值有误: %q，须为2到64个字母、数字和_，以字母开头",
				"Environment key %q is not valid: 2 to 64 letters, digits and underscores, beginning with a letter", key)
		}
		for _, prefix := range []string{"SCF_", "QCLOUD_", "TENCENTCLOUD_"} {
			if strings.HasPrefix(key, prefix) {
				return nil, fail("InvalidParameterValue.EnvironmentSystemProtect", "Environment受系统保护: %q", "Environment key %q begins like a variable of the platform", key)
			}
		}
		if slices.ContainsFunc(out, func(o variable) bool { return o.key == key }) {
			return nil, fail(codeEnvironment, "Environment传入值有误: %q重复", "Environment key %q is given twice", key)
		}
		size += len(key) + len(value)
		out = append(out, variable{key, value})
	}
	if size > maxEnv {
		return nil, fail("InvalidParameterValue.EnvironmentExceededLimit", "Environment大小超限: %d字节，最大为%d", "Environment has %d bytes, at most %d", size, maxEnv)
	}
	return out, nil
}

// withTopic gives a function without a log topic the account's own.
func (s *Server) withTopic(region string, cfg *settings) {
	if cfg.topic == "" && !s.cfg.noLogTopic {
		cfg.logset, cfg.topic = DefaultLogset(region), DefaultTopic(region)
	}
}

// DefaultLogset returns the id of the log set that functions of a region write to unless they name one.
func DefaultLogset(region string) string { return "SCF_logset-" + region }

// DefaultTopic returns the id of the log topic that functions of a region write to unless they name one.
func DefaultTopic(region string) string { return "SCF_logtopic-" + region }
