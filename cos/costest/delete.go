package costest

import (
	"net/http"

	"github.com/cosevent/cosevent-go/event"
)

// removal is what a delete did.
type removal struct {
	changed bool    // something was removed or marked: the only case an event is for
	marker  bool    // a delete marker was made, or removed
	version uint64  // of the version removed or the marker made
	object  *object // what was removed, or hidden
	kind    event.Type
}

// remove deletes key, or one version of it. Without versioning a key that is not there is no change; with versioning a delete
// marker is made even then, as the service does.
func (s *Server) remove(b *bucket, key, version string, by cause) (removal, error) {
	r, err := s.removeLocked(b, key, version, by)
	if err != nil || !r.changed {
		return r, err
	}
	if s.heard() {
		s.tell(b.change(r.kind, key, r.object, r.version, by))
	}
	if r.kind == event.TypeObjectRemoveDeleteMarkerCreated {
		s.replicateMarker(b, key, by)
	}
	return r, nil
}

func (s *Server) removeLocked(b *bucket, key, version string, by cause) (removal, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	head := b.tree.get(key)
	if version != "" {
		v, ok := parseVersion(version)
		if !ok {
			return removal{}, errInvalidArgument.with("The version id is not valid.")
		}
		o := head.find(v)
		if o == nil {
			return removal{version: v}, nil
		}
		if err := s.drop(b, key, v); err != nil {
			return removal{}, err
		}
		return removal{changed: true, marker: o.marker, version: v, object: o, kind: event.TypeObjectRemoveDelete}, nil
	}
	if b.conf.Versioning == "" {
		if head == nil {
			return removal{}, nil
		}
		if err := s.drop(b, key, head.version); err != nil {
			return removal{}, err
		}
		return removal{changed: true, object: head, kind: event.TypeObjectRemoveDelete}, nil
	}
	m := &object{marker: true, modified: by.time.UnixNano(), attrs: &noAttrs}
	if b.conf.Versioning == versioningEnabled {
		m.version = s.nextVersion(by.time)
	}
	if err := s.push(b, key, m); err != nil {
		return removal{}, err
	}
	return removal{changed: true, marker: true, version: m.version, object: head, kind: event.TypeObjectRemoveDeleteMarkerCreated}, nil
}

var noAttrs attrs

func (c *call) deleteObject() error {
	version := c.q.version()
	r, err := c.s.remove(c.b, c.key, version, c.cause())
	if err != nil {
		return err
	}
	h := c.w.Header()
	if r.marker {
		h["X-Cos-Delete-Marker"] = []string{"true"}
	}
	if r.version != 0 || version != "" {
		h["X-Cos-Version-Id"] = []string{formatVersion(r.version)}
	}
	c.reply(http.StatusNoContent)
	return nil
}

type deleteXML struct {
	Quiet   bool
	Objects []struct{ Key, VersionId string } `xml:"Object"`
}

// maxDelete is how many keys one request may delete.
const maxDelete = 1000

// deleteMany serves DeleteMultipleObjects: one event for each key that changed.
func (c *call) deleteMany() error {
	var x deleteXML
	if _, err := c.readXML("Delete", &x); err != nil {
		return err
	}
	if n := len(x.Objects); n == 0 || n > maxDelete {
		return errMalformedXML.with("The list must have 1 to %d objects.", maxDelete)
	}
	out := append([]byte(nil), xmlHeader+"<DeleteResult>"...)
	for _, o := range x.Objects {
		var r removal
		var err error
		switch {
		case o.Key == "":
			err = errInvalidArgument.with("A key is empty.")
		case len(o.Key) > maxKey:
			err = errKeyTooLong
		default:
			r, err = c.s.remove(c.b, o.Key, o.VersionId, c.cause())
		}
		if err != nil {
			e, ok := err.(*Error)
			if !ok {
				e = errInternal
			}
			out = append(out, "<Error>"...)
			out = appendElement(out, "Key", o.Key)
			if o.VersionId != "" {
				out = appendElement(out, "VersionId", o.VersionId)
			}
			out = appendElement(out, "Code", e.Code)
			out = appendElement(out, "Message", e.Message)
			out = append(out, "</Error>"...)
			continue
		}
		if x.Quiet {
			continue
		}
		out = append(out, "<Deleted>"...)
		out = appendElement(out, "Key", o.Key)
		if o.VersionId != "" {
			out = appendElement(out, "VersionId", o.VersionId)
		}
		if r.marker {
			out = appendBool(out, "DeleteMarker", true)
			out = appendElement(out, "DeleteMarkerVersionId", formatVersion(r.version))
		}
		out = append(out, "</Deleted>"...)
	}
	c.reply(http.StatusOK, append(out, "</DeleteResult>"...))
	return nil
}
