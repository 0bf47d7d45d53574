package triggertest

import (
	"net/http"
	"strings"
)

// serve gives a request to the service it speaks to.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		http.Error(w, "this proxy speaks plain http: give the client an http:// endpoint", http.StatusMethodNotAllowed)
		return
	}
	switch {
	case isAPI(r):
		c.scf.ServeHTTP(w, r)
	case isControl(r):
		c.control(w, r)
	default:
		c.cos.ServeHTTP(w, r)
	}
}

// isAPI tells calls of API 3.0 (SCF, CLS) from requests to COS: by the action header, by the host, or by the form of the older
// signatures, which have the action among the parameters.
func isAPI(r *http.Request) bool {
	if r.Header.Get("X-TC-Action") != "" {
		return true
	}
	host := r.Host
	if r.URL.IsAbs() {
		host = r.URL.Host
	}
	if strings.Contains(host, ".tencentcloudapi.") {
		return true
	}
	if strings.Contains(host, ".cos.") {
		return false
	}
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") ||
		r.URL.Query().Has("SignatureMethod")
}
