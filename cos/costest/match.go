package costest

import (
	"net/http"
	"strings"

	"github.com/cosevent/cosevent-go/internal/coshost"
)

// How a request finds its operation: by the level its host and path name, by the sub-resource among its parameters, and by its
// method. A request with a sub-resource is never one for the plain operation, whatever the method: DELETE /?acl must not delete a
// bucket. A sub-resource the service has answers 405 to methods that are not its own; one that the fake does not know, 501.

// subResource is what a parameter asks for instead of the plain bucket or object.
type subResource struct{ routes []*route }

var (
	// plainRoutes has the operations without a sub-resource, those with a header first.
	plainRoutes map[string]*[levels][]*route
	// subResources has the others, by the name of the parameter.
	subResources map[string]*[levels]subResource
)

func indexRoutes() {
	plainRoutes, subResources = map[string]*[levels][]*route{}, map[string]*[levels]subResource{}
	for i := range routes {
		r := &routes[i]
		if r.Level == levelControl {
			continue
		}
		if r.Sub != "" {
			if subResources[r.Sub] == nil {
				subResources[r.Sub] = &[levels]subResource{}
			}
			at := &subResources[r.Sub][r.Level]
			at.routes = append(at.routes, r)
			continue
		}
		m := plainRoutes[r.Method]
		if m == nil {
			m = &[levels][]*route{}
			plainRoutes[r.Method] = m
		}
		if r.Header != "" {
			m[r.Level] = append([]*route{r}, m[r.Level]...)
		} else {
			m[r.Level] = append(m[r.Level], r)
		}
	}
}

// match finds the operation a request asks for.
func match(c *call) (*route, error) {
	l := levelObject
	switch {
	case c.to.Zone == coshost.Control:
		return nil, controlOperation(c)
	case c.to.Bucket == "":
		l = levelService
	case c.key == "":
		l = levelBucket
	}
	methods, ok := plainRoutes[c.r.Method]
	if !ok {
		return nil, errMethodNotAllowed
	}
	if l != levelService && len(c.q) > 0 && c.r.Method != http.MethodOptions {
		if r, err := matchSub(c, l); r != nil || err != nil {
			return r, err
		}
	}
	if c.to.Zone == coshost.CI && c.r.Method != http.MethodOptions {
		return nil, notImplemented("Data processing by " + c.r.Method + " at " + c.r.Host)
	}
	if c.r.Header["Pic-Operations"] != nil {
		return nil, notImplemented("Image processing (Pic-Operations)")
	}
	for _, r := range methods[l] {
		if r.Header == "" || first(c.r.Header, r.Header) != "" {
			return r, nil
		}
	}
	return nil, errMethodNotAllowed
}

// matchSub finds the operation on the sub-resource that a request names; neither if it names none.
func matchSub(c *call, l level) (*route, error) {
	var err error
	for i := range c.q {
		name := c.q[i].key
		sub := subResources[name]
		if sub == nil {
			if err == nil {
				err = unknownSub(name, c.q[i].value)
			}
			continue
		}
		for _, r := range sub[l].routes {
			if r.Method != c.r.Method || r.Header != "" && first(c.r.Header, r.Header) == "" {
				continue
			}
			if r.serve == nil {
				return nil, notImplemented(r.Name)
			}
			return r, nil
		}
		if err == nil {
			err = errMethodNotAllowed.with("%s is not a method of ?%s here.", c.r.Method, name)
		}
	}
	return nil, err
}

// unknownSub judges a parameter that is no sub-resource of the fake. Image processing, and a word without a value, ask for
// something the fake does not have; other parameters are of the operations, of signatures, or of no matter, as numbers that keep a
// cache from answering are.
func unknownSub(name, value string) error {
	word, _, _ := strings.Cut(name, "/")
	word, _, _ = strings.Cut(word, "|")
	if imageParams[word] {
		return notImplemented("Image processing (" + word + ")")
	}
	if value != "" || word != name || ordinaryParams[name] || !isWord(name) {
		return nil
	}
	for _, prefix := range [...]string{"response-", "q-", "x-"} {
		if strings.HasPrefix(name, prefix) {
			return nil
		}
	}
	return notImplemented("The sub-resource " + name)
}

// isWord reports whether a name looks like that of a sub-resource: letters, and - or _ between them.
func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || s[i] != '-' && s[i] != '_') {
			return false
		}
	}
	return s != ""
}

// imageParams begin the parameters of image processing, as the COS document "Image Processing" has them.
var imageParams = map[string]bool{
	"imageMogr2": true, "imageView2": true, "imageInfo": true, "imageAve": true, "imageSlim": true, "watermark": true, "exif": true,
	"photo-auto": true, "style": true, "x-cos-process": true, "image_process": true,
}

// ordinaryParams belong to operations and may come without a value.
var ordinaryParams = map[string]bool{
	"prefix": true, "delimiter": true, "marker": true, "max-keys": true, "encoding-type": true, "key-marker": true,
	"version-id-marker": true, "upload-id-marker": true, "max-uploads": true, "part-number-marker": true, "max-parts": true,
	"versionId": true, "VersionId": true, "position": true, "id": true, "region": true, "tagkey": true, "tagvalue": true,
	"create-time": true, "range": true, "sign": true, "continuation-token": true, "start-after": true, "fetch-owner": true,
	"list-type": true,
}

// controlOperation is the answer of a control host, where batch jobs are made: the fake has none, and says which it lacks.
func controlOperation(c *call) error {
	head, id, _ := strings.Cut(c.key, "/")
	if head != "jobs" {
		return notImplemented("Batch operation " + c.r.Method + " /" + c.key)
	}
	for i := range routes {
		r := &routes[i]
		if r.Level != levelControl || r.Method != c.r.Method || (r.Path == "/jobs") != (id == "") || r.Sub != "" && !c.q.has(r.Sub) {
			continue
		}
		return notImplemented(r.Name)
	}
	return errMethodNotAllowed
}

// unserved are the operations the service has and the fake does not.
func unserved() []route {
	const (
		get, put, post, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete
	)
	bucket := func(name, method, sub string) route {
		return route{Name: name, Level: levelBucket, Method: method, Sub: sub}
	}
	control := func(name, method, path, sub string) route {
		return route{Name: name, Level: levelControl, Method: method, Path: path, Sub: sub}
	}
	return []route{
		bucket("PostBucketInventory", post, "inventory"),
		bucket("PutBucketDomainCertificate", put, "domaincertificate"),
		bucket("GetBucketDomainCertificate", get, "domaincertificate"),
		bucket("DeleteBucketDomainCertificate", del, "domaincertificate"),
		control("CreateJob", post, "/jobs", ""),
		control("ListJobs", get, "/jobs", ""),
		control("DescribeJob", get, "/jobs/id", ""),
		control("UpdateJobPriority", post, "/jobs/id", "priority"),
		control("UpdateJobStatus", post, "/jobs/id", "requestedJobStatus"),
		control("DeleteJob", del, "/jobs/id", ""),
	}
}
