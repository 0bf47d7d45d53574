package main

import (
	"fmt"
	"strconv"
)

type settings struct {
	prefix     string // of the keys that are labelled
	confidence int    // labels below it are left out, 0 to 100
	tags       int    // how many labels become tags at most
}

// maxTags is how many tags an object can have, by the COS document "Object Tag Overview".
const maxTags = 10

func settingsFrom(getenv func(string) string) (settings, error) {
	s := settings{prefix: getenv("RECOGNIZE_PREFIX"), confidence: 60, tags: 5}
	for name, n := range map[string]struct {
		to  *int
		max int
	}{"RECOGNIZE_CONFIDENCE": {&s.confidence, 100}, "RECOGNIZE_TAGS": {&s.tags, maxTags}} {
		v := getenv(name)
		if v == "" {
			continue
		}
		i, err := strconv.Atoi(v)
		if err != nil || i < 0 || i > n.max {
			return s, fmt.Errorf("%s is %q: want a number from 0 to %d", name, v, n.max)
		}
		*n.to = i
	}
	return s, nil
}
