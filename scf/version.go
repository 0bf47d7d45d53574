package scf

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
	"unicode/utf8"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// Version is a published version of a function: code and configuration that do not change any more.
type Version struct {
	// Name is "1", "2" and so on, or "$LATEST" for what is not published.
	Name        string
	Description string
	State       State
	Created     time.Time
	Modified    time.Time
}

// PublishVersion makes a version of what the function name is now and returns the version's name when it is Active. The
// function must be Active; a state that passes is waited for. Publishing is not idempotent: each call makes a version. But a
// lost answer does not make two of them: the versions are read back, and only if none has come is the request repeated.
func (c *Client) PublishVersion(ctx context.Context, name, description string) (version string, err error) {
	r, err := c.plainRef(name)
	if err != nil {
		return "", err
	}
	if n := utf8.RuneCountInString(description); n > 1000 {
		return "", &InvalidError{"version of " + r.String(), []Fault{{"description", fmt.Sprintf("%d characters are more than 1000", n)}}}
	}
	before, err := c.versions(ctx, r)
	if err != nil {
		return "", err
	}
	had := map[string]bool{}
	for _, v := range before {
		had[v.Name] = true
	}
	req := scfsdk.NewPublishVersionRequest()
	req.FunctionName, req.Namespace, req.Description = &r.name, &r.namespace, &description
	err = c.write(ctx, Call{Action: "PublishVersion", Function: r.String()}, func(ctx context.Context) error {
		resp, err := c.sdk.PublishVersionWithContext(ctx, req)
		if err == nil && resp.Response != nil {
			version = val(resp.Response.FunctionVersion)
		}
		return missing(err)
	}, func(ctx context.Context) (bool, error) {
		if _, err := c.waitSettled(ctx, r, StateActive, 0); err != nil {
			return false, err
		}
		after, err := c.versions(ctx, r)
		for _, v := range after {
			if !had[v.Name] && v.Description == description {
				version = v.Name
			}
		}
		return version != "", err
	})
	if err != nil {
		return "", err
	}
	if version == "" {
		return "", &Error{Action: "PublishVersion", Function: r.String(), Attempts: 1, Err: errors.New("answer without a version")}
	}
	if _, err := c.waitActive(ctx, ref{r.namespace, r.name, version}, 5); err != nil {
		return version, err
	}
	_, err = c.waitActive(ctx, r, 0)
	return version, err
}

// Versions yields the versions of the function name, "$LATEST" among them. It only reads. After an error it ends.
func (c *Client) Versions(ctx context.Context, name string) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		r, err := c.plainRef(name)
		if err != nil {
			yield(Version{}, err)
			return
		}
		vs, err := c.versions(ctx, r)
		if err != nil {
			yield(Version{}, err)
			return
		}
		for _, v := range vs {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (c *Client) versions(ctx context.Context, r ref) ([]Version, error) {
	var out []Version
	seen := map[string]bool{}
	for offset := uint64(0); ; {
		req := scfsdk.NewListVersionByFunctionRequest()
		req.FunctionName, req.Namespace = &r.name, &r.namespace
		req.Offset, req.Limit = ptr(offset), ptr(uint64(100))
		req.Order, req.OrderBy = ptr("ASC"), ptr("AddTime")
		var resp *scfsdk.ListVersionByFunctionResponse
		err := c.Do(ctx, Call{Action: "ListVersionByFunction", Function: r.String(), Harmless: true}, func(ctx context.Context) (err error) {
			resp, err = c.sdk.ListVersionByFunctionWithContext(ctx, req)
			return err
		})
		if err != nil {
			return nil, missing(err)
		}
		if resp.Response == nil || len(resp.Response.Versions) == 0 {
			return out, nil
		}
		for _, v := range resp.Response.Versions {
			if v == nil || seen[val(v.Version)] {
				continue
			}
			seen[val(v.Version)] = true
			out = append(out, Version{val(v.Version), val(v.Description), State(val(v.Status)), parseTime(val(v.AddTime)), parseTime(val(v.ModTime))})
		}
		if offset += uint64(len(resp.Response.Versions)); offset >= val(resp.Response.TotalCount) {
			return out, nil
		}
	}
}

// DeleteVersion deletes one published version of the function name. A version that an alias points to is refused by the
// service. The error Is [ErrNotFound] if there is no such version; a lost answer is made good by looking for it.
func (c *Client) DeleteVersion(ctx context.Context, name, version string) error {
	r, err := c.plainRef(name)
	if err != nil {
		return err
	}
	if !versionForm.MatchString(version) {
		return &InvalidError{"version of " + r.String(), []Fault{{"version", fmt.Sprintf("%q is no published version", version)}}}
	}
	v := ref{r.namespace, r.name, version}
	if _, err := c.get(ctx, v); err != nil {
		return err
	}
	req := scfsdk.NewDeleteFunctionRequest()
	req.FunctionName, req.Namespace, req.Qualifier = &r.name, &r.namespace, &version
	err = c.write(ctx, Call{Action: "DeleteFunction", Function: v.String()}, func(ctx context.Context) error {
		_, err := c.sdk.DeleteFunctionWithContext(ctx, req)
		return missing(err)
	}, func(ctx context.Context) (bool, error) {
		_, err := c.get(ctx, v)
		if errors.Is(err, ErrNotFound) {
			return true, nil
		}
		return false, err
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return c.waitGone(ctx, v)
}
