package scf

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	nameForm      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]$`)
	namespaceForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,30}$`)
	aliasForm     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)
	versionForm   = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)
	envForm       = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{1,63}$`)
	roleForm      = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,128}$`)
)

// latest and normal are the qualifiers the service itself defines.
const (
	latest = "$LATEST"
	normal = "$DEFAULT"
)

func checkName(s string) error {
	if !nameForm.MatchString(s) {
		return fmt.Errorf("%q does not have 2 to 60 letters, digits, '-' and '_', a letter first, a letter or digit last", s)
	}
	return nil
}

func checkNamespace(s string) error {
	if !namespaceForm.MatchString(s) {
		return fmt.Errorf("%q does not have 1 to 30 letters, digits, '-' and '_'", s)
	}
	return nil
}

func checkQualifier(s string) error {
	if s != latest && s != normal && !versionForm.MatchString(s) && !aliasForm.MatchString(s) {
		return fmt.Errorf("%q is no version and no alias", s)
	}
	return nil
}

// checkMemory tells whether the service takes mb as a function's memory in MB: 64, or 128 to 3072 in steps of 128.
func checkMemory(mb int) error {
	if mb != 64 && (mb < 128 || mb > 3072 || mb%128 != 0) {
		return fmt.Errorf("%d MB is neither 64 nor a multiple of 128 up to 3072", mb)
	}
	return nil
}

func checkSeconds(d, low, high time.Duration) error {
	if d%time.Second != 0 || d < low || d > high {
		return fmt.Errorf("%v is not a whole number of seconds from %v to %v", d, low, high)
	}
	return nil
}

// validate checks everything the service would refuse. f has been filled in by [Client.fill].
func (f *Function) validate(limit codeLimit) error {
	var bad faultList
	bad.check("Name", checkName(f.Name))
	bad.check("Namespace", checkNamespace(f.Namespace))
	if f.Description != Clear {
		if n := utf8.RuneCountInString(f.Description); n > 1000 {
			bad.addf("Description", "%d characters are more than 1000", n)
		}
		if !utf8.ValidString(f.Description) {
			bad.add("Description", "not UTF-8")
		}
	}
	if f.Runtime == "" {
		bad.add("Runtime", "not set, and the code does not show it")
	}
	bad.check("Handler", checkHandler(f.Handler, f.Runtime))
	if f.Memory != 0 {
		bad.check("Memory", checkMemory(f.Memory))
	}
	if f.Timeout != 0 {
		bad.check("Timeout", checkSeconds(f.Timeout, time.Second, 900*time.Second))
	}
	if f.InitTimeout != 0 {
		bad.check("InitTimeout", checkSeconds(f.InitTimeout, 3*time.Second, 300*time.Second))
	}
	checkEnvironment(&bad, f.Environment)
	if f.Role != "" && f.Role != Clear && !roleForm.MatchString(f.Role) {
		bad.addf("Role", "%q is not the name of a role (a name, not an ARN)", f.Role)
	}
	if v := f.VPC; v != nil && (v.ID == "") != (v.Subnet == "") {
		bad.add("VPC", "network and subnet go together")
	}
	if l := f.Log; l != nil && (l.LogsetID == "") != (l.TopicID == "") {
		bad.add("Log", "logset and topic go together")
	}
	if f.Retry != nil {
		f.Retry.check(&bad)
	}
	f.Code.check(&bad, f.Runtime, f.Handler, limit)
	return bad.err("function " + ref{f.Namespace, f.Name, ""}.String())
}

func (r Retry) check(bad *faultList) {
	if r.Attempts < 0 || r.Attempts > 2 {
		bad.addf("Retry.Attempts", "%d is not 0, 1 or 2", r.Attempts)
	}
	bad.check("Retry.MaxAge", checkSeconds(r.maxAge(), time.Minute, 6*time.Hour))
}

func checkHandler(handler, runtime string) error {
	switch {
	case handler == "" && runtime == RuntimeCustom:
		return nil
	case handler == "":
		return errors.New("not set, and the code does not show it")
	case len(handler) < 2 || len(handler) > 128:
		return fmt.Errorf("%q does not have 2 to 128 characters", handler)
	case strings.ContainsAny(handler, "\\ \t\r\n"):
		return fmt.Errorf("%q has a space or a backslash", handler)
	case runtime == RuntimeGo1 && strings.ContainsAny(handler, "/"):
		return fmt.Errorf("%q: a Go binary must be at the root of the package", handler)
	}
	return nil
}

// maxEnvironment is the documented limit, "4 KB" for names and values together.
const maxEnvironment = 4096

func checkEnvironment(bad *faultList, env map[string]string) {
	total := 0
	for _, k := range slices.Sorted(maps.Keys(env)) {
		v := env[k]
		total += len(k) + len(v)
		field := fmt.Sprintf("Environment[%s]", k)
		upper := strings.ToUpper(k)
		switch {
		case !envForm.MatchString(k):
			bad.addf(field, "%q does not have 2 to 64 letters, digits and '_', a letter first", k)
		case strings.HasPrefix(upper, "SCF_"), strings.HasPrefix(upper, "QCLOUD_"), strings.HasPrefix(upper, "TENCENTCLOUD_"):
			bad.add(field, "SCF_, QCLOUD_ and TENCENTCLOUD_ are the platform's own")
		case v == "":
			bad.add(field, "the service takes no empty value")
		case !utf8.ValidString(v):
			bad.add(field, "the value is not UTF-8")
		}
	}
	if total > maxEnvironment {
		bad.addf("Environment", "%d bytes are more than %d", total, maxEnvironment)
	}
}
