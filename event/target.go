package event

import "strings"

// Target names the function that an event was queued for, as eventQueue tells it.
type Target struct {
	Namespace string // "default" where the wire names none is not assumed: it is then ""
	Name      string
	Qualifier string // "$LATEST", "$DEFAULT", an alias or a version; "" in the oldest form
	Region    string // long name
	AppID     string
}

// IsZero reports whether nothing is known.
func (t Target) IsZero() bool { return t == Target{} }

// String is like "default/thumb:$DEFAULT"; parts that are not known are left out.
func (t Target) String() string {
	s := t.Name
	if t.Namespace != "" {
		s = t.Namespace + "/" + s
	}
	if t.Qualifier != "" {
		s += ":" + t.Qualifier
	}
	return s
}

// Queue is the eventQueue of today's wire: "qcs:0:scf:ap-shanghai:appid/1250000000:default.thumb.$DEFAULT". An empty
// namespace counts as "default", an empty qualifier as "$DEFAULT".
func (t Target) Queue() string {
	ns, q := t.Namespace, t.Qualifier
	if ns == "" {
		ns = "default"
	}
	if q == "" {
		q = "$DEFAULT"
	}
	return "qcs:0:scf:" + t.Region + ":appid/" + t.AppID + ":" + ns + "." + t.Name + "." + q
}

// ParseTarget reads an eventQueue in any form that has been seen:
//
//	qcs:0:scf:ap-shanghai:appid/1250000000:default.thumb.$DEFAULT   since 2020
//	qcs:0:lambda:sh:appid/1250000000:default.thumb.$LATEST          2018 and 2019
//	qcs:0:lambda:sh:appid/1250000000:thumb                          2018
//	qcs:0:cos:gz:1250000000:cos                                     in documents; names no function
//
// A short region becomes the long one. The error, for which errors.Is(err, ErrTarget) holds, comes with what could be read.
func ParseTarget(queue string) (Target, error) {
	t, _, ok := parseTarget(queue)
	if !ok {
		return t, &targetError{queue}
	}
	return t, nil
}

// parseTarget also returns the region as it was written, for longRegion.
func parseTarget(queue string) (t Target, region string, ok bool) {
	var colon [5]int
	n := 0
	for i := 0; i < len(queue) && n < len(colon); i++ {
		if queue[i] == ':' {
			colon[n] = i
			n++
		}
	}
	if n < len(colon) || queue[:colon[0]] != "qcs" {
		return Target{}, "", false
	}
	service := queue[colon[1]+1 : colon[2]]
	region = queue[colon[2]+1 : colon[3]]
	owner := queue[colon[3]+1 : colon[4]]
	function := queue[colon[4]+1:]
	t.Region = region
	if strings.IndexByte(region, '-') < 0 {
		if long := regionOf(region); long != "" {
			t.Region = long
		}
	}
	t.AppID = strings.TrimPrefix(owner, "appid/")
	if service == "cos" {
		return t, region, true
	}
	switch first := strings.IndexByte(function, '.'); {
	case first < 0:
		t.Name = function
	default:
		t.Namespace, function = function[:first], function[first+1:]
		t.Name = function
		if last := strings.LastIndexByte(function, '.'); last >= 0 {
			t.Name, t.Qualifier = function[:last], function[last+1:]
		}
	}
	return t, region, t.Name != ""
}
