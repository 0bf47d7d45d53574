// Package coshost tells what the hosts of COS name. Everything that has to know a host of COS from others asks here.
package coshost

import "strings"

// Host is a host of COS taken apart.
type Host struct {
	// Bucket is the bucket's name with its appid, "photos-1250000000"; "" for the service itself. On a control host it is the
	// account's number.
	Bucket string
	// Region is the long name, "ap-guangzhou"; "" where the host does not say: service.cos.myqcloud.com, acceleration.
	Region string
	// Zone is the label that says what is spoken there: "cos", "cos-internal", "cos-website", "cos-dualstack", "cos-control",
	// "ci", "pic". Legacy hosts have "cos".
	Zone string
}

// The zones that do not speak the XML API as the others do.
const (
	Website = "cos-website" // static websites
	Control = "cos-control" // batch jobs
	CI      = "ci"          // data processing
)

// Parse understands the hosts that the COS document "Regions and Access Endpoints" lists: default, internal, accelerated,
// website, dual stack and the newer tencentcos.cn domain, those of data processing and of batch jobs, and the legacy hosts
// "<bucket>.cosbj.myqcloud.com"; with or without a port, a final dot, or capitals.
func Parse(host string) (Host, bool) {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	rest, ok := strings.CutSuffix(host, ".myqcloud.com")
	if !ok {
		if rest, ok = strings.CutSuffix(host, ".tencentcos.cn"); !ok {
			return Host{}, false
		}
	}
	if rest == "service.cos" {
		return Host{Zone: "cos"}, true
	}
	var h Host
	zone, region, dotted := strings.Cut(rest, ".")
	if dotted && !isZone(zone) {
		h.Bucket = zone
		zone, region, dotted = strings.Cut(region, ".")
	}
	switch {
	case !dotted && strings.HasPrefix(zone, "cos") && len(zone) > 3 && h.Bucket != "":
		// The legacy host runs the short region into the zone.
		h.Zone = "cos"
		h.Region, ok = legacyRegions[zone[3:]]
		return h, ok
	case !dotted || !isZone(zone):
		return Host{}, false
	}
	h.Zone = zone
	if region != "accelerate" {
		h.Region = region
	}
	return h, region != "" && !strings.Contains(region, ".")
}

// Is reports whether host is one of COS.
func Is(host string) bool {
	_, ok := Parse(host)
	return ok
}

func isZone(label string) bool {
	switch label {
	case "cos", "cos-internal", Website, "cos-dualstack", CI, Control, "pic":
		return true
	}
	return false
}

// legacyRegions are the short codes that hosts carried before regions had long names.
var legacyRegions = map[string]string{
	"gz": "ap-guangzhou", "sh": "ap-shanghai", "bj": "ap-beijing", "tj": "ap-beijing-1", "cd": "ap-chengdu",
	"hk": "ap-hongkong", "sgp": "ap-singapore", "ca": "na-toronto", "ger": "eu-frankfurt",
}
