package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// settings say which objects are archives, where their files go, and how much an archive may hold.
type settings struct {
	source string // key prefix of archives
	target string // key prefix of files; outside source, or an archive in an archive would start the function again
	limits
}

// limits bound what one archive may cost.
type limits struct {
	files int64 // entries of an archive, directories included
	bytes int64 // of all its files, unpacked
	ratio int64 // bytes unpacked for a byte of the archive
}

// maxObject is the largest object that one PUT Object takes.
const maxObject = 5 << 30

func settingsFrom(getenv func(string) string) (settings, error) {
	s := settings{source: "archives/", target: "unpacked/", limits: limits{files: 10_000, bytes: maxObject, ratio: 200}}
	var faults []error
	if v := getenv("UNZIP_SOURCE"); v != "" {
		s.source = v
	}
	if v := getenv("UNZIP_TARGET"); v != "" {
		s.target = v
	}
	for name, n := range map[string]struct {
		value *int64
		most  int64
	}{"UNZIP_MAX_FILES": {&s.files, 1_000_000}, "UNZIP_MAX_BYTES": {&s.bytes, 1 << 40}, "UNZIP_MAX_RATIO": {&s.ratio, 1100}} {
		v := getenv(name)
		if v == "" {
			continue
		}
		var err error
		if *n.value, err = strconv.ParseInt(v, 10, 64); err != nil || *n.value < 1 || *n.value > n.most {
			faults = append(faults, fmt.Errorf("%s is %q: want 1 to %d", name, v, n.most))
		}
	}
	if !strings.HasSuffix(s.target, "/") {
		faults = append(faults, fmt.Errorf("UNZIP_TARGET is %q: want a prefix that ends in a slash", s.target))
	}
	if strings.HasPrefix(s.target, s.source) {
		faults = append(faults, fmt.Errorf("UNZIP_TARGET %q lies inside UNZIP_SOURCE %q: an archive in an archive would start the function again", s.target, s.source))
	}
	return s, errors.Join(faults...)
}
