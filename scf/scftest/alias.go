package scftest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

var aliasName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// checkAlias checks what an alias points to. The lock is held.
func checkAlias(f *fn, version string, r *scfsdk.RoutingConfig) error {
	if f.version(version) == nil {
		return noVersion("ResourceNotFound.FunctionVersion", version)
	}
	if r == nil {
		return nil
	}
	total := 0.0
	for _, w := range r.AdditionalVersionWeights {
		if val(w.Weight) < 0 || val(w.Weight) > 1 {
			return fail("InvalidParameterValue.AdditionalVersionWeights", "Weight取值错误: %v，应在0到1之间", "Weight %v is not within 0 and 1", val(w.Weight))
		}
		if f.version(str(w.Version)) == nil {
			return noVersion("ResourceNotFound.FunctionVersion", str(w.Version))
		}
		if str(w.Version) == version {
			return fail("InvalidParameterValue.AdditionalVersionWeights", "附加版本不能与主版本相同: %s", "Version %s is the alias's own: an additional version must be another", version)
		}
		total += val(w.Weight)
	}
	if total > 1 {
		return fail("InvalidParameterValue.AdditionalVersionWeights", "Weight之和为%v，不能超过1", "The weights sum to %v, at most 1", total)
	}
	for _, m := range r.AddtionVersionMatchs {
		if f.version(str(m.Version)) == nil {
			return noVersion("ResourceNotFound.FunctionVersion", str(m.Version))
		}
		switch str(m.Method) {
		case "range":
			if _, _, ok := rangeOf(str(m.Expression)); !ok {
				return fail(codeRouting, "Expression取值错误: %q，应为区间，例如[1,3)", "Expression %q is not a range like [1,3)", str(m.Expression))
			}
		case "exact":
		default:
			return fail(codeRouting, "Method取值错误: %q，应为range或exact", "Method is %q, must be range or exact", str(m.Method))
		}
		if !strings.HasPrefix(str(m.Key), "invoke.headers.") {
			return fail(codeRouting, "Key取值错误: %q，应以invoke.headers.开头", "Key %q does not begin with invoke.headers.", str(m.Key))
		}
	}
	return nil
}

// route picks among an alias's additional versions; "" means its own. The lock is held.
func (s *Server) route(a *alias, routingKey string) string {
	if a.routing == nil {
		return ""
	}
	var keys map[string]string
	if routingKey != "" {
		_ = json.Unmarshal([]byte(routingKey), &keys) // checked before
	}
	for _, m := range a.routing.AddtionVersionMatchs {
		v, ok := keys[strings.TrimPrefix(str(m.Key), "invoke.headers.")]
		if !ok {
			continue
		}
		if str(m.Method) == "exact" && v == str(m.Expression) || str(m.Method) == "range" && inRange(v, str(m.Expression)) {
			return str(m.Version)
		}
	}
	draw := s.rnd.Float64()
	for _, w := range a.routing.AdditionalVersionWeights {
		if draw -= val(w.Weight); draw < 0 {
			return str(w.Version)
		}
	}
	return ""
}

// rangeOf reads "[1,3)".
func rangeOf(expr string) (lo, hi float64, ok bool) {
	if len(expr) < 5 || !strings.ContainsAny(expr[:1], "[(") || !strings.ContainsAny(expr[len(expr)-1:], "])") {
		return 0, 0, false
	}
	a, b, found := strings.Cut(expr[1:len(expr)-1], ",")
	lo, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	hi, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	return lo, hi, found && err1 == nil && err2 == nil && lo <= hi
}

func inRange(v, expr string) bool {
	lo, hi, ok := rangeOf(expr)
	n, err := strconv.ParseFloat(v, 64)
	if !ok || err != nil {
		return false
	}
	return (n > lo || n == lo && expr[0] == '[') && (n < hi || n == hi && expr[len(expr)-1] == ']')
}

func createAlias(c *call, p *scfsdk.CreateAliasRequestParams) (*scfsdk.CreateAliasResponseParams, error) {
	name := str(p.Name)
	if name == "" {
		return nil, missing("Name")
	}
	if str(p.FunctionVersion) == "" {
		return nil, missing("FunctionVersion")
	}
	if !aliasName.MatchString(name) {
		return nil, fail("InvalidParameterValue.Name", "Name错误: %q，须为1到64个字母、数字、-和_，以字母开头", "Name %q is not valid: 1 to 64 letters, digits, - and _, beginning with a letter", name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	if f.aliases[name] != nil {
		return nil, fail("ResourceInUse.Alias", "Alias已被占用: %s", "Alias %s exists already", name)
	}
	if err := checkAlias(f, *p.FunctionVersion, p.RoutingConfig); err != nil {
		return nil, err
	}
	now := c.clock.Now()
	f.aliases[name] = &alias{name: name, version: *p.FunctionVersion, description: str(p.Description), routing: p.RoutingConfig, added: now, modified: now}
	return &scfsdk.CreateAliasResponseParams{}, nil
}

func updateAlias(c *call, p *scfsdk.UpdateAliasRequestParams) (*scfsdk.UpdateAliasResponseParams, error) {
	if str(p.FunctionVersion) == "" {
		return nil, missing("FunctionVersion")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, a, err := c.alias(p.Namespace, p.FunctionName, p.Name)
	if err != nil {
		return nil, err
	}
	if err := checkAlias(f, *p.FunctionVersion, p.RoutingConfig); err != nil {
		return nil, err
	}
	a.version, a.modified = *p.FunctionVersion, c.clock.Now()
	a.routing = p.RoutingConfig // without one, all traffic goes to FunctionVersion
	if p.Description != nil {
		a.description = *p.Description
	}
	return &scfsdk.UpdateAliasResponseParams{}, nil
}

// alias finds an alias. The lock is held.
func (c *call) alias(namespace, function, name *string) (*fn, *alias, error) {
	if str(name) == "" {
		return nil, nil, missing("Name")
	}
	f, err := c.find(c.region, str(namespace), str(function))
	if err != nil {
		return nil, nil, err
	}
	a := f.aliases[*name]
	if a == nil {
		return nil, nil, fail("ResourceNotFound.Alias", "别名不存在: %s", "Alias %s does not exist", *name)
	}
	return f, a, nil
}

func getAlias(c *call, p *scfsdk.GetAliasRequestParams) (*scfsdk.GetAliasResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, a, err := c.alias(p.Namespace, p.FunctionName, p.Name)
	if err != nil {
		return nil, err
	}
	return &scfsdk.GetAliasResponseParams{
		FunctionVersion: ptr(a.version), Name: ptr(a.name), RoutingConfig: a.config(), Description: ptr(a.description),
		AddTime: ptr(stamp(a.added)), ModTime: ptr(stamp(a.modified)),
	}, nil
}

func (a *alias) config() *scfsdk.RoutingConfig {
	if a.routing == nil {
		return &scfsdk.RoutingConfig{}
	}
	return a.routing
}

func deleteAlias(c *call, p *scfsdk.DeleteAliasRequestParams) (*scfsdk.DeleteAliasResponseParams, error) {
	if str(p.Name) == defaultAlias {
		return nil, fail("InvalidParameterValue.Alias", "$DEFAULT不能删除", "Alias $DEFAULT cannot be deleted")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, a, err := c.alias(p.Namespace, p.FunctionName, p.Name)
	if err != nil {
		return nil, err
	}
	for _, t := range f.triggers {
		if t.qualifier == a.name {
			return nil, fail("UnsupportedOperation.AliasBind", "别名 %s 绑定了触发器 %s", "Alias %s has the trigger %s", a.name, t.name)
		}
	}
	delete(f.aliases, a.name)
	return &scfsdk.DeleteAliasResponseParams{}, nil
}

func listAliases(c *call, p *scfsdk.ListAliasesRequestParams) (*scfsdk.ListAliasesResponseParams, error) {
	number := func(text *string, def int64, code string) (int64, error) {
		if str(text) == "" {
			return def, nil
		}
		n, err := strconv.ParseInt(*text, 10, 64)
		if err != nil || n < 0 {
			return 0, fail(code, "%q不是数字", "%q is not a number from 0", *text)
		}
		return n, nil
	}
	offset, err := number(p.Offset, 0, "InvalidParameterValue.Offset")
	if err != nil {
		return nil, err
	}
	limit, err := number(p.Limit, 20, "InvalidParameterValue.Limit")
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.find(c.region, str(p.Namespace), str(p.FunctionName))
	if err != nil {
		return nil, err
	}
	var all []*alias
	for _, a := range f.aliases {
		if v := str(p.FunctionVersion); v == "" || a.version == v || routesTo(a.routing, v) {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b *alias) int { return strings.Compare(a.name, b.name) })
	listed, err := page(all, &offset, &limit)
	if err != nil {
		return nil, err
	}
	resp := &scfsdk.ListAliasesResponseParams{TotalCount: ptr(uint64(len(all)))}
	for _, a := range listed {
		resp.Aliases = append(resp.Aliases, &scfsdk.Alias{
			FunctionVersion: ptr(a.version), Name: ptr(a.name), RoutingConfig: a.config(), Description: ptr(a.description),
			AddTime: ptr(stamp(a.added)), ModTime: ptr(stamp(a.modified)),
		})
	}
	return resp, nil
}
