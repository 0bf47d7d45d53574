package costest

import (
	"net"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// target says what a request's host names.
type target struct {
	bucket string // "photos-1250000000"; "" for the service itself
	region string // "ap-guangzhou"; "" where the host does not say (service.cos.myqcloud.com, acceleration)
}

// parseHost understands the hosts that the COS document "Regions and Access Endpoints" lists: default, internal, accelerated,
// website, dual stack and the newer tencentcos.cn domain, with or without a port.
func parseHost(host string) (target, bool) {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = lower(strings.TrimSuffix(host, "."))
	rest, ok := strings.CutSuffix(host, ".myqcloud.com")
	if !ok {
		if rest, ok = strings.CutSuffix(host, ".tencentcos.cn"); !ok {
			return target{}, false
		}
	}
	if rest == "service.cos" {
		return target{}, true
	}
	var t target
	head, tail, dotted := strings.Cut(rest, ".")
	if dotted && !isZone(head) {
		t.bucket = head
		head, tail, dotted = strings.Cut(tail, ".")
	}
	switch {
	case !dotted && strings.HasPrefix(head, "cos") && len(head) > 3 && t.bucket != "":
		// The legacy host "<bucket>.cosbj.myqcloud.com" runs the short region into the zone.
		region, ok := legacyRegions[head[3:]]
		t.region = region
		return t, ok
	case !dotted || !isZone(head):
		return target{}, false
	}
	if tail != "accelerate" {
		t.region = tail
	}
	return t, tail != "" && !strings.Contains(tail, ".")
}

func isZone(label string) bool {
	switch label {
	case "cos", "cos-internal", "cos-website", "cos-dualstack", "ci", "cos-control", "pic":
		return true
	}
	return false
}

// legacyRegions are the short codes that hosts carried before regions had long names.
var legacyRegions = map[string]string{
	"gz": "ap-guangzhou", "sh": "ap-shanghai", "bj": "ap-beijing", "tj": "ap-beijing-1", "cd": "ap-chengdu",
	"hk": "ap-hongkong", "sgp": "ap-singapore", "ca": "na-toronto", "ger": "eu-frankfurt",
}

// lower is strings.ToLower without an allocation where nothing changes.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

// splitID cuts "photos-1250000000" into name and appid.
func splitID(id string) (name, appid string, ok bool) {
	i := strings.LastIndexByte(id, '-')
	if i <= 0 || i == len(id)-1 {
		return "", "", false
	}
	return id[:i], id[i+1:], true
}

// checkBucket applies the naming rules of the COS document "Bucket Overview": lower-case letters, digits and hyphens, no hyphen
// at either end, and at most 60 characters with the appid.
func checkBucket(b event.Bucket) error {
	id := b.ID()
	if len(id) > 60 || b.Name == "" || b.AppID == "" {
		return errInvalidBucketName.with("The specified bucket %q is not valid: it must have 1 to 60 characters with its appid.", id)
	}
	for _, c := range []byte(b.Name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return errInvalidBucketName.with("The specified bucket %q is not valid: only a-z, 0-9 and - are allowed.", id)
		}
	}
	if b.Name[0] == '-' || b.Name[len(b.Name)-1] == '-' {
		return errInvalidBucketName.with("The specified bucket %q is not valid: it must not start or end with -.", id)
	}
	for _, c := range []byte(b.AppID) {
		if c < '0' || c > '9' {
			return errInvalidBucketName.with("The specified bucket %q is not valid: the appid must be a number.", id)
		}
	}
	if !validRegion(b.Region) {
		return newError(400, "InvalidRegionName", "The specified region is not valid.")
	}
	return nil
}

func validRegion(region string) bool {
	if region == "" || len(region) > 32 {
		return false
	}
	for _, c := range []byte(region) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// sourceIP is the address part of a request's RemoteAddr.
func sourceIP(remote string) string {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		return host
	}
	return remote
}
