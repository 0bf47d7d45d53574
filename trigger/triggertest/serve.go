package triggertest

import (
	"net/http"
	"strings"

	"github.com/cosevent/cosevent-go/internal/coshost"
)

// serve gives a request to the service it speaks to. The address is needed to make the services, so requests can come before they
// exist: those wait, but for a look at the health, which says so.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		http.Error(w, "this proxy speaks plain http: give the client an http:// endpoint", http.StatusMethodNotAllowed)
		return
	}
	if isControl(r) && !c.started() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	select {
	case <-c.ready:
	case <-r.Context().Done():
		return
	}
	if c.scf == nil || c.cos == nil {
		http.Error(w, "the services could not be started", http.StatusServiceUnavailable)
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

// started reports whether both services exist.
func (c *Cloud) started() bool {
	select {
	case <-c.ready:
		return true
	default:
		return false
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
	if coshost.Is(host) {
		return false // also a form, as "curl -d" sends one
	}
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") ||
		r.URL.Query().Has("SignatureMethod")
}
