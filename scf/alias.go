package scf

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// Alias is a name for versions of a function, to which triggers and invocations can point. The alias $DEFAULT is always
// there.
type Alias struct {
	// Name has 1 to 64 letters, digits, '-' and '_', a letter first, or is "$DEFAULT".
	Name string
	// Version gets the traffic that Weights does not send elsewhere.
	Version string
	// Weights are the shares of traffic, above 0 and below 1, of other versions.
	Weights     map[string]float64
	Description string
	// Created and Modified are set on reading.
	Created, Modified time.Time
}

func (a Alias) validate(r ref) error {
	var bad faultList
	if a.Name != normal && !aliasForm.MatchString(a.Name) {
		bad.addf("Name", "%q does not have 1 to 64 letters, digits, '-' and '_', a letter first", a.Name)
	}
	version := func(field, v string) {
		if v != latest && !versionForm.MatchString(v) {
			bad.addf(field, "%q is no version", v)
		}
	}
	version("Version", a.Version)
	sum := 0.0
	for _, v := range slices.Sorted(maps.Keys(a.Weights)) {
		w := a.Weights[v]
		version("Weights", v)
		if v == a.Version {
			bad.addf("Weights", "version %s has the rest already", v)
		}
		if !(w > 0 && w < 1) {
			bad.addf("Weights", "%v for version %s is not between 0 and 1", w, v)
		}
		sum += w
	}
	if sum >= 1 {
		bad.addf("Weights", "%v in all leave nothing for version %s", sum, a.Version)
	}
	if n := utf8.RuneCountInString(a.Description); n > 1000 {
		bad.addf("Description", "%d characters are more than 1000", n)
	}
	return bad.err("alias of " + r.String())
}

func (a Alias) same(b Alias) bool {
	return a.Version == b.Version && (a.Description == "" || a.Description == b.Description) &&
		maps.EqualFunc(a.Weights, b.Weights, func(x, y float64) bool { return math.Abs(x-y) < 1e-9 })
}

// SetAlias makes the alias of the function name be as a says: it creates or updates it, and does nothing if it is so already.
// An empty Description leaves an existing one. Rules by which an alias sends single invocations elsewhere
// (AddtionVersionMatchs in the API) are left as they are. It is idempotent; a lost answer is made good by reading the alias.
func (c *Client) SetAlias(ctx context.Context, name string, a Alias) error {
	r, err := c.plainRef(name)
	if err != nil {
		return err
	}
	if err := a.validate(r); err != nil {
		return err
	}
	for round := 1; ; round++ {
		is, routing, err := c.alias(ctx, r, a.Name)
		switch {
		case errors.Is(err, ErrNotFound):
			if err = c.createAlias(ctx, r, a); errors.Is(err, ErrExists) && round < 3 {
				continue // made meanwhile
			}
			return err
		case err != nil:
			return err
		case a.same(is):
			return nil
		}
		return c.updateAlias(ctx, r, a, routing)
	}
}

func (c *Client) settledAlias(r ref, a Alias) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		is, _, err := c.alias(ctx, r, a.Name)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return err == nil && a.same(is), err
	}
}

func (c *Client) createAlias(ctx context.Context, r ref, a Alias) error {
	req := scfsdk.NewCreateAliasRequest()
	req.FunctionName, req.Namespace, req.Name, req.FunctionVersion = &r.name, &r.namespace, &a.Name, &a.Version
	req.Description = &a.Description
	if len(a.Weights) > 0 {
		req.RoutingConfig = a.routing(nil)
	}
	return c.write(ctx, Call{Action: "CreateAlias", Function: r.String()}, func(ctx context.Context) error {
		_, err := c.sdk.CreateAliasWithContext(ctx, req)
		return missing(err)
	}, c.settledAlias(r, a))
}

func (c *Client) updateAlias(ctx context.Context, r ref, a Alias, is *scfsdk.RoutingConfig) error {
	req := scfsdk.NewUpdateAliasRequest()
	req.FunctionName, req.Namespace, req.Name, req.FunctionVersion = &r.name, &r.namespace, &a.Name, &a.Version
	if a.Description != "" {
		req.Description = &a.Description
	}
	req.RoutingConfig = a.routing(is)
	return c.write(ctx, Call{Action: "UpdateAlias", Function: r.String()}, func(ctx context.Context) error {
		_, err := c.sdk.UpdateAliasWithContext(ctx, req)
		return missing(err)
	}, c.settledAlias(r, a))
}

func (a Alias) routing(is *scfsdk.RoutingConfig) *scfsdk.RoutingConfig {
	rc := &scfsdk.RoutingConfig{}
	if is != nil {
		rc.AddtionVersionMatchs = is.AddtionVersionMatchs
	}
	for _, v := range slices.Sorted(maps.Keys(a.Weights)) {
		rc.AdditionalVersionWeights = append(rc.AdditionalVersionWeights, &scfsdk.VersionWeight{Version: ptr(v), Weight: ptr(a.Weights[v])})
	}
	return rc
}

func (c *Client) alias(ctx context.Context, r ref, name string) (Alias, *scfsdk.RoutingConfig, error) {
	req := scfsdk.NewGetAliasRequest()
	req.FunctionName, req.Namespace, req.Name = &r.name, &r.namespace, &name
	var resp *scfsdk.GetAliasResponse
	err := c.Do(ctx, Call{Action: "GetAlias", Function: r.String(), Harmless: true}, func(ctx context.Context) (err error) {
		resp, err = c.sdk.GetAliasWithContext(ctx, req)
		return err
	})
	if err != nil {
		return Alias{}, nil, missing(err)
	}
	p := resp.Response
	if p == nil {
		return Alias{}, nil, &Error{Action: "GetAlias", Function: r.String(), Attempts: 1, Err: errors.New("answer without content")}
	}
	return aliasOf(p.Name, p.FunctionVersion, p.Description, p.AddTime, p.ModTime, p.RoutingConfig), p.RoutingConfig, nil
}

func aliasOf(name, version, description, add, mod *string, rc *scfsdk.RoutingConfig) Alias {
	a := Alias{Name: val(name), Version: val(version), Description: val(description), Created: parseTime(val(add)), Modified: parseTime(val(mod))}
	if rc != nil {
		for _, w := range rc.AdditionalVersionWeights {
			if w != nil && val(w.Weight) != 0 {
				if a.Weights == nil {
					a.Weights = map[string]float64{}
				}
				a.Weights[val(w.Version)] = *w.Weight
			}
		}
	}
	return a
}

// Aliases yields the aliases of the function name, page by page. It only reads. After an error it ends.
func (c *Client) Aliases(ctx context.Context, name string) iter.Seq2[Alias, error] {
	return func(yield func(Alias, error) bool) {
		r, err := c.plainRef(name)
		if err != nil {
			yield(Alias{}, err)
			return
		}
		const page = 100
		seen := map[string]bool{}
		for offset := 0; ; offset += page {
			req := scfsdk.NewListAliasesRequest()
			req.FunctionName, req.Namespace = &r.name, &r.namespace
			req.Offset, req.Limit = ptr(strconv.Itoa(offset)), ptr(strconv.Itoa(page)) // texts, in this action alone
			var resp *scfsdk.ListAliasesResponse
			err := c.Do(ctx, Call{Action: "ListAliases", Function: r.String(), Harmless: true}, func(ctx context.Context) (err error) {
				resp, err = c.sdk.ListAliasesWithContext(ctx, req)
				return err
			})
			if err != nil {
				yield(Alias{}, missing(err))
				return
			}
			if resp.Response == nil || len(resp.Response.Aliases) == 0 {
				return
			}
			for _, a := range resp.Response.Aliases {
				if a == nil || seen[val(a.Name)] {
					continue
				}
				seen[val(a.Name)] = true
				if !yield(aliasOf(a.Name, a.FunctionVersion, a.Description, a.AddTime, a.ModTime, a.RoutingConfig), nil) {
					return
				}
			}
			if len(resp.Response.Aliases) < page {
				return
			}
		}
	}
}

// DeleteAlias deletes an alias of the function name. $DEFAULT cannot be deleted. The error Is [ErrNotFound] if there is no such
// alias; a lost answer is made good by looking for it.
func (c *Client) DeleteAlias(ctx context.Context, name, alias string) error {
	r, err := c.plainRef(name)
	if err != nil {
		return err
	}
	if !aliasForm.MatchString(alias) {
		return &InvalidError{"alias of " + r.String(), []Fault{{"alias", fmt.Sprintf("%q is none that can be deleted", alias)}}}
	}
	req := scfsdk.NewDeleteAliasRequest()
	req.FunctionName, req.Namespace, req.Name = &r.name, &r.namespace, &alias
	lost := false
	err = c.write(ctx, Call{Action: "DeleteAlias", Function: r.String()}, func(ctx context.Context) error {
		_, err := c.sdk.DeleteAliasWithContext(ctx, req)
		lost = lost || err != nil && outcomeOf(err) == unknown
		return missing(err)
	}, func(ctx context.Context) (bool, error) {
		_, _, err := c.alias(ctx, r, alias)
		if errors.Is(err, ErrNotFound) {
			return true, nil
		}
		return false, err
	})
	if lost && errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
