package costest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// getService lists the account's buckets, those the parameters ask for: of one region, which the host may name too, with a tag, made
// before or after a time.
func (c *call) getService() error {
	region := c.q.get("region")
	if region == "" {
		region = c.to.Region
	}
	limit := 2000
	if text := c.q.get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return errInvalidArgument.with("max-keys must be a number from 1 to 2000.")
		}
		limit = min(n, limit)
	}
	marker := c.q.get("marker")
	wanted, err := readBucketFilter(c.q)
	if err != nil {
		return err
	}
	s := c.s
	s.mu.RLock()
	var all []*bucket
	for _, b := range s.buckets {
		if (region == "" || b.Region == region) && b.AppID == s.opt.appid && b.id > marker && wanted.takes(b.settings()) {
			all = append(all, b)
		}
	}
	s.mu.RUnlock()
	slices.SortFunc(all, func(a, b *bucket) int { return strings.Compare(a.id, b.id) })
	truncated := len(all) > limit
	if truncated {
		all = all[:limit]
	}
	owner := ownerID(s.opt.appid)
	out := append([]byte(nil), xmlHeader+"<ListAllMyBucketsResult><Owner>"...)
	out = appendElement(out, "ID", owner)
	out = appendElement(out, "DisplayName", owner)
	out = append(out, "</Owner>"...)
	out = appendElement(out, "Marker", marker)
	out = appendBool(out, "IsTruncated", truncated)
	if truncated {
		out = appendElement(out, "NextMarker", all[len(all)-1].id)
	}
	out = append(out, "<Buckets>"...)
	for _, b := range all {
		out = append(out, "<Bucket>"...)
		out = appendElement(out, "Name", b.id)
		out = appendElement(out, "Location", b.Region)
		out = appendElement(out, "CreationDate", b.settings().Created.UTC().Format(time.RFC3339))
		out = appendElement(out, "BucketType", "cos")
		out = append(out, "</Bucket>"...)
	}
	c.reply(http.StatusOK, append(out, "</Buckets></ListAllMyBucketsResult>"...))
	return nil
}

// bucketFilter is what the parameters of GetService want of a bucket.
type bucketFilter struct {
	tag   *tag
	made  time.Time
	order string // lt, lte, gt, gte; "" for any time
}

// readBucketFilter reads tagkey and tagvalue, create-time and range (COS document "GET Service").
func readBucketFilter(q query) (bucketFilter, error) {
	var f bucketFilter
	key, value := q.get("tagkey"), q.get("tagvalue")
	if key != "" {
		f.tag = &tag{key, value}
	} else if value != "" {
		return f, errInvalidArgument.with("tagvalue needs tagkey.")
	}
	text, order := q.get("create-time"), q.get("range")
	if text == "" && order == "" {
		return f, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return f, errInvalidArgument.with("create-time must be a time in seconds since 1970.")
	}
	switch order {
	case "lt", "lte", "gt", "gte":
	default:
		return f, errInvalidArgument.with("range must be lt, lte, gt or gte.")
	}
	f.made, f.order = time.Unix(seconds, 0), order
	return f, nil
}

func (f *bucketFilter) takes(conf config) bool {
	if f.tag != nil && !slices.ContainsFunc(parseTags(conf.Docs["tagging"]), func(t tag) bool {
		return t.Key == f.tag.Key && (f.tag.Value == "" || t.Value == f.tag.Value)
	}) {
		return false
	}
	made := conf.Created.Truncate(time.Second)
	switch f.order {
	case "lt":
		return made.Before(f.made)
	case "lte":
		return !made.After(f.made)
	case "gt":
		return made.After(f.made)
	case "gte":
		return !made.Before(f.made)
	}
	return true
}

func (c *call) putBucket() error {
	name, appid, ok := splitID(c.to.Bucket)
	if !ok {
		return errInvalidBucketName.with("The specified bucket %q is not valid: it must end in -<appid>.", c.to.Bucket)
	}
	if c.to.Region == "" {
		return errInvalidURI.with("The host does not name a region.")
	}
	if appid != c.s.opt.appid {
		return errAccessDenied
	}
	conf := config{Created: c.start}
	var err error
	if conf.ACL, err = aclHeaders(c.r.Header, false); err != nil {
		return err
	}
	if c.r.ContentLength != 0 {
		var x struct{ BucketAZConfig, BucketArchConfig string }
		if _, err := c.readXML("CreateBucketConfiguration", &x); err != nil && err != errMissingBody {
			return err
		}
		if x.BucketArchConfig != "" && x.BucketArchConfig != "COS" {
			return notImplemented("PutBucket with BucketArchConfig " + x.BucketArchConfig)
		}
		conf.AZ = x.BucketAZConfig
	}
	if err := c.s.createBucket(event.Bucket{Name: name, AppID: appid, Region: c.to.Region}, conf); err != nil {
		return err
	}
	c.w.Header()["Location"] = []string{"http://" + c.r.Host}
	c.reply(http.StatusOK)
	return nil
}

func (c *call) headBucket() error {
	h := c.w.Header()
	h["X-Cos-Bucket-Region"] = []string{c.b.Region}
	if az := c.b.settings().AZ; az != "" {
		h["X-Cos-Bucket-Az-Type"] = []string{az}
	}
	c.reply(http.StatusOK)
	return nil
}

func (c *call) delBucket() error {
	if err := c.s.deleteBucket(c.b.id, c.b.Region, false); err != nil {
		return err
	}
	c.reply(http.StatusNoContent)
	return nil
}

func (c *call) getLocation() error {
	c.reply(http.StatusOK, appendElement([]byte(xmlHeader), "LocationConstraint", c.b.Region))
	return nil
}

func (c *call) putVersioning() error {
	var x struct{ Status string }
	if _, err := c.readXML("VersioningConfiguration", &x); err != nil {
		return err
	}
	if x.Status != versioningEnabled && x.Status != versioningSuspended {
		return errMalformedXML
	}
	err := c.s.configure(c.b, func(conf *config) error {
		if x.Status == versioningSuspended && conf.Docs["replication"] != "" {
			return errInvalidBucketState.with("Versioning cannot be suspended while replication is configured.")
		}
		conf.Versioning = x.Status
		return nil
	})
	if err != nil {
		return err
	}
	c.reply(http.StatusOK)
	return nil
}

func (c *call) getVersioning() error {
	out := []byte(xmlHeader + "<VersioningConfiguration>")
	if v := c.b.settings().Versioning; v != "" {
		out = appendElement(out, "Status", v)
	}
	c.reply(http.StatusOK, append(out, "</VersioningConfiguration>"...))
	return nil
}
