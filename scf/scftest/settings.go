package scftest

import (
	"regexp"
	"slices"
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

const (
	runtimeGo     = "Go1"
	runtimeCustom = "CustomRuntime"
	runtimeImage  = "CustomImage"
	maxEnv        = 4 << 10
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
		installDependency: "FALSE", l5: "FALSE", asyncRun: "FALSE", trace: "FALSE", protocol: "",
		vpc:            &scfsdk.VpcConfig{VpcId: ptr(""), SubnetId: ptr("")},
		deadLetter:     &scfsdk.DeadLetterConfig{Type: ptr(""), Name: ptr(""), FilterType: ptr("")},
		publicNet:      &scfsdk.PublicNetConfigOut{PublicNetStatus: ptr("ENABLE"), EipConfig: &scfsdk.EipConfigOut{EipStatus: ptr("DISABLE")}},
		cfs:            &scfsdk.CfsConfig{},
		protocolParams: &scfsdk.ProtocolParams{},
		codeResult:     "success",
	}
}

// change is what CreateFunction and UpdateFunctionConfiguration have in common.
type change struct {
	description, role, installDependency, l5, logset, topic *string
	memory, timeout, initTimeout                            *int64
	env                                                     *scfsdk.Environment
	vpc                                                     *scfsdk.VpcConfig
	layers                                                  []*scfsdk.LayerVersionSimple
	deadLetter                                              *scfsdk.DeadLetterConfig
	publicNet                                               *scfsdk.PublicNetConfigIn
	cfs                                                     *scfsdk.CfsConfig
	protocolParams                                          *scfsdk.ProtocolParams
}

// apply checks a change and makes it.
func (c change) apply(s *Server, r *region, cfg *settings) error {
	if c.memory != nil {
		if *c.memory != 64 && (*c.memory < 128 || *c.memory > 3072 || *c.memory%128 != 0) {
			return fail("InvalidParameterValue.Memory", "Memory错误: %d. 64, or 128 to 3072 in steps of 128 MB.", *c.memory)
		}
		cfg.memory = *c.memory
	}
	if c.timeout != nil {
		if *c.timeout < 1 || *c.timeout > 900 {
			return fail("LimitExceeded.Timeout", "Timeout超出限制: %d. 1 to 900 seconds.", *c.timeout)
		}
		cfg.timeout = *c.timeout
	}
	if c.initTimeout != nil {
		if *c.initTimeout < 3 || *c.initTimeout > 300 {
			return fail("LimitExceeded.InitTimeout", "InitTimeout超出限制: %d. 3 to 300 seconds.", *c.initTimeout)
		}
		cfg.initTimeout = *c.initTimeout
	}
	if len(str(c.description)) > 1000 {
		return fail("InvalidParameterValue.Description", "Description超出长度限制: 1000")
	}
	if c.env != nil {
		env, err := environment(c.env)
		if err != nil {
			return err
		}
		cfg.env = env
	}
	if c.layers != nil {
		layers, err := s.checkLayers(r, c.layers)
		if err != nil {
			return err
		}
		cfg.layers = layers
	}
	if d := c.deadLetter; d != nil {
		switch strings.ToLower(str(d.Type)) {
		case "", "cmq-topic", "cmq-queue", "topic", "queue":
		default:
			return fail("InvalidParameterValue.DeadLetterConfig", "DeadLetterConfig取值错误: Type %q", str(d.Type))
		}
		if (str(d.Type) == "") != (str(d.Name) == "") {
			return fail("InvalidParameterValue.DeadLetterConfig", "DeadLetterConfig取值错误: Type and Name belong together")
		}
		cfg.deadLetter = &scfsdk.DeadLetterConfig{Type: ptr(str(d.Type)), Name: ptr(str(d.Name)), FilterType: ptr(str(d.FilterType))}
	}
	if n := c.publicNet; n != nil {
		out := &scfsdk.PublicNetConfigOut{PublicNetStatus: ptr(or(n.PublicNetStatus, "ENABLE")), EipConfig: &scfsdk.EipConfigOut{EipStatus: ptr("DISABLE")}}
		if n.EipConfig != nil {
			out.EipConfig.EipStatus = ptr(or(n.EipConfig.EipStatus, "DISABLE"))
		}
		cfg.publicNet = out
	}
	if c.vpc != nil {
		cfg.vpc = &scfsdk.VpcConfig{VpcId: ptr(str(c.vpc.VpcId)), SubnetId: ptr(str(c.vpc.SubnetId))}
	}
	if c.cfs != nil {
		cfg.cfs = c.cfs
	}
	if c.protocolParams != nil {
		cfg.protocolParams = c.protocolParams
	}
	if (c.logset != nil || c.topic != nil) && (str(c.logset) == "") != (str(c.topic) == "") {
		return fail("InvalidParameterValue.Cls", "Cls传入值有误: ClsLogsetId and ClsTopicId belong together")
	}
	for _, set := range []struct {
		to   *string
		from *string
	}{{&cfg.role, c.role}, {&cfg.logset, c.logset}, {&cfg.topic, c.topic}, {&cfg.installDependency, c.installDependency}, {&cfg.l5, c.l5}} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
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
			return nil, fail("InvalidParameterValue.Environment", "Environment传入值有误: %q. A key starts with a letter and has 2 to 64 letters, digits and underscores.", key)
		}
		for _, prefix := range []string{"SCF_", "QCLOUD_", "TENCENTCLOUD_"} {
			if strings.HasPrefix(key, prefix) {
				return nil, fail("InvalidParameterValue.EnvironmentSystemProtect", "Environment受系统保护: %q", key)
			}
		}
		if slices.ContainsFunc(out, func(o variable) bool { return o.key == key }) {
			return nil, fail("InvalidParameterValue.Environment", "Environment传入值有误: %q is given twice", key)
		}
		size += len(key) + len(value)
		out = append(out, variable{key, value})
	}
	if size > maxEnv {
		return nil, fail("InvalidParameterValue.EnvironmentExceededLimit", "Environment大小超限: %d bytes, at most %d", size, maxEnv)
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
