package costest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
)

// document is a setting of a bucket that is kept as it came and returned the same: the three operations on it differ only in
// names, in what is checked, and in what is said when there is none.
type document struct {
	name  string // "BucketCORS"
	sub   string // "cors"
	root  string // the XML document's element; "" for JSON
	none  string // the error's code when there is none; "" to return the empty document instead
	note  string
	keep  bool                                          // there is no delete operation
	list  string                                        // the element of the list, for settings of which a bucket has many, each with an id
	check func(c *call, conf *config, raw []byte) error // with the bucket locked
	look  func(c *call, raw []byte) error               // before, without a lock: what concerns other buckets
}

const storedOnly = "stored and returned; nothing acts on it"

var documents = []document{
	{name: "BucketCORS", sub: "cors", root: "CORSConfiguration", none: "NoSuchCORSConfiguration", check: checkCORS},
	{name: "BucketTagging", sub: "tagging", root: "Tagging", none: "NoSuchTagSet", check: checkBucketTags},
	{name: "BucketReplication", sub: "replication", root: "ReplicationConfiguration", none: "ReplicationConfigurationNotFoundError",
		check: checkReplication, look: lookAtDestinations},
	{name: "BucketOrigin", sub: "origin", root: "OriginConfiguration", none: "OriginConfigurationNotFoundError", check: checkOrigin,
		note: "mirrors and redirects; header forwarding rules are kept but not followed"},
	{name: "BucketLifecycle", sub: "lifecycle", root: "LifecycleConfiguration", none: "NoSuchLifecycleConfiguration", note: storedOnly, check: checkLifecycle},
	{name: "BucketPolicy", sub: "policy", none: "NoSuchBucketPolicy", note: storedOnly, check: checkPolicy},
	{name: "BucketWebsite", sub: "website", root: "WebsiteConfiguration", none: "NoSuchWebsiteConfiguration", note: storedOnly},
	{name: "BucketReferer", sub: "referer", root: "RefererConfiguration", note: storedOnly, keep: true},
	{name: "BucketLogging", sub: "logging", root: "BucketLoggingStatus", note: storedOnly, keep: true},
	{name: "BucketEncryption", sub: "encryption", root: "ServerSideEncryptionConfiguration", none: "NoSuchEncryptionConfiguration", note: storedOnly},
	{name: "BucketAccelerate", sub: "accelerate", root: "AccelerateConfiguration", note: storedOnly, keep: true},
	{name: "BucketDomain", sub: "domain", root: "DomainConfiguration", none: "DomainConfigNotFoundError", note: storedOnly},
	{name: "BucketObjectLockConfiguration", sub: "object-lock", root: "ObjectLockConfiguration", none: "NoSuchObjectLockConfiguration", note: storedOnly, keep: true},
	{name: "BucketIntelligentTiering", sub: "intelligenttiering", root: "IntelligentTieringConfiguration", note: storedOnly, keep: true},
	{name: "BucketIntelligentTieringConfiguration", sub: "intelligent-tiering", root: "IntelligentTieringConfiguration", none: "NoSuchConfiguration",
		list: "ListBucketIntelligentTieringConfigurationsOutput", note: storedOnly},
	{name: "BucketInventory", sub: "inventory", root: "InventoryConfiguration", none: "InventoryConfigurationNotFoundError",
		list: "ListInventoryConfigurationResult", note: storedOnly},
}

// key is where the settings keep the document that a request means.
func (d *document) key(c *call) (string, error) {
	if d.list == "" {
		return d.sub, nil
	}
	id := c.q.get("id")
	if id == "" || len(id) > 64 {
		return "", errInvalidArgument.with("The id is missing or too long.")
	}
	return d.sub + "/" + id, nil
}

func (d *document) put(c *call) error {
	key, err := d.key(c)
	if err != nil {
		return err
	}
	var raw []byte
	if d.root != "" {
		var any struct {
			Inner []byte `xml:",innerxml"`
		}
		raw, err = c.readXML(d.root, &any)
	} else {
		raw, err = c.readSmall(maxXML)
	}
	if err != nil {
		return err
	}
	if d.look != nil {
		if err := d.look(c, raw); err != nil {
			return err
		}
	}
	err = c.s.configure(c.b, func(conf *config) error {
		if d.check != nil {
			if err := d.check(c, conf, raw); err != nil {
				return err
			}
		}
		conf.Docs[key] = string(raw)
		return nil
	})
	if err != nil {
		return err
	}
	c.reply(http.StatusOK)
	return nil
}

func (d *document) get(c *call) error {
	conf := c.b.settings()
	if d.list != "" && c.q.get("id") == "" {
		return d.all(c, conf)
	}
	key, err := d.key(c)
	if err != nil {
		return err
	}
	raw, ok := conf.Docs[key]
	switch {
	case ok && d.root == "":
		c.w.Header()["Content-Type"] = []string{"application/json"}
		c.status = http.StatusOK
		n, _ := c.w.Write(policyAnswer(raw))
		c.sent = int64(n)
		return nil
	case ok:
		c.reply(http.StatusOK, withHeader(raw))
		return nil
	case d.none == "":
		c.reply(http.StatusOK, []byte(xmlHeader+"<"+d.root+"></"+d.root+">"))
		return nil
	}
	return newError(http.StatusNotFound, d.none, "The "+d.name+" does not exist.")
}

// all answers the list of the documents, by their ids.
func (d *document) all(c *call, conf config) error {
	var keys []string
	for key := range conf.Docs {
		if strings.HasPrefix(key, d.sub+"/") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	out := []byte(xmlHeader + "<" + d.list + ">")
	for _, key := range keys {
		out = append(out, withoutHeader(conf.Docs[key])...)
	}
	out = appendBool(out, "IsTruncated", false)
	c.reply(http.StatusOK, append(out, "</"+d.list+">"...))
	return nil
}

// withoutHeader takes the XML declaration off, for a document inside another.
func withoutHeader(raw string) string {
	raw = strings.TrimSpace(raw)
	if strings.HasPrefix(raw, "<?xml") {
		if i := strings.Index(raw, "?>"); i >= 0 {
			return raw[i+2:]
		}
	}
	return raw
}

// withHeader puts the XML declaration in front of a document that came without.
func withHeader(raw string) []byte {
	if len(raw) > 5 && raw[:5] == "<?xml" {
		return []byte(raw)
	}
	return []byte(xmlHeader + raw)
}

func (d *document) del(c *call) error {
	key, err := d.key(c)
	if err != nil {
		return err
	}
	err = c.s.configure(c.b, func(conf *config) error {
		delete(conf.Docs, key)
		conf.parse()
		return nil
	})
	if err != nil {
		return err
	}
	c.reply(http.StatusNoContent)
	return nil
}

// parse makes what requests need out of the stored documents, which were checked when they came.
func (c *config) parse() {
	c.cors, _ = parseCORS([]byte(c.Docs["cors"]))
	c.replication, _ = parseReplication([]byte(c.Docs["replication"]))
	c.origin, _ = parseOrigin([]byte(c.Docs["origin"]))
}

func checkPolicy(_ *call, _ *config, raw []byte) error {
	var p struct {
		Statement []json.RawMessage
		Version   string
	}
	if err := json.Unmarshal(raw, &p); err != nil || len(p.Statement) == 0 || p.Version != "2.0" && p.Version != "" {
		return errMalformedPolicy
	}
	if len(raw) > 20<<10 {
		return errMalformedPolicy.with("The policy is larger than 20 KB.")
	}
	return nil
}

// policyAnswer is a policy as the service returns it: the members of the document have the names of the COS document "GET Bucket
// policy", whatever their case was when they came; statements are as they were.
func policyAnswer(raw string) []byte {
	var p struct {
		Statement json.RawMessage
		Version   string `json:"version,omitempty"`
	}
	if err := json.Unmarshal([]byte(raw), &p); err != nil {
		return []byte(raw)
	}
	out, err := json.Marshal(p)
	if err != nil {
		return []byte(raw)
	}
	return out
}

func checkLifecycle(_ *call, _ *config, raw []byte) error {
	var x struct {
		Rules []struct {
			ID, Status string
		} `xml:"Rule"`
	}
	if err := xml.NewDecoder(bytes.NewReader(raw)).Decode(&x); err != nil || len(x.Rules) == 0 {
		return errMalformedXML
	}
	if len(x.Rules) > 1000 {
		return newError(http.StatusBadRequest, "TooManyRules", "A lifecycle has at most 1000 rules.")
	}
	seen := map[string]bool{}
	for _, r := range x.Rules {
		if r.Status != "Enabled" && r.Status != "Disabled" {
			return errMalformedXML
		}
		if r.ID != "" && seen[r.ID] {
			return errInvalidArgument.with("Two rules have the ID %q.", r.ID)
		}
		seen[r.ID] = true
	}
	return nil
}
