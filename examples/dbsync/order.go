package main

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Row is what the table knows of one key.
type Row struct {
	Bucket, Region, Key string
	Present             bool // false: removed, and kept so that late events of it are recognised
	Version             string
	ETag                string
	Size                int64
	ContentType         string
	StorageClass        string
	Time                time.Time // of the last event, to the second
	Event               string    // its id; "" after the bucket itself was asked
}

// order says how an event stands to what the table has.
type order int

const (
	older   order = iota // or the very same: nothing to do
	newer                // it replaces the row
	unclear              // only the bucket can tell
)

// compare holds an event's row against the one in the table. The time of the event decides. Times are whole seconds; within one
// the versions decide, as they carry a time too, finer. Where there are none, nothing in the events does; nor where the row is
// what the bucket answered, which may be an old version come to light again.
func compare(got, have Row) order {
	switch {
	case got.Event == have.Event:
		return older
	case got.Time.IsZero():
		return unclear
	case got.Time.After(have.Time):
		return newer
	case got.Time.Before(have.Time):
		return older
	}
	g, okGot := versionTime(got.Version)
	h, okHave := versionTime(have.Version)
	switch {
	case have.Event == "" || !okGot || !okHave:
		return unclear
	case g > h:
		return newer
	case g < h:
		return older
	}
	return unclear // made and removed again: one version, two events
}

// versionTime reads when a version was made, in a unit of its own. A version id of COS is the base64 form of a decimal number that
// falls as time goes on, so that a listing has the newest first.
func versionTime(id string) (uint64, bool) {
	text, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(id, "="))
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text), 10, 64)
	return ^n, err == nil
}
