package costest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// listUploads serves ListMultipartUploads, in order of keys, then of upload ids.
func (c *call) listUploads() error {
	l, err := c.readListing("key-marker", "max-uploads")
	if err != nil {
		return err
	}
	idMarker := c.q.get("upload-id-marker")
	c.b.mu.RLock()
	var all []*pending
	for _, u := range c.b.uploads {
		if strings.HasPrefix(u.key, l.prefix) && (u.key > l.marker || u.key == l.marker && idMarker != "" && u.id > idMarker) {
			all = append(all, u)
		}
	}
	c.b.mu.RUnlock()
	slices.SortFunc(all, func(a, b *pending) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.id, b.id))
	})
	owner := ownerFragment(c.b.AppID)
	var list []byte
	var prefixes []string
	n, truncated := 0, false
	var nextKey, nextID string
	for _, u := range all {
		cp, folded := l.common(u.key)
		if folded && (len(prefixes) > 0 && prefixes[len(prefixes)-1] == cp || strings.HasPrefix(l.marker, cp)) {
			continue
		}
		if n == l.max {
			truncated = l.max > 0 // a page of none has no marker to go on from
			break
		}
		n++
		nextKey, nextID = u.key, u.id
		if folded {
			prefixes = append(prefixes, cp)
			nextKey, nextID = cp, ""
			continue
		}
		list = append(list, "<Upload>"...)
		list = l.appendName(list, "Key", u.key)
		list = appendElement(list, "UploadId", u.id)
		list = appendElement(list, "StorageClass", u.attrs.Class)
		list = appendInitiator(list, c.b.AppID)
		list = append(list, owner...)
		list = appendTime(list, "Initiated", u.started)
		list = append(list, "</Upload>"...)
	}
	out := []byte(xmlHeader + "<ListMultipartUploadsResult>")
	out = appendElement(out, "Bucket", c.b.id)
	if l.encode {
		out = appendElement(out, "Encoding-Type", "url")
	}
	out = l.appendName(out, "KeyMarker", l.marker)
	out = appendElement(out, "UploadIdMarker", idMarker)
	if truncated {
		out = l.appendName(out, "NextKeyMarker", nextKey)
		out = appendElement(out, "NextUploadIdMarker", nextID)
	}
	out = appendInt(out, "MaxUploads", int64(l.max))
	out = appendBool(out, "IsTruncated", truncated)
	out = l.appendName(out, "Prefix", l.prefix)
	if l.delimiter != "" {
		out = l.appendName(out, "Delimiter", l.delimiter)
	}
	out = append(out, list...)
	// The official Go client reads one spelling in Bucket.ListMultipartUploads and the other in Object.ListUploads.
	for _, element := range [...]string{"CommonPrefixs", "CommonPrefixes"} {
		for _, cp := range prefixes {
			out = append(out, '<')
			out = append(out, element...)
			out = append(out, '>')
			out = l.appendName(out, "Prefix", cp)
			out = append(out, '<', '/')
			out = append(out, element...)
			out = append(out, '>')
		}
	}
	c.reply(http.StatusOK, append(out, "</ListMultipartUploadsResult>"...))
	return nil
}
