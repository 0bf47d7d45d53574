package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// minSecret is how long a secret has to be: shorter ones can be guessed from one signed request.
const minSecret = 16

// settings say whom to call, and where to remember which files there are.
type settings struct {
	url     string
	secret  []byte
	timeout time.Duration // of one call
	state   string        // key prefix of the notes that existed.go keeps; nothing under it is told of
}

func settingsFrom(getenv func(string) string) (settings, error) {
	s := settings{url: getenv("WEBHOOK_URL"), secret: []byte(getenv("WEBHOOK_SECRET")), timeout: 10 * time.Second, state: "webhook-state/"}
	var faults []error
	u, err := url.Parse(s.url)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		faults = append(faults, errors.New("WEBHOOK_URL: want the URL of your service, like https://example.com/files, without a password in it"))
	}
	if len(s.secret) < minSecret {
		faults = append(faults, fmt.Errorf("WEBHOOK_SECRET: want the secret that your service verifies signatures with, of at least %d bytes", minSecret))
	}
	if v := getenv("WEBHOOK_TIMEOUT"); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil || d < 100*time.Millisecond || d > 5*time.Minute {
			faults = append(faults, fmt.Errorf("WEBHOOK_TIMEOUT is %q: want 100ms to 5m", v))
		}
		s.timeout = d
	}
	if v := getenv("WEBHOOK_STATE"); v != "" {
		s.state = v
	}
	if !strings.HasSuffix(s.state, "/") || strings.HasPrefix(s.state, "/") {
		faults = append(faults, fmt.Errorf("WEBHOOK_STATE is %q: want a key prefix that ends in a slash, like webhook-state/", s.state))
	}
	return s, errors.Join(faults...)
}
