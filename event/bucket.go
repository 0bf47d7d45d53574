package event

import "strings"

// Bucket says which bucket: its name without the account, the account's APPID, and the region's long name. It is
// comparable: two of the same value are the same bucket.
type Bucket struct{ Name, AppID, Region string } // photos, 1250000000, ap-guangzhou

// ID is the name that the COS API takes, like "photos-1250000000".
func (b Bucket) ID() string {
	if b.AppID == "" {
		return b.Name
	}
	return b.Name + "-" + b.AppID
}

// Host is the bucket's host name in the COS XML API, like "photos-1250000000.cos.ap-guangzhou.myqcloud.com".
func (b Bucket) Host() string { return b.ID() + ".cos." + b.Region + ".myqcloud.com" }

// String is like "photos-1250000000@ap-guangzhou".
func (b Bucket) String() string {
	if b.Region == "" {
		return b.ID()
	}
	return b.ID() + "@" + b.Region
}

// ParseBucket reads a bucket's id, like "photos-1250000000", in a region. The region may be its short code, as events have
// it. The error, for which errors.Is(err, ErrBucket) holds, says what is wrong: no APPID at the end (5 to 20 digits), a
// character other than a-z, 0-9 and '-', a '-' at the start, over 60 characters, something that is not a region.
func ParseBucket(id, region string) (Bucket, error) {
	name, appid, ok := cutAppID(id)
	switch {
	case id == "":
		return Bucket{}, &bucketError{id, "is empty"}
	case !ok:
		return Bucket{}, &bucketError{id, "has no -<appid> at its end, like photos-1250000000"}
	case !isBucketName(name):
		return Bucket{}, &bucketError{id, "must have only a-z, 0-9 and -, and begin and end with a letter or digit"}
	case len(id) > 60:
		return Bucket{}, &bucketError{id, "is longer than 60 characters"}
	}
	if long := regionOf(region); long != "" {
		region = long
	}
	if !isRegion(region) {
		return Bucket{}, &bucketError{region, "is not a region, like ap-guangzhou"}
	}
	return Bucket{Name: name, AppID: appid, Region: region}, nil
}

// cutAppID splits "photos-1250000000" at its last '-', if an APPID follows it.
func cutAppID(id string) (name, appid string, ok bool) {
	i := strings.LastIndexByte(id, '-')
	if i <= 0 || !isAppID(id[i+1:]) {
		return id, "", false
	}
	return id[:i], id[i+1:], true
}

// isAppID: documents show APPIDs from 5 digits (very old examples); today's have 10. Shorter ones are rather a year.
func isAppID(s string) bool {
	if len(s) < 5 || len(s) > 20 {
		return false
	}
	return isDigits(s)
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func isBucketName(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '-' && i > 0 && i < len(s)-1:
		default:
			return false
		}
	}
	return s != ""
}

// ParseBucketHost reads a bucket's host name. It takes the public, the internal and the static-website hosts, under
// myqcloud.com and tencentcos.cn, the legacy form with the short code ("photos-1250000000.cosbj.myqcloud.com"), upper case, a
// port and a final dot. The region is always the long name. Hosts of global acceleration name no region and are refused, as is
// everything else: errors.Is(err, ErrBucket) holds for the error.
func ParseBucketHost(host string) (Bucket, error) {
	id, region, problem := splitHost(host)
	if problem != "" {
		return Bucket{}, &bucketError{host, problem}
	}
	b, err := ParseBucket(id, region)
	if err != nil {
		return Bucket{}, &bucketError{host, "is not the host of a bucket: " + err.Error()}
	}
	return b, nil
}

// splitHost takes a bucket's host apart into the bucket's id and the region, long or short; problem says why it cannot.
func splitHost(host string) (id, region, problem string) {
	h := host
	if i := strings.LastIndexByte(h, ':'); i >= 0 {
		if !isPort(h[i+1:]) {
			return "", "", "has a port that is not a number"
		}
		h = h[:i]
	}
	h = lower(strings.TrimSuffix(h, "."))
	if rest, ok := strings.CutSuffix(h, ".myqcloud.com"); ok {
		h = rest
	} else if rest, ok := strings.CutSuffix(h, ".tencentcos.cn"); ok {
		h = rest
	} else {
		return "", "", "does not end in .myqcloud.com or .tencentcos.cn"
	}
	id, service, ok := cutByte(h, '.')
	if !ok || id == "" {
		return "", "", "does not begin with a bucket"
	}
	if kind, r, ok := cutByte(service, '.'); ok {
		switch kind {
		case "cos", "cos-internal", "cos-website":
		default:
			return "", "", "is not of the form <bucket>.cos.<region>.myqcloud.com"
		}
		if r == "accelerate" {
			return "", "", "is a host of global acceleration, which names no region"
		}
		return id, r, ""
	}
	code, ok := strings.CutPrefix(service, "cos")
	if !ok || regionOf(code) == "" {
		return "", "", "is not of the form <bucket>.cos.<region>.myqcloud.com"
	}
	return id, code, ""
}

// lower makes ASCII lower case.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

func isPort(s string) bool { return s != "" && len(s) <= 5 && isDigits(s) }
