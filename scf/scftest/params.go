package scftest

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// request is a call as it came, whatever its form.
type request struct {
	action, version, region string
	timestamp               int64
	token                   string
	v1                      bool
	form                    url.Values // v1: every parameter, the common ones included
	body                    []byte
	params                  params
}

// params are a call's own parameters: JSON, or text by flat names ("Filters.0.Name").
type params struct {
	json   []byte
	flat   url.Values
	strict bool
}

// readRequest finds action, version, region and parameters in a call of any form: TC3 with JSON, TC3 by GET, and the older
// signatures by GET or form.
func readRequest(r *http.Request, body []byte) (*request, error) {
	req := &request{body: body}
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		return nil, fail("UnsupportedProtocol", "HTTP method %s is not supported; use GET or POST.", r.Method)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fail("InvalidParameter", "The query cannot be read.")
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Header.Get("X-TC-Action") == "" && r.Header.Get("Authorization") == "" {
		return readV1(req, r, kind, query, body)
	}
	req.action, req.version = r.Header.Get("X-TC-Action"), r.Header.Get("X-TC-Version")
	req.region, req.token = r.Header.Get("X-TC-Region"), r.Header.Get("X-TC-Token")
	if req.timestamp, err = strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64); err != nil {
		return nil, missing("Timestamp")
	}
	if r.Method == http.MethodGet {
		req.params.flat = query
		return req, nil
	}
	if kind != "application/json" {
		return nil, fail("UnsupportedProtocol", "Content-Type %q is not supported; use application/json.", kind)
	}
	req.params.json = body
	return req, nil
}

func readV1(req *request, r *http.Request, kind string, query url.Values, body []byte) (*request, error) {
	req.v1 = true
	req.form = query
	if r.Method == http.MethodPost {
		if kind != "application/x-www-form-urlencoded" {
			return nil, fail("AuthFailure.InvalidAuthorization", "The request carries neither an Authorization header nor signed parameters.")
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fail("InvalidParameter", "The form cannot be read.")
		}
		req.form = form
	}
	f := req.form
	req.action, req.version, req.region, req.token = f.Get("Action"), f.Get("Version"), f.Get("Region"), f.Get("Token")
	var err error
	if req.timestamp, err = strconv.ParseInt(f.Get("Timestamp"), 10, 64); err != nil {
		return nil, missing("Timestamp")
	}
	req.params.flat = url.Values{}
	for k, v := range f {
		switch k {
		case "Action", "Version", "Region", "Timestamp", "Nonce", "SecretId", "Signature", "SignatureMethod", "Token", "Language", "RequestClient":
		default:
			req.params.flat[k] = v
		}
	}
	return req, nil
}

// into fills the SDK's parameter struct that req points to.
func (p params) into(req any) error {
	data := p.json
	if p.flat != nil {
		tree, err := unflatten(p.flat)
		if err != nil {
			return err
		}
		typed, err := coerce(tree, reflect.TypeOf(req).Elem(), "")
		if err != nil {
			return err
		}
		if data, err = json.Marshal(typed); err != nil {
			return err
		}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("{}")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if p.strict {
		dec.DisallowUnknownFields()
	}
	err := dec.Decode(req)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		if dec.More() {
			return fail("InvalidParameter", "The request body is not one JSON object.")
		}
		return nil
	case errors.As(err, &wrong):
		return fail("InvalidParameter", "The value type of parameter `%s` is not valid.", wrong.Field)
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return fail("UnknownParameter", "The parameter `%s` is not recognized.", name)
	}
	return fail("InvalidParameter", "The request body is not valid JSON.")
}

// unflatten turns "Filters.0.Values.1" into objects within lists within objects.
func unflatten(flat url.Values) (map[string]any, error) {
	root := map[string]any{}
	for name, values := range flat {
		if len(values) == 0 {
			continue
		}
		at := root
		parts := strings.Split(name, ".")
		for _, part := range parts[:len(parts)-1] {
			next, ok := at[part].(map[string]any)
			if !ok {
				if at[part] != nil {
					return nil, fail("InvalidParameter", "The parameter `%s` contradicts another.", name)
				}
				next = map[string]any{}
				at[part] = next
			}
			at = next
		}
		last := parts[len(parts)-1]
		if _, ok := at[last].(map[string]any); ok {
			return nil, fail("InvalidParameter", "The parameter `%s` contradicts another.", name)
		}
		at[last] = values[0]
	}
	return root, nil
}

// coerce gives text the JSON type that the SDK's field has.
func coerce(v any, t reflect.Type, name string) (any, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	wrong := fail("InvalidParameter", "The value type of parameter `%s` is not valid.", name)
	switch t.Kind() {
	case reflect.Struct:
		m, ok := v.(map[string]any)
		if !ok {
			return nil, wrong
		}
		out := map[string]any{}
		for k, el := range m {
			f, ok := fieldByTag(t, k)
			if !ok {
				out[k] = el
				continue
			}
			c, err := coerce(el, f.Type, k)
			if err != nil {
				return nil, err
			}
			out[k] = c
		}
		return out, nil
	case reflect.Slice:
		m, ok := v.(map[string]any)
		if !ok {
			return nil, wrong
		}
		var indexes []int
		for k := range m {
			i, err := strconv.Atoi(k)
			if err != nil || i < 0 {
				return nil, wrong
			}
			indexes = append(indexes, i)
		}
		sort.Ints(indexes)
		out := []any{}
		for _, i := range indexes {
			c, err := coerce(m[strconv.Itoa(i)], t.Elem(), name)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
		return out, nil
	}
	s, ok := v.(string)
	if !ok {
		return nil, wrong
	}
	switch t.Kind() {
	case reflect.Int64, reflect.Uint64, reflect.Float64:
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return nil, wrong
		}
		return json.Number(s), nil
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return nil, wrong
		}
		return b, nil
	}
	return s, nil
}

func fieldByTag(t reflect.Type, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag == name {
			return t.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

// str, num and friends read the SDK's pointers.
func str(p *string) string { return val(p) }

func val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func or[T comparable](p *T, def T) T {
	if p == nil {
		return def
	}
	var zero T
	if *p == zero {
		return def
	}
	return *p
}
