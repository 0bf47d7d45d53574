package costest

import (
	"cmp"
	"net/http"
	"strings"
)

// acl is who may do what: a canned list, or grants.
type acl struct {
	Canned string  `json:",omitempty"`
	Grants []grant `json:",omitempty"`
	Whole  bool    `json:",omitempty"` // came as a document: comes back as it was, with nothing added for the owner
}

type grant struct {
	ID         string // "qcs::cam::uin/100000000001:uin/100000000001"
	URI        string `json:",omitempty"`
	Name       string `json:",omitempty"` // DisplayName
	Type       string `json:",omitempty"` // xsi:type
	Permission string // READ, WRITE, READ_ACP, WRITE_ACP, FULL_CONTROL
}

const (
	aclPrivate         = "private"
	aclPublicRead      = "public-read"
	aclPublicReadWrite = "public-read-write"
	aclAuthenticated   = "authenticated-read"
	aclDefault         = "default"

	anyoneID  = "qcs::cam::anyone:anyone"
	anyoneURI = "http://cam.qcloud.com/groups/global/AllUsers"
)

// ownerID names the account of a bucket. Real ones hold an account number that the appid does not tell.
func ownerID(appid string) string {
	uin := "10000" + appid
	return "qcs::cam::uin/" + uin + ":uin/" + uin
}

// anyone reports whether the list gives everyone the permission.
func (a *acl) anyone(permission string) bool {
	if a == nil {
		return false
	}
	switch a.Canned {
	case aclPublicReadWrite:
		return permission == "READ" || permission == "WRITE"
	case aclPublicRead:
		return permission == "READ"
	}
	for _, g := range a.Grants {
		if (g.ID == anyoneID || g.URI == anyoneURI) && (g.Permission == permission || g.Permission == "FULL_CONTROL") {
			return true
		}
	}
	return false
}

// allowAnyone decides on an unsigned request: by the bucket's list, or an object's own where it has one.
func (c *call) allowAnyone() error {
	conf := c.b.settings()
	switch {
	case c.op.Access == accessOwner:
		return errAccessDenied
	case c.op.Access == accessWrite:
		if conf.ACL.anyone("WRITE") {
			return nil
		}
		return errAccessDenied
	}
	if c.op.Level == levelObject {
		o := c.b.head(c.key)
		if v, ok := parseVersion(c.q.version()); ok && c.q.version() != "" {
			o = o.find(v)
		}
		if o != nil && o.x().ACL != nil && o.x().ACL.Canned != aclDefault {
			if o.x().ACL.anyone("READ") {
				return nil
			}
			return errAccessDenied
		}
	}
	if conf.ACL.anyone("READ") {
		return nil
	}
	return errAccessDenied
}

// aclHeaders reads x-cos-acl and x-cos-grant-*; nil if there are none.
func aclHeaders(h http.Header, object bool) (*acl, error) {
	a := &acl{Canned: first(h, "X-Cos-Acl")}
	switch a.Canned {
	case "", aclPrivate, aclPublicRead, aclPublicReadWrite, aclAuthenticated:
	case aclDefault, "bucket-owner-read", "bucket-owner-full-control":
		if !object {
			return nil, errInvalidArgument.with("x-cos-acl %q is not for buckets.", a.Canned)
		}
	default:
		return nil, errInvalidArgument.with("x-cos-acl %q is not known.", a.Canned)
	}
	for _, g := range [...]struct{ header, permission string }{
		{"X-Cos-Grant-Read", "READ"}, {"X-Cos-Grant-Write", "WRITE"}, {"X-Cos-Grant-Read-Acp", "READ_ACP"},
		{"X-Cos-Grant-Write-Acp", "WRITE_ACP"}, {"X-Cos-Grant-Full-Control", "FULL_CONTROL"},
	} {
		for _, one := range strings.Split(first(h, g.header), ",") {
			if one = strings.TrimSpace(one); one == "" {
				continue
			}
			k, v, _ := strings.Cut(one, "=")
			v = strings.Trim(v, `"`)
			switch {
			case k == "id" && strings.HasPrefix(v, "qcs::cam::"):
				a.Grants = append(a.Grants, grant{ID: v, Permission: g.permission})
			case k == "uri":
				a.Grants = append(a.Grants, grant{URI: v, Permission: g.permission})
			default:
				return nil, errInvalidArgument.with("%s is not valid.", lower(g.header))
			}
		}
	}
	if a.Canned == "" && a.Grants == nil {
		return nil, nil
	}
	return a, nil
}

type aclXML struct {
	Owner struct{ ID, DisplayName string }
	List  struct {
		Grants []struct {
			Grantee struct {
				Type                 string `xml:"type,attr"`
				ID, URI, DisplayName string
			}
			Permission string
		} `xml:"Grant"`
	} `xml:"AccessControlList"`
}

// readACL reads a new list from the headers or, if there are none, from the body.
func (c *call) readACL(object bool) (*acl, error) {
	a, err := aclHeaders(c.r.Header, object)
	if a != nil || err != nil {
		return a, err
	}
	var x aclXML
	if _, err := c.readXML("AccessControlPolicy", &x); err != nil {
		return nil, err
	}
	a = &acl{Whole: true}
	for _, g := range x.List.Grants {
		switch g.Permission {
		case "READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL":
		default:
			return nil, errMalformedXML
		}
		if g.Grantee.ID == "" && g.Grantee.URI == "" {
			return nil, errMalformedXML
		}
		a.Grants = append(a.Grants, grant{
			ID: g.Grantee.ID, URI: g.Grantee.URI, Name: g.Grantee.DisplayName, Type: g.Grantee.Type, Permission: g.Permission,
		})
	}
	if len(a.Grants) > 100 {
		return nil, errInvalidArgument.with("An ACL has at most 100 grants.")
	}
	return a, nil
}

// appendACL appends the document that GetBucketACL and GetObjectACL answer.
func appendACL(dst []byte, a *acl, owner string) []byte {
	dst = append(dst, xmlHeader+"<AccessControlPolicy><Owner>"...)
	dst = appendElement(dst, "ID", owner)
	dst = appendElement(dst, "DisplayName", owner)
	dst = append(dst, "</Owner><AccessControlList>"...)
	one := func(kind, id, uri, name, permission string) {
		dst = append(dst, `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="`...)
		dst = appendText(dst, strings.ReplaceAll(kind, `"`, ""))
		dst = append(dst, `">`...)
		if uri != "" {
			dst = appendElement(dst, "URI", uri)
		} else {
			dst = appendElement(dst, "ID", id)
			dst = appendElement(dst, "DisplayName", cmp.Or(name, id))
		}
		dst = append(dst, "</Grantee>"...)
		dst = appendElement(dst, "Permission", permission)
		dst = append(dst, "</Grant>"...)
	}
	owned := false
	for _, p := range []string{"READ", "WRITE"} {
		if a != nil && a.Canned != "" && a.anyone(p) {
			one("Group", "", anyoneURI, "", p)
		}
	}
	if a != nil {
		for _, g := range a.Grants {
			kind := "CanonicalUser"
			if g.URI != "" {
				kind = "Group"
			}
			owned = owned || g.ID == owner && g.Permission == "FULL_CONTROL"
			one(cmp.Or(g.Type, kind), g.ID, g.URI, g.Name, g.Permission)
		}
	}
	if !owned && (a == nil || !a.Whole) {
		one("CanonicalUser", owner, "", "", "FULL_CONTROL")
	}
	return append(dst, "</AccessControlList></AccessControlPolicy>"...)
}

func (c *call) putBucketACL() error {
	a, err := c.readACL(false)
	if err != nil {
		return err
	}
	if err := c.s.configure(c.b, func(conf *config) error { conf.ACL = a; return nil }); err != nil {
		return err
	}
	c.reply(http.StatusOK)
	return nil
}

func (c *call) getBucketACL() error {
	conf := c.b.settings()
	c.cannedHeader(conf.ACL)
	c.reply(http.StatusOK, appendACL(nil, conf.ACL, ownerID(c.b.AppID)))
	return nil
}

func (c *call) putObjectACL() error {
	a, err := c.readACL(true)
	if err != nil {
		return err
	}
	if _, err := c.s.update(c.b, c.key, c.q.version(), func(o *object) error { o.more.ACL = a; return nil }); err != nil {
		return err
	}
	c.reply(http.StatusOK)
	return nil
}

func (c *call) getObjectACL() error {
	o, err := c.b.lookup(c.key, c.q.version())
	if err != nil {
		return err
	}
	a := o.x().ACL
	if a == nil {
		a = &acl{Canned: aclDefault}
	}
	c.cannedHeader(a)
	c.reply(http.StatusOK, appendACL(nil, a, ownerID(c.b.AppID)))
	return nil
}

// cannedHeader tells the name of a canned list, which the document does not say.
func (c *call) cannedHeader(a *acl) {
	if a != nil && a.Canned != "" {
		c.w.Header()["X-Cos-Acl"] = []string{a.Canned}
	}
}
