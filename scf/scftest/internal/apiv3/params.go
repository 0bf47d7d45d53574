package apiv3

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// params are a call's own parameters: JSON, or texts by flat names ("Filters.0.Name").
type params struct {
	json []byte
	flat url.Values
}

// Decode fills the struct that into points to. Its fields are those of the official SDK's parameters: pointers, lists and
// structs with JSON tags. Lists never hold nil afterwards: a null in one is refused. With strict, so is a parameter that the
// struct does not have.
func (q *Request) Decode(into any, strict bool) error {
	data := q.params.json
	if q.params.flat != nil {
		tree, err := unflatten(q.params.flat)
		if err != nil {
			return err
		}
		typed, err := typedValue(tree, reflect.TypeOf(into).Elem(), "")
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
	if strict {
		dec.DisallowUnknownFields()
	}
	err := dec.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		if dec.More() {
			return Errorf("InvalidParameter", "The request body is not one JSON object.")
		}
		if name := nullInList(reflect.ValueOf(into), ""); name != "" {
			return Errorf("InvalidParameter", "The value type of parameter `%s` is not valid: it is null.", name)
		}
		return nil
	case errors.As(err, &wrong):
		return wrongType(wrong.Field)
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return Errorf("UnknownParameter", "The parameter `%s` is not recognized.", name)
	}
	return Errorf("InvalidParameter", "The request body is not valid JSON.")
}

func wrongType(name string) error {
	return Errorf("InvalidParameter", "The value type of parameter `%s` is not valid.", name)
}

// nullInList returns the name of the first list element below v that is nil, "" if there is none.
func nullInList(v reflect.Value, name string) string {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return nullInList(v.Elem(), name)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if found := nullInList(v.Field(i), strings.TrimPrefix(name+"."+tag, ".")); found != "" {
				return found
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			el, at := v.Index(i), fmt.Sprintf("%s.%d", name, i)
			if el.Kind() == reflect.Pointer && el.IsNil() {
				return at
			}
			if found := nullInList(el, at); found != "" {
				return found
			}
		}
	}
	return ""
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
					return nil, Errorf("InvalidParameter", "The parameter `%s` contradicts another.", name)
				}
				next = map[string]any{}
				at[part] = next
			}
			at = next
		}
		last := parts[len(parts)-1]
		if _, ok := at[last].(map[string]any); ok {
			return nil, Errorf("InvalidParameter", "The parameter `%s` contradicts another.", name)
		}
		at[last] = values[0]
	}
	return root, nil
}

// typedValue gives text the JSON type that the SDK's field has.
func typedValue(v any, t reflect.Type, name string) (any, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	wrong := wrongType(name)
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
			c, err := typedValue(el, f.Type, k)
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
		slices.Sort(indexes)
		out := []any{}
		for _, i := range indexes {
			c, err := typedValue(m[strconv.Itoa(i)], t.Elem(), name)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
		return out, nil
	}
	if t.Kind() == reflect.Map {
		return v, nil // its members have no types
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
	for _, f := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}
