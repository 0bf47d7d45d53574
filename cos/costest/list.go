package costest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxKeys = 1000

// listing is what a list request asks for.
type listing struct {
	prefix, delimiter, marker string
	max                       int
	encode                    bool
}

// readListing reads the parameters that all lists share.
func (c *call) readListing(marker, limit string) (listing, error) {
	l := listing{prefix: c.q.get("prefix"), delimiter: c.q.get("delimiter"), marker: c.q.get(marker), max: maxKeys}
	if text, ok := c.q.lookup(limit); ok && text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return l, errInvalidArgument.with("%s must be a number from 0 to %d.", limit, maxKeys)
		}
		l.max = min(n, maxKeys)
	}
	switch c.q.get("encoding-type") {
	case "":
	case "url":
		l.encode = true
	default:
		return l, errInvalidArgument.with("encoding-type must be url.")
	}
	return l, nil
}

// appendName appends a key as the request wants keys: as it is, or percent-encoded.
func (l *listing) appendName(dst []byte, element, key string) []byte {
	if !l.encode {
		return appendElement(dst, element, key)
	}
	dst = append(dst, '<')
	dst = append(dst, element...)
	dst = append(dst, '>')
	dst = appendEscaped(dst, key, "/")
	dst = append(dst, '<', '/')
	dst = append(dst, element...)
	return append(dst, '>')
}

// common returns the common prefix that key falls under, if any.
func (l *listing) common(key string) (string, bool) {
	if l.delimiter == "" {
		return "", false
	}
	if i := strings.Index(key[len(l.prefix):], l.delimiter); i >= 0 {
		return key[:len(l.prefix)+i+len(l.delimiter)], true
	}
	return "", false
}

// page is one page of a list.
type page struct {
	prefixes  []string
	truncated bool
	next      string // the last key or common prefix on the page
	n         int
}

// scan walks the keys of a page in order. Keys under one common prefix cost one step. use is called for each key and says
// whether it counts; the bucket is locked for reading.
func (l *listing) scan(t *tree, use func(key string, head *object) bool) page {
	var p page
	if l.max == 0 {
		return p
	}
	from := max(l.prefix, l.marker)
	t.walk(from, func(key string, head *object) (string, bool) {
		if !strings.HasPrefix(key, l.prefix) {
			return "", false
		}
		if key <= l.marker && l.marker != "" {
			return "", true
		}
		cp, folded := l.common(key)
		var beyond string
		if folded {
			var ok bool
			if beyond, ok = after(cp); !ok {
				beyond = ""
			}
			if strings.HasPrefix(l.marker, cp) {
				return beyond, beyond != "" // told on the page before
			}
			if !visible(head) && !l.anyVisible(t, cp) {
				return beyond, beyond != ""
			}
		} else if !visible(head) {
			return "", true
		}
		if p.n == l.max {
			p.truncated = true
			return "", false
		}
		p.n++
		if folded {
			p.prefixes, p.next = append(p.prefixes, cp), cp
			return beyond, beyond != ""
		}
		use(key, head)
		p.next = key
		return "", true
	})
	if !p.truncated {
		p.next = ""
	}
	return p
}

func visible(o *object) bool { return !o.marker }

// anyVisible reports whether a key under a common prefix is an object and not only hidden by a delete marker.
func (l *listing) anyVisible(t *tree, prefix string) bool {
	found := false
	t.ascend(prefix, func(key string, head *object) bool {
		if !strings.HasPrefix(key, prefix) {
			return false
		}
		found = visible(head)
		return !found
	})
	return found
}

const listTime = "2006-01-02T15:04:05.000Z"

func appendTime(dst []byte, element string, nanos int64) []byte {
	dst = append(dst, '<')
	dst = append(dst, element...)
	dst = append(dst, '>')
	dst = time.Unix(0, nanos).UTC().AppendFormat(dst, listTime)
	dst = append(dst, '<', '/')
	dst = append(dst, element...)
	return append(dst, '>')
}

// listObjects serves version 1 of the list, the only one the service has.
func (c *call) listObjects() error {
	l, err := c.readListing("marker", "max-keys")
	if err != nil {
		return err
	}
	owner := ownerFragment(c.b.AppID)
	c.b.mu.RLock()
	contents := make([]byte, 0, min(l.max, c.b.tree.n)*(240+len(owner)+len(l.prefix)))
	p := l.scan(&c.b.tree, func(key string, o *object) bool {
		contents = append(contents, "<Contents>"...)
		contents = l.appendName(contents, "Key", key)
		contents = appendTime(contents, "LastModified", o.modified)
		contents = append(contents, "<ETag>"...)
		contents = o.appendETag(contents)
		contents = append(contents, "</ETag>"...)
		contents = appendInt(contents, "Size", o.size)
		contents = append(contents, owner...)
		contents = appendElement(contents, "StorageClass", o.attrs.Class)
		if o.more != nil && o.more.Restore != nil {
			contents = appendElement(contents, "RestoreStatus", o.more.Restore.status(c.start))
		}
		contents = append(contents, "</Contents>"...)
		return true
	})
	c.b.mu.RUnlock()

	out := []byte(xmlHeader + "<ListBucketResult>")
	out = appendElement(out, "Name", c.b.id)
	out = l.appendName(out, "Prefix", l.prefix)
	out = l.appendName(out, "Marker", l.marker)
	out = appendInt(out, "MaxKeys", int64(l.max))
	if l.delimiter != "" {
		out = l.appendName(out, "Delimiter", l.delimiter)
	}
	if l.encode {
		out = appendElement(out, "EncodingType", "url")
	}
	out = appendBool(out, "IsTruncated", p.truncated)
	if p.truncated {
		out = l.appendName(out, "NextMarker", p.next)
	}
	end := l.appendPrefixes(nil, p.prefixes)
	c.reply(http.StatusOK, out, contents, append(end, "</ListBucketResult>"...))
	return nil
}

func (l *listing) appendPrefixes(dst []byte, prefixes []string) []byte {
	for _, cp := range prefixes {
		dst = append(dst, "<CommonPrefixes>"...)
		dst = l.appendName(dst, "Prefix", cp)
		dst = append(dst, "</CommonPrefixes>"...)
	}
	return dst
}

// ownerFragment is the Owner element of every entry of a list; there the owner's number is enough.
func ownerFragment(appid string) []byte {
	b := append([]byte(nil), "<Owner>"...)
	b = appendElement(b, "ID", appid)
	b = appendElement(b, "DisplayName", appid)
	return append(b, "</Owner>"...)
}

// listVersions serves GetBucketObjectVersions: every version and delete marker, newest first for each key.
func (c *call) listVersions() error {
	l, err := c.readListing("key-marker", "max-keys")
	if err != nil {
		return err
	}
	vm := c.q.get("version-id-marker")
	skipTo, withVersion := uint64(0), false
	if vm != "" {
		if l.marker == "" {
			return errInvalidArgument.with("version-id-marker needs key-marker.")
		}
		if skipTo, withVersion = parseVersion(vm); !withVersion {
			return errInvalidArgument.with("The version id marker is not valid.")
		}
	}
	owner := ownerFragment(c.b.AppID)
	var contents []byte
	var prefixes []string
	var nextKey, nextVersion string
	n, truncated := 0, false

	c.b.mu.RLock()
	if l.max > 0 {
		c.b.tree.walk(max(l.prefix, l.marker), func(key string, head *object) (string, bool) {
			if !strings.HasPrefix(key, l.prefix) {
				return "", false
			}
			if cp, folded := l.common(key); folded {
				beyond, more := after(cp)
				if strings.HasPrefix(l.marker, cp) {
					return beyond, more
				}
				if n == l.max {
					truncated = true
					return "", false
				}
				n++
				prefixes = append(prefixes, cp)
				nextKey, nextVersion = cp, ""
				return beyond, more
			}
			if key == l.marker && l.marker != "" && !withVersion {
				return "", true
			}
			from := head
			if key == l.marker && withVersion {
				from = head.olderThan(skipTo)
			}
			for o := from; o != nil; o = o.prev {
				if n == l.max {
					truncated = true
					return "", false
				}
				n++
				contents = l.appendVersion(contents, key, o, o == head, owner)
				nextKey, nextVersion = key, o.versionID()
			}
			return "", true
		})
	}
	c.b.mu.RUnlock()

	out := append([]byte(nil), xmlHeader+"<ListVersionsResult>"...)
	if l.encode {
		out = appendElement(out, "EncodingType", "url")
	}
	out = appendElement(out, "Name", c.b.id)
	out = l.appendName(out, "Prefix", l.prefix)
	out = l.appendName(out, "KeyMarker", l.marker)
	out = appendElement(out, "VersionIdMarker", vm)
	out = appendInt(out, "MaxKeys", int64(l.max))
	if l.delimiter != "" {
		out = l.appendName(out, "Delimiter", l.delimiter)
	}
	out = appendBool(out, "IsTruncated", truncated)
	if truncated {
		out = l.appendName(out, "NextKeyMarker", nextKey)
		if nextVersion != "" {
			out = appendElement(out, "NextVersionIdMarker", nextVersion)
		}
	}
	out = append(out, contents...)
	out = l.appendPrefixes(out, prefixes)
	c.reply(http.StatusOK, append(out, "</ListVersionsResult>"...))
	return nil
}

// olderThan returns the newest of the versions that come after version v in a list, nil if there is none. v itself may have been
// deleted since: numbers fall from one version to the next, and the null version stands where its time puts it. Of a null version
// that is gone nobody knows the place: then all are listed again rather than some never.
func (o *object) olderThan(v uint64) *object {
	if at := o.find(v); at != nil {
		return at.prev
	}
	if v == 0 {
		return o
	}
	for ; o != nil; o = o.prev {
		if o.version != 0 && o.version < v || o.version == 0 && uint64(o.modified) < v {
			return o
		}
	}
	return nil
}

func (l *listing) appendVersion(dst []byte, key string, o *object, latest bool, owner []byte) []byte {
	element := "Version"
	if o.marker {
		element = "DeleteMarker"
	}
	dst = append(dst, '<')
	dst = append(dst, element...)
	dst = append(dst, '>')
	dst = l.appendName(dst, "Key", key)
	dst = appendElement(dst, "VersionId", o.versionID())
	dst = appendBool(dst, "IsLatest", latest)
	dst = appendTime(dst, "LastModified", o.modified)
	if !o.marker {
		dst = append(dst, "<ETag>"...)
		dst = o.appendETag(dst)
		dst = append(dst, "</ETag>"...)
		dst = appendInt(dst, "Size", o.size)
		dst = appendElement(dst, "StorageClass", o.attrs.Class)
	}
	dst = append(dst, owner...)
	dst = append(dst, '<', '/')
	dst = append(dst, element...)
	return append(dst, '>')
}
