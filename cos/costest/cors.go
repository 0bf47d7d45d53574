package costest

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type corsRule struct {
	ID             string
	AllowedOrigins []string `xml:"AllowedOrigin"`
	AllowedMethods []string `xml:"AllowedMethod"`
	AllowedHeaders []string `xml:"AllowedHeader"`
	ExposeHeaders  []string `xml:"ExposeHeader"`
	MaxAgeSeconds  int
}

func parseCORS(raw []byte) ([]corsRule, error) {
	var x struct {
		Rules []corsRule `xml:"CORSRule"`
	}
	if err := xml.NewDecoder(bytes.NewReader(raw)).Decode(&x); err != nil {
		return nil, errMalformedXML
	}
	return x.Rules, nil
}

func checkCORS(_ *call, conf *config, raw []byte) error {
	rules, err := parseCORS(raw)
	if err != nil {
		return err
	}
	if len(rules) == 0 || len(rules) > 100 {
		return errMalformedXML
	}
	for _, r := range rules {
		if len(r.AllowedOrigins) == 0 || len(r.AllowedMethods) == 0 {
			return errMalformedXML
		}
		for _, m := range r.AllowedMethods {
			if !slices.Contains([]string{"GET", "PUT", "HEAD", "POST", "DELETE"}, m) {
				return errInvalidArgument.with("The method %q cannot be allowed.", m)
			}
		}
	}
	conf.cors = rules
	return nil
}

// allows reports whether the rule speaks for an origin and a method.
func (r *corsRule) allows(origin, method string) bool {
	return slices.Contains(r.AllowedMethods, method) &&
		slices.ContainsFunc(r.AllowedOrigins, func(p string) bool { return wild(p, origin) })
}

// wild matches a pattern with at most one '*'.
func wild(pattern, s string) bool {
	head, tail, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	return len(s) >= len(head)+len(tail) && strings.HasPrefix(s, head) && strings.HasSuffix(s, tail)
}

func corsFor(rules []corsRule, origin, method string) *corsRule {
	for i := range rules {
		if rules[i].allows(origin, method) {
			return &rules[i]
		}
	}
	return nil
}

// cors adds what a browser needs to an answer. Requests without Origin, nearly all, cost nothing.
func (c *call) cors() error {
	origin := c.r.Header["Origin"]
	if origin == nil || c.r.Method == http.MethodOptions {
		return nil
	}
	conf := c.b.settings()
	r := corsFor(conf.cors, origin[0], c.r.Method)
	if r == nil {
		return nil
	}
	h := c.w.Header()
	r.answer(h, origin[0])
	if len(r.ExposeHeaders) > 0 {
		h["Access-Control-Expose-Headers"] = []string{strings.Join(r.ExposeHeaders, ",")}
	}
	return nil
}

func (r *corsRule) answer(h http.Header, origin string) {
	if slices.Contains(r.AllowedOrigins, "*") {
		origin = "*"
	}
	h["Access-Control-Allow-Origin"] = []string{origin}
	h["Access-Control-Allow-Methods"] = []string{strings.Join(r.AllowedMethods, ",")}
	h["Vary"] = []string{"Origin"}
	if r.MaxAgeSeconds > 0 {
		h["Access-Control-Max-Age"] = []string{strconv.Itoa(r.MaxAgeSeconds)}
	}
}

// options serves a browser's question whether it may.
func (c *call) options() error {
	origin, method := first(c.r.Header, "Origin"), first(c.r.Header, "Access-Control-Request-Method")
	if origin == "" || method == "" {
		return newError(http.StatusBadRequest, "BadRequest", "Insufficient information. Origin request header needed.")
	}
	conf := c.b.settings()
	r := corsFor(conf.cors, origin, method)
	if r == nil {
		return errCORSForbidden
	}
	wanted := first(c.r.Header, "Access-Control-Request-Headers")
	for _, name := range strings.Split(wanted, ",") {
		name = lower(strings.TrimSpace(name))
		if name != "" && !slices.ContainsFunc(r.AllowedHeaders, func(p string) bool { return wild(lower(p), name) }) {
			return errCORSForbidden
		}
	}
	h := c.w.Header()
	r.answer(h, origin)
	if wanted != "" {
		h["Access-Control-Allow-Headers"] = []string{wanted}
	}
	if len(r.ExposeHeaders) > 0 {
		h["Access-Control-Expose-Headers"] = []string{strings.Join(r.ExposeHeaders, ",")}
	}
	c.reply(http.StatusOK)
	return nil
}
