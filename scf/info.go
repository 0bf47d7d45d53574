package scf

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// State is where a function is in its life, by the service's own words (document "状态说明" of the API reference).
type State string

// The states. Those that end in -ing pass by themselves.
const (
	StateCreating      State = "Creating"
	StateCreateFailed  State = "CreateFailed"
	StateActive        State = "Active"
	StateUpdating      State = "Updating"
	StateUpdateFailed  State = "UpdateFailed"
	StatePublishing    State = "Publishing"
	StatePublishFailed State = "PublishFailed"
	StateDeleting      State = "Deleting"
	StateDeleteFailed  State = "DeleteFailed"
)

// Passing reports whether the state ends by itself.
func (s State) Passing() bool {
	return s == StateCreating || s == StateUpdating || s == StatePublishing || s == StateDeleting
}

// Reason is why a function is in the state it is in.
type Reason struct{ Code, Message string }

// FunctionInfo is a function as it is. [Client.List] fills Namespace, Name, ID, Type, Description, Runtime, State,
// StateDescription, Reasons and the times; [Client.Get] fills all.
type FunctionInfo struct {
	Namespace, Name, ID string
	// Type is "Event" or "HTTP".
	Type                          string
	Description, Runtime, Handler string
	State                         State
	StateDescription              string
	Reasons                       []Reason
	// Version is the version the rest is of: "$LATEST" unless a qualifier was given.
	Version  string
	CodeSize int64 // bytes
	// CodeError is what the service found wrong with the package, or "".
	CodeError            string
	Memory               int // MB
	Timeout, InitTimeout time.Duration
	Environment          map[string]string
	Role                 string
	VPC                  VPC
	Log                  Log
	Created, Modified    time.Time
}

// String shows the function without the values of its environment.
func (i FunctionInfo) String() string {
	return fmt.Sprintf("scf.FunctionInfo{%s %s runtime=%s handler=%s memory=%d timeout=%v environment=%s}",
		ref{i.Namespace, i.Name, ""}, i.State, i.Runtime, i.Handler, i.Memory, i.Timeout, keysOf(i.Environment))
}

// GoString is String: values of an environment are often secrets.
func (i FunctionInfo) GoString() string { return i.String() }

// Get returns the function name. It only reads, so a repeat is harmless. The error Is [ErrNotFound] if there is none.
func (c *Client) Get(ctx context.Context, name string) (*FunctionInfo, error) {
	r, err := c.ref(name)
	if err != nil {
		return nil, err
	}
	return c.get(ctx, r)
}

func (c *Client) get(ctx context.Context, r ref) (*FunctionInfo, error) {
	req := scfsdk.NewGetFunctionRequest()
	req.FunctionName, req.Namespace = &r.name, &r.namespace
	req.ShowCode = ptr("FALSE")
	if r.qualifier != "" {
		req.Qualifier = &r.qualifier
	}
	var resp *scfsdk.GetFunctionResponse
	err := c.Do(ctx, Call{Action: "GetFunction", Function: r.String(), Harmless: true}, func(ctx context.Context) (err error) {
		resp, err = c.sdk.GetFunctionWithContext(ctx, req)
		return err
	})
	if err != nil {
		return nil, missing(err)
	}
	return infoOf(r, resp.Response), nil
}

// missing turns "no such function name", as which the service also answers for a name that is well formed but not there, into
// ErrNotFound.
func missing(err error) error {
	if codeOf(err) == "InvalidParameterValue.FunctionName" || codeOf(err) == "InvalidParameter.FunctionName" {
		return &notFoundError{err}
	}
	return err
}

type notFoundError struct{ err error }

func (e *notFoundError) Error() string        { return e.err.Error() }
func (e *notFoundError) Unwrap() error        { return e.err }
func (e *notFoundError) Is(target error) bool { return target == ErrNotFound }

func infoOf(r ref, p *scfsdk.GetFunctionResponseParams) *FunctionInfo {
	i := &FunctionInfo{Namespace: r.namespace, Name: r.name}
	if p == nil {
		return i
	}
	i.ID, i.Type, i.Description, i.Runtime, i.Handler = val(p.FunctionId), val(p.Type), val(p.Description), val(p.Runtime), val(p.Handler)
	i.State, i.StateDescription, i.Reasons = State(val(p.Status)), val(p.StatusDesc), reasonsOf(p.StatusReasons)
	i.Version, i.CodeSize, i.CodeError = val(p.FunctionVersion), val(p.CodeSize), val(p.CodeError)
	i.Memory = int(val(p.MemorySize))
	i.Timeout = time.Duration(val(p.Timeout)) * time.Second
	i.InitTimeout = time.Duration(val(p.InitTimeout)) * time.Second
	i.Environment = map[string]string{}
	if p.Environment != nil {
		for _, v := range p.Environment.Variables {
			if v != nil && val(v.Key) != "" {
				i.Environment[*v.Key] = val(v.Value)
			}
		}
	}
	i.Role = val(p.Role)
	if p.VpcConfig != nil {
		i.VPC = VPC{val(p.VpcConfig.VpcId), val(p.VpcConfig.SubnetId)}
	}
	i.Log = Log{LogsetID: val(p.ClsLogsetId), TopicID: val(p.ClsTopicId)}
	i.Created, i.Modified = parseTime(val(p.AddTime)), parseTime(val(p.ModTime))
	return i
}

func reasonsOf(rs []*scfsdk.StatusReason) []Reason {
	var out []Reason
	for _, r := range rs {
		if r != nil {
			out = append(out, Reason{val(r.ErrorCode), val(r.ErrorMessage)})
		}
	}
	return out
}

// beijing is the zone of the service's times without one: China Standard Time, which has no summer time.
var beijing = time.FixedZone("CST", 8*60*60)

func parseTime(s string) time.Time {
	for _, layout := range [...]string{time.DateTime, "2006-01-02 15:04:05.000"} {
		if t, err := time.ParseInLocation(layout, s, beijing); err == nil {
			return t
		}
	}
	return time.Time{}
}

// List yields the functions of the client's namespace in the order of their names, page by page as it is ranged over. It only
// reads. After an error it ends. A function made or deleted meanwhile may be missing, but none comes twice.
func (c *Client) List(ctx context.Context) iter.Seq2[*FunctionInfo, error] {
	return func(yield func(*FunctionInfo, error) bool) {
		const page = 100
		seen := map[string]bool{}
		for offset := int64(0); ; {
			req := scfsdk.NewListFunctionsRequest()
			req.Namespace = &c.namespace
			req.Order, req.Orderby = ptr("ASC"), ptr("FunctionName")
			req.Offset, req.Limit = ptr(offset), ptr(int64(page))
			var resp *scfsdk.ListFunctionsResponse
			err := c.Do(ctx, Call{Action: "ListFunctions", Harmless: true}, func(ctx context.Context) (err error) {
				resp, err = c.sdk.ListFunctionsWithContext(ctx, req)
				return err
			})
			if err == nil && resp.Response == nil {
				err = &Error{Action: "ListFunctions", Attempts: 1, Err: errors.New("answer without content")}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, f := range resp.Response.Functions {
				if f == nil || seen[val(f.FunctionName)] {
					continue
				}
				seen[val(f.FunctionName)] = true
				if !yield(listed(f), nil) {
					return
				}
			}
			offset += int64(len(resp.Response.Functions))
			if len(resp.Response.Functions) == 0 || offset >= val(resp.Response.TotalCount) {
				return
			}
		}
	}
}

func listed(f *scfsdk.Function) *FunctionInfo {
	return &FunctionInfo{
		Namespace: val(f.Namespace), Name: val(f.FunctionName), ID: val(f.FunctionId), Type: val(f.Type),
		Description: val(f.Description), Runtime: val(f.Runtime),
		State: State(val(f.Status)), StateDescription: val(f.StatusDesc), Reasons: reasonsOf(f.StatusReasons),
		Created: parseTime(val(f.AddTime)), Modified: parseTime(val(f.ModTime)),
	}
}

// codeSHA256 returns the hash of the code the service holds, in lower-case hexadecimal, or "" if it does not say.
func (c *Client) codeSHA256(ctx context.Context, r ref) (string, error) {
	req := scfsdk.NewGetFunctionAddressRequest()
	req.FunctionName, req.Namespace = &r.name, &r.namespace
	if r.qualifier != "" {
		req.Qualifier = &r.qualifier
	}
	var resp *scfsdk.GetFunctionAddressResponse
	err := c.Do(ctx, Call{Action: "GetFunctionAddress", Function: r.String(), Harmless: true}, func(ctx context.Context) (err error) {
		resp, err = c.sdk.GetFunctionAddressWithContext(ctx, req)
		return err
	})
	if err != nil {
		return "", missing(err)
	}
	if resp.Response == nil {
		return "", nil
	}
	return normalHash(val(resp.Response.CodeSha256)), nil
}

func ptr[T any](v T) *T { return &v }

func val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
