package event

import "strings"

// regionCodes lists the short codes that events carry in cosBucket.region and old ones in eventQueue. Where a region has
// two, the one COS itself uses comes first.
var regionCodes = [...]struct{ code, region string }{
	{"gz", "ap-guangzhou"},
	{"sh", "ap-shanghai"},
	{"bj", "ap-beijing"},
	{"tj", "ap-beijing-1"},
	{"cd", "ap-chengdu"},
	{"hk", "ap-hongkong"},
	{"sgp", "ap-singapore"},
	{"ca", "na-toronto"},
	{"ger", "eu-frankfurt"},

	{"sg", "ap-singapore"},
	{"de", "eu-frankfurt"},
	{"nj", "ap-nanjing"},
	{"cq", "ap-chongqing"},
	{"tpe", "ap-taipei"},
	{"kr", "ap-seoul"},
	{"jp", "ap-tokyo"},
	{"th", "ap-bangkok"},
	{"jkt", "ap-jakarta"},
	{"in", "ap-mumbai"},
	{"usw", "na-siliconvalley"},
	{"use", "na-ashburn"},
	{"ru", "eu-moscow"},
	{"sao", "sa-saopaulo"},
	{"szx", "ap-shenzhen"},
	{"qy", "ap-qingyuan"},
	{"tsn", "ap-tianjin"},
	{"bjjr", "ap-beijing-fsi"},
	{"shjr", "ap-shanghai-fsi"},
	{"szjr", "ap-shenzhen-fsi"},
}

// regionOf returns the region of a short code, "" if the code is not known.
func regionOf(code string) string {
	for i := range regionCodes {
		if regionCodes[i].code == code {
			return regionCodes[i].region
		}
	}
	return ""
}

// isRegion reports whether s has the form of a region's name, like ap-beijing-1: lower case words joined by '-', at least two.
func isRegion(s string) bool {
	word, words := 0, 1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '-':
			if word == 0 {
				return false
			}
			word = 0
			words++
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9' && i > 0:
			word++
		default:
			return false
		}
	}
	return word > 0 && words > 1 && len(s) <= 64
}

// RegionCode is the short code that events carry for the bucket's region, like "sh" for ap-shanghai, or the region itself
// if it has none that is known.
func (b Bucket) RegionCode() string {
	for i := range regionCodes {
		if regionCodes[i].region == b.Region {
			return regionCodes[i].code
		}
	}
	return b.Region
}

// longRegion finds the region's name in what a record says: the first value with a '-' in it, else the first short code
// that is known, else the first value that is there at all.
func longRegion(cosRegion, s3Region, region, host, queue string) string {
	all := [...]string{cosRegion, s3Region, region, host, queue}
	for _, r := range all {
		if strings.IndexByte(r, '-') >= 0 {
			return r
		}
	}
	for _, r := range all {
		if long := regionOf(r); long != "" {
			return long
		}
	}
	for _, r := range all {
		if r != "" {
			return r
		}
	}
	return ""
}
