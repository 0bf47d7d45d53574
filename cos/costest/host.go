package costest

import (
	"net"
	"net/http"
	"strings"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/coshost"
)

// lower is strings.ToLower without an allocation where nothing changes.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

// pathStyle takes the bucket from the path where the host names none, if the server does that; buckets made since 2024 do not.
func (c *call) pathStyle() error {
	if c.to.Bucket != "" || c.key == "" || c.to.Zone == coshost.Control {
		return nil
	}
	if !c.s.opt.pathStyle || c.to.Region == "" {
		return errPathStyle
	}
	c.to.Bucket, c.key, _ = strings.Cut(c.key, "/")
	return nil
}

// checkKey refuses the keys that the COS document "Object Overview" forbids.
func checkKey(key string) error {
	if key != "" && (key[0] == '/' || key[0] == '\\') {
		return errInvalidObjectName.with("The key must not begin with / or \\.")
	}
	for i := 0; i < len(key); i++ {
		if key[i] >= 24 && key[i] <= 27 {
			return errInvalidObjectName.with("The key must not have the characters 24 to 27 (CAN, EM, SUB, ESC).")
		}
	}
	return nil
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
	if b.Name == "" || b.AppID == "" {
		return errInvalidBucketName.with("The specified bucket %q is not valid: it must have a name and an appid.", id)
	}
	if len(id) > 60 {
		return newError(http.StatusBadRequest, "BucketNameTooLong", "The name of a bucket has at most 60 characters with its appid.")
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
		return newError(http.StatusBadRequest, "InvalidRegionName", "The specified region is not valid.")
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
