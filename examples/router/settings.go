package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// settings say under which prefixes what is found.
type settings struct {
	reports   string        // CSV files
	summaries string        // what the program writes about them
	videos    string        // files that get a tag
	timeout   time.Duration // for one event
}

func settingsFrom(getenv func(string) string) (settings, error) {
	s := settings{reports: "reports/", summaries: "summaries/", videos: "videos/", timeout: 20 * time.Second}
	var faults []error
	for name, value := range map[string]*string{"ROUTER_REPORTS": &s.reports, "ROUTER_SUMMARIES": &s.summaries, "ROUTER_VIDEOS": &s.videos} {
		if v := getenv(name); v != "" {
			*value = v
		}
		if !strings.HasSuffix(*value, "/") {
			faults = append(faults, fmt.Errorf("%s is %q: want a key prefix that ends in a slash", name, *value))
		}
	}
	if strings.HasPrefix(s.summaries, s.reports) {
		faults = append(faults, fmt.Errorf("ROUTER_SUMMARIES %q lies inside ROUTER_REPORTS %q: every summary would be a report again", s.summaries, s.reports))
	}
	if s.videos == s.reports {
		faults = append(faults, fmt.Errorf("ROUTER_VIDEOS and ROUTER_REPORTS are both %q: no event could go to both", s.videos))
	}
	if v := getenv("ROUTER_TIMEOUT"); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil || d < 100*time.Millisecond || d > 15*time.Minute {
			faults = append(faults, fmt.Errorf("ROUTER_TIMEOUT is %q: want 100ms to 15m", v))
		}
		s.timeout = d
	}
	return s, errors.Join(faults...)
}
