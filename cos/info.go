package cos

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// Info is what the service says about an object.
type Info struct {
	Bucket event.Bucket
	Key    string
	// VersionID is empty in a bucket that never had versioning.
	VersionID string
	// Size is that of the whole object in bytes, also when only a range is read; -1 if not told.
	Size int64
	// ETag has its quotes, as on the wire. It is an MD5 only for objects written in one piece.
	ETag         string
	ContentType  string
	StorageClass string    // "STANDARD" where the service names none
	LastModified time.Time // UTC, to the second; zero if not told
	// Metadata holds the x-cos-meta-* headers, prefix cut, names in lower case.
	Metadata map[string]string
	// CRC64 is the checksum of the whole object (CRC-64/ECMA); HasCRC64 says whether it was told.
	CRC64    uint64
	HasCRC64 bool
	// Restoring says that an archived object is being restored; Restored that a restored copy can be read, until RestoredUntil if that
	// is not zero.
	Restoring, Restored bool
	RestoredUntil       time.Time
	// RequestID is that of the request that asked.
	RequestID string
}

const metaPrefix = "X-Cos-Meta-"

func newInfo(t target, resp *http.Response) *Info {
	h := resp.Header
	info := &Info{
		Bucket: t.bucket, Key: t.key,
		VersionID: h.Get("X-Cos-Version-Id"), Size: resp.ContentLength, ETag: h.Get("Etag"), ContentType: h.Get("Content-Type"),
		StorageClass: h.Get("X-Cos-Storage-Class"), RequestID: h.Get("X-Cos-Request-Id"), Metadata: map[string]string{},
	}
	if info.StorageClass == "" {
		info.StorageClass = "STANDARD"
	}
	if at, err := http.ParseTime(h.Get("Last-Modified")); err == nil {
		info.LastModified = at.UTC()
	}
	if crc, err := strconv.ParseUint(h.Get("X-Cos-Hash-Crc64ecma"), 10, 64); err == nil {
		info.CRC64, info.HasCRC64 = crc, true
	}
	info.Restoring, info.Restored, info.RestoredUntil = restoreState(h.Get("X-Cos-Restore"))
	for name, values := range h {
		if cut, ok := strings.CutPrefix(name, metaPrefix); ok && len(values) > 0 {
			info.Metadata[strings.ToLower(cut)] = values[0]
		}
	}
	if _, size, ok := contentRange(h.Get("Content-Range")); ok {
		info.Size = size
	}
	return info
}

// contentRange reads "bytes 5-9/100": where it starts, and the size of the whole (-1 for "*").
func contentRange(s string) (start, size int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	if !ok {
		return 0, 0, false
	}
	span, total, ok := strings.Cut(s, "/")
	if !ok {
		return 0, 0, false
	}
	first, _, ok := strings.Cut(span, "-")
	if !ok {
		return 0, 0, false
	}
	start, err := strconv.ParseInt(first, 10, 64)
	if err != nil || start < 0 {
		return 0, 0, false
	}
	if total == "*" {
		return start, -1, true
	}
	size, err = strconv.ParseInt(total, 10, 64)
	if err != nil || size <= start {
		return 0, 0, false
	}
	return start, size, true
}

// restoreState reads x-cos-restore: `ongoing-request="true"`, or `ongoing-request="false", expiry-date="<date>"`. Source: HEAD Object
// of the COS API.
func restoreState(s string) (ongoing, done bool, until time.Time) {
	ongoing = strings.Contains(s, `ongoing-request="true"`)
	done = strings.Contains(s, `ongoing-request="false"`)
	_, date, _ := strings.Cut(s, `expiry-date="`)
	date, _, _ = strings.Cut(date, `"`)
	if t, err := http.ParseTime(date); err == nil && done {
		until = t.UTC()
	}
	return ongoing, done, until
}
