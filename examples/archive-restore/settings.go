package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// settings say where the copies of restored objects go, in which storage class, and where their status is kept.
type settings struct {
	target  string // key prefix of copies
	tickets string // key prefix of status objects
	class   string
}

// classes are the storage classes in which a copy can be read at once.
var classes = []string{"STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "MAZ_STANDARD", "MAZ_STANDARD_IA", "MAZ_INTELLIGENT_TIERING"}

func settingsFrom(getenv func(string) string) (settings, error) {
	s := settings{target: "restored/", tickets: "restore-status/", class: "STANDARD"}
	var faults []error
	for name, value := range map[string]*string{"RESTORE_TARGET": &s.target, "RESTORE_STATUS": &s.tickets} {
		if v := getenv(name); v != "" {
			*value = v
		}
		if !strings.HasSuffix(*value, "/") {
			faults = append(faults, fmt.Errorf("%s is %q: want a key prefix that ends in a slash", name, *value))
		}
	}
	if strings.HasPrefix(s.target, s.tickets) || strings.HasPrefix(s.tickets, s.target) {
		faults = append(faults, fmt.Errorf("RESTORE_TARGET %q and RESTORE_STATUS %q: one lies inside the other, so that a status could overwrite a copy", s.target, s.tickets))
	}
	if v := getenv("RESTORE_CLASS"); v != "" {
		s.class = v
	}
	if !slices.Contains(classes, s.class) {
		faults = append(faults, fmt.Errorf("RESTORE_CLASS is %q: want one of %s", s.class, strings.Join(classes, ", ")))
	}
	return s, errors.Join(faults...)
}
