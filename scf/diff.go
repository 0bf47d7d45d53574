package scf

import (
	"maps"
	"slices"
	"strconv"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// configuration returns how f differs from what is, in the fields that UpdateFunctionConfiguration sets. Zero fields of f
// differ in nothing.
func configuration(f Function, is *FunctionInfo) []Difference {
	var ds []Difference
	text := func(field, from, to string) {
		if to == "" {
			return
		}
		if to == Clear {
			to = ""
		}
		if from != to {
			ds = append(ds, Difference{Field: field, From: short(from), To: short(to)})
		}
	}
	text("Description", is.Description, f.Description)
	if f.Memory != 0 && f.Memory != is.Memory {
		ds = append(ds, Difference{Field: "Memory", From: strconv.Itoa(is.Memory) + " MB", To: strconv.Itoa(f.Memory) + " MB"})
	}
	duration := func(field string, from, to time.Duration) {
		if to != 0 && from != to {
			ds = append(ds, Difference{Field: field, From: from.String(), To: to.String()})
		}
	}
	duration("Timeout", is.Timeout, f.Timeout)
	duration("InitTimeout", is.InitTimeout, f.InitTimeout)
	if f.Environment != nil {
		ds = append(ds, environments(is.Environment, f.Environment)...)
	}
	text("Role", is.Role, f.Role)
	if f.VPC != nil && *f.VPC != is.VPC {
		ds = append(ds, Difference{Field: "VPC", From: pair(is.VPC.ID, is.VPC.Subnet), To: pair(f.VPC.ID, f.VPC.Subnet)})
	}
	if l := f.Log; l != nil && (l.LogsetID != is.Log.LogsetID || l.TopicID != is.Log.TopicID) && !(l.TopicID == "" && l.Auto) {
		ds = append(ds, Difference{Field: "Log", From: pair(is.Log.LogsetID, is.Log.TopicID), To: pair(l.LogsetID, l.TopicID)})
	}
	return ds
}

// environments names the variables that differ and hides what they hold.
func environments(is, want map[string]string) []Difference {
	names := map[string]bool{}
	for k := range is {
		names[k] = true
	}
	for k := range want {
		names[k] = true
	}
	var ds []Difference
	for _, k := range slices.Sorted(maps.Keys(names)) {
		from, had := is[k]
		to, has := want[k]
		if had == has && from == to {
			continue
		}
		d := Difference{Field: "Environment[" + k + "]"}
		if had {
			d.From = "set"
		}
		if has {
			d.To = "set"
		}
		if had && has {
			d.To, d.Reason = "set", "to another value"
		}
		ds = append(ds, d)
	}
	return ds
}

func pair(a, b string) string {
	if a == "" && b == "" {
		return ""
	}
	return a + "/" + b
}

func short(s string) string {
	if len(s) > 60 {
		r := []rune(s)
		s = string(r[:min(len(r), 59)]) + "…"
	}
	if s == "" {
		return ""
	}
	return strconv.Quote(s)
}

// configurationRequest sets the fields that differ, and no others.
func configurationRequest(f Function, ds []Difference) *scfsdk.UpdateFunctionConfigurationRequest {
	req := scfsdk.NewUpdateFunctionConfigurationRequest()
	req.FunctionName, req.Namespace = &f.Name, &f.Namespace
	for _, d := range ds {
		switch d.Field {
		case "Description":
			req.Description = ptr(cleared(f.Description))
		case "Memory":
			req.MemorySize = ptr(int64(f.Memory))
		case "Timeout":
			req.Timeout = ptr(int64(f.Timeout / time.Second))
		case "InitTimeout":
			req.InitTimeout = ptr(int64(f.InitTimeout / time.Second))
		case "Role":
			req.Role = ptr(cleared(f.Role))
		case "VPC":
			req.VpcConfig = &scfsdk.VpcConfig{VpcId: &f.VPC.ID, SubnetId: &f.VPC.Subnet}
		case "Log":
			req.ClsLogsetId, req.ClsTopicId = &f.Log.LogsetID, &f.Log.TopicID
		default: // Environment[…]
			req.Environment = environment(f.Environment)
		}
	}
	return req
}

func cleared(s string) string {
	if s == Clear {
		return ""
	}
	return s
}
