package main

import (
	"fmt"
	"time"
)

type settings struct {
	dsn  string
	keep time.Duration // how long the rows of removed objects are kept
}

// minKeep is longer than an event can be late: the platform retries for six hours.
const minKeep = 12 * time.Hour

func settingsFrom(getenv func(string) string) (settings, error) {
	s := settings{dsn: "file:/tmp/objects.db", keep: 7 * 24 * time.Hour}
	if v := getenv("DBSYNC_DSN"); v != "" {
		s.dsn = v
	}
	if v := getenv("DBSYNC_KEEP"); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil || d < minKeep {
			return s, fmt.Errorf("DBSYNC_KEEP is %q: want a duration of at least %s, or a late event could bring back what was removed", v, minKeep)
		}
		s.keep = d
	}
	return s, nil
}
